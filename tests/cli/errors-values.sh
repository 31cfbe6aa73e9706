#!/bin/sh
# Tiles whose wavelengths or values cannot be used.
. tests/cli/lib/cli.sh

"$python" -c 'import h5py, numpy' 2>/dev/null || skip "no h5py for $python"
"$python" "$lib/tiles.py" . || exit 1

refused() { # refused EXIT REGEX NAME [OPTION...]: at 1 and 3 ranks
	wanted=$1
	says=$2
	tile=$3.h5
	shift 3
	expect_error '1 3' "$wanted" "$says" run -o out "$@" "$tile"
}

# Wavelengths
refused 65 'no group /SERC/Reflectance/Metadata' no-metadata
refused 65 'no dataset .*Wavelength' no-wavelengths
refused 65 'holds 59 wavelengths, but .* has 60 bands' few-wavelengths
refused 65 'holds 61 wavelengths, but .* has 60 bands' many-wavelengths
refused 65 'none of the 25 bands is kept' few-bands

# Nothing to cluster, or not enough
refused 65 'no valid pixel' all-nodata
refused 65 'no valid pixel' float-nan
refused 65 'only 4 valid pixels' four-pixels -k 5
refused 65 '321 classes, but only 320 valid pixels' good -k 321

# Values beyond 16 bits: the first is named, counted from 1
place='row 14, column 5, band 30'
refused 65 "value 40000 of $place does not fit" int32-large
refused 65 "value -2000000000 of $place does not fit" int32-small
refused 65 "value 3.5 of $place does not fit.*--quantum" float-large
refused 65 "value inf of $place does not fit" float-inf

# None of these is an error: the band is not kept, or the value is rounded.
expect_ok '1 3' run --overwrite -o out int32-unused.h5
expect_ok '1 3' run --overwrite -o out --bands 1-20 int32-large.h5
expect_ok 1 run --overwrite -o out --quantum 0.001 float-large.h5
expect_ok 3 run --overwrite -o out -k 4 four-pixels.h5
finish
