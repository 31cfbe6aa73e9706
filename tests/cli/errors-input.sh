#!/bin/sh
# Tiles that are missing or are not what they should be.
. tests/cli/lib/cli.sh

"$python" -c 'import h5py, numpy' 2>/dev/null || skip "no h5py for $python"
"$python" "$lib/tiles.py" . || exit 1
echo 'no tile, only words' >text.h5
: >nothing.h5
mkdir folder.h5

refused() { # refused EXIT REGEX NAME [OPTION...]: at 1 and 3 ranks
	wanted=$1
	says=$2
	tile=$3.h5
	shift 3
	expect_error '1 3' "$wanted" "$says" run -o out "$@" "$tile"
}

# The file
refused 66 "'missing.h5': No such file" missing
refused 65 "'text.h5' is not an HDF5 file" text
refused 65 "'nothing.h5' is not an HDF5 file" nothing
refused 66 "'folder.h5' is a folder, not a tile" folder
chmod 000 good.h5
if [ ! -r good.h5 ]; then # all can be read by root
	refused 66 "'good.h5': Permission denied" good
fi
chmod 644 good.h5

# The cube
for name in empty flat no-cube other-cube group-cube; do
	refused 65 "'$name.h5': no reflectance cube" "$name"
done
refused 65 'has 0 dimensions, expected 3' rank-0
refused 65 'has 2 dimensions, expected 3' rank-2
refused 65 'has 4 dimensions, expected 3' rank-4
refused 65 'has the shape 0 x 16 x 60' no-rows
refused 65 'has the shape 20 x 16 x 0' no-bands
for name in string compound int64; do
	refused 65 'holds neither integers of up to 32 bits nor floating' "$name"
done
finish
