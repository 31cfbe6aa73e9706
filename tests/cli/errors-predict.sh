#!/bin/sh
# Models that are missing, or do not fit the tiles; and some that do.
. tests/cli/lib/cli.sh

"$program" synth -q --rows 20 --cols 16 --bands 60 tile.h5 || exit 1
"$program" synth -q --rows 20 --cols 16 --bands 60 --seed 1 other.h5 || exit 1
"$program" synth -q --rows 20 --cols 16 --bands 40 short.h5 || exit 1
"$program" run -q -k 3 -o first tile.h5 || exit 1

refused() { # refused EXIT REGEX ARGUMENT...
	wanted=$1
	says=$2
	shift 2
	expect_error '1 3' "$wanted" "$says" predict -o out "$@"
}

refused 64 "no model given: --model FILE; see 'hyperslab predict --help'" tile.h5
refused 64 "'-m': no such option, or its value is missing" tile.h5 -m
refused 64 'no tile given' -m first
for option in --subset=2 --bands=1-5 --bad-bands=none --quantum=0.01 -k3 \
	--variance=0.9; do
	refused 64 'no such option' -m first $option tile.h5
done

# The model
mkdir empty
cp first/centroids.csv words.h5
: >nothing.h5
head -c 3000 first/model.h5 >half.h5
refused 66 "'none.h5': No such file" -m none.h5 tile.h5
refused 66 "'empty/model.h5': No such file" -m empty tile.h5
refused 65 "cannot read 'words.h5' as a model" -m words.h5 tile.h5
refused 65 "cannot read 'nothing.h5' as a model" -m nothing.h5 tile.h5
refused 65 "cannot read 'half.h5' as a model" -m half.h5 tile.h5
refused 65 "'tile.h5' is not a model.h5 of hyperslab" -m tile.h5 tile.h5

# The tiles
refused 66 "'none.h5': No such file" -m first none.h5
refused 65 "'words.h5' is not an HDF5 file" -m first words.h5
refused 65 "'short.h5' has no band at .* nm, as 'first/model.h5' has: the " \
	-m first short.h5
refused 65 "'short.h5' has no band at .* nm, as 'first/model.h5' has: the " \
	-m first tile.h5 short.h5
refused 65 "'short.h5': not every one of the 35 bands kept of 'first/model.h5'" \
	-m first --match-bands short.h5
expect_error '1 3' 73 "'first/classes.tif' exists" predict -o first -m first tile.h5
"$program" synth -q --nodata-edge 1 --rows 20 --cols 16 --bands 60 blank.h5
refused 65 'no valid pixel' -m first blank.h5

# And those that fit
for model in first first/model.h5; do
	expect_ok '1 3' predict --overwrite -o again -m $model tile.h5
	expect 'the same classes' cmp first/classes.tif again/classes.tif
	expect 'the same scores' cmp first/pca.tif again/pca.tif
done
expect_ok '2 4' predict --overwrite -o both -m first tile.h5 other.h5
expect 'the same classes' cmp first/classes.tif both/tile/classes.tif
finish
