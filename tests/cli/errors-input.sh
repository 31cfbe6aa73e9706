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
refused 66 "the folder 'folder.h5' holds no .h5 file" folder
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

# Several tiles: one that is wrong spoils the run, whichever it is
several() { # several EXIT REGEX ARGUMENT...: at 1 and 3 ranks
	wanted=$1
	says=$2
	shift 2
	expect_error '1 3' "$wanted" "$says" run -o out "$@"
}

mkdir none some other
cp good.h5 some/
cp good.h5 other/
: >empty.txt
printf '# only this\n\n' >comment.txt
printf 'good.h5\nmissing.h5\n' >missing.txt
several 66 "'missing.h5': No such file" good.h5 missing.h5 contiguous.h5
several 65 "'text.h5' is not an HDF5 file" good.h5 contiguous.h5 text.h5
several 66 "cannot open the list 'nowhere.txt'" @nowhere.txt
several 66 "the list 'empty.txt' names no tile" @empty.txt
several 66 "the list 'comment.txt' names no tile" @comment.txt
several 66 "'missing.h5': No such file.* the list 'missing.txt' names it" \
	@missing.txt
several 66 "the folder 'none' holds no .h5 file" good.h5 none
several 64 "'good.h5' and './good.h5' are the same file" good.h5 ./good.h5
ln -s good.h5 alias.h5
several 64 "'good.h5' and 'alias.h5' are the same file" good.h5 alias.h5
rm alias.h5
several 64 "'some/good.h5' and 'other/good.h5' have the same name" some other
several 65 "'double-scale.h5' has 20000 steps .* 'good.h5' has 10000" \
	good.h5 double-scale.h5

# Names in a list are looked up from the current folder, not from the list's.
mkdir lists
echo good.h5 >lists/one.txt
echo one.txt >lists/self.txt
printf 'some/good.h5\r\n' >lists/windows.txt
for list in lists/one.txt lists/windows.txt; do
	expect_ok '1 3' info "@$list"
done
several 66 "'one.txt': No such file.* from the current folder" @lists/self.txt
finish
