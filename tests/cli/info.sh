#!/bin/sh
# info: what a tile holds, for people and as JSON; once, at any rank count.
. tests/cli/lib/cli.sh

"$program" synth -q --rows 20 --cols 16 --bands 60 tile.h5 || exit 1

for count in 1 3; do
	for form in '' --json; do
		# shellcheck disable=SC2086
		expect_ok $count info $form tile.h5
		[ ! -s "$err" ] || fail "info $form on $count ranks: words on stderr"
		cp "$out" "$top/info$form.$count"
	done
done
expect 'the same words at 3 ranks' cmp "$top/info.1" "$top/info.3"
expect 'the same JSON at 3 ranks' cmp "$top/info--json.1" "$top/info--json.3"

# A name that is not UTF-8 is no obstacle.
odd=$(printf 'odd\377.h5')
cp tile.h5 "$odd"
expect_ok 1 info --json "$odd"
expect 'valid JSON in spite of the name' "$python" -m json.tool "$out" /dev/null
rm "$odd"

expect 'the shape' grep -q '20 rows, 16 columns, 60 bands' "$top/info.1"
expect 'the storage' grep -Eq 'chunks of .* \(gzip 3\)' "$top/info.1"
expect 'the CRS' grep -q 'EPSG:32618' "$top/info.1"
expect 'the extent' grep -q '368000 4306980 368016 4307000' "$top/info.1"
expect 'the nodata' grep -Eq '^nodata +-9999$' "$top/info.1"

"$python" - "$top/info--json.1" <<'END' || fail 'the JSON is not as it should be'
import json
import sys
info = json.load(open(sys.argv[1]))
assert info["shape"] == [20, 16, 60], info["shape"]
assert len(info["wavelength_nm"]) == len(info["fwhm_nm"]) == 60
assert all(a < b for a, b in zip(info["wavelength_nm"], info["wavelength_nm"][1:]))
assert info["georeference"]["epsg"] == 32618
assert info["georeference"]["extent"] == [368000, 4306980, 368016, 4307000]
assert info["nodata"] == -9999 and info["scale"] == 10000
assert info["band_windows_nm"] == [[1340, 1445], [1790, 1955]]
assert info["storage"]["storage"] == "chunked"
assert info["path"] == "tile.h5" and info["site"] == "SERC"
END

expect_error '1 3' 66 "'missing.h5'" info missing.h5
expect_error '1 3' 66 "'missing.h5'" info --json missing.h5

# Odd tiles are described too; every answer is JSON.
if "$python" -c 'import h5py, numpy' 2>/dev/null; then
	"$python" "$lib/tiles.py" .
	for name in contiguous int32 float few-bands hole three-rows one-pixel; do
		expect_ok 1 info $name.h5
		expect_ok 1 info --json $name.h5
		expect "JSON of $name" "$python" -m json.tool "$out"
	done
	for name in rank-2 string no-cube no-wavelengths few-wavelengths; do
		expect_error 1 65 "'$name.h5': " info $name.h5
	done
fi

# What cannot be written is an error.
if [ -c /dev/full ]; then
	for form in '' --json; do
		# shellcheck disable=SC2086
		"$program" info $form tile.h5 >/dev/full 2>"$err"
		status=$?
		[ $status -eq 74 ] || fail "info $form >/dev/full: exit $status, expected 74"
	done
fi
finish
