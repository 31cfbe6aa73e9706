#!/bin/sh
# synth: the same bytes for the same seed at any time and rank count; files
# that exist stay.
. tests/cli/lib/cli.sh

for layout in blocks bands; do
	make="synth --layout $layout --rows 45 --cols 30 --bands 60"
	make="$make --nodata-edge 0.1 --seed 3"
	# shellcheck disable=SC2086
	for count in 1 2 3; do
		expect_ok $count $make --truth $layout$count.tif $layout$count.h5
		[ ! -s "$out" ] || fail "synth on $count ranks: words on stdout"
		expect 'the same tile' cmp ${layout}1.h5 $layout$count.h5
		expect 'the same truth' cmp ${layout}1.tif $layout$count.tif
		[ $count -ne 1 ] || sleep 1.1 # so that times in files differ
	done
done
expect 'the same truth' cmp blocks1.tif bands1.tif
"$program" synth -q --rows 45 --cols 30 --bands 60 --nodata-edge 0.1 --seed 4 \
	other.h5
cmp -s blocks1.h5 other.h5 && fail 'another seed gives the same tile'
expect_ok 3 synth --rows 2 --cols 3 --bands 30 small.h5 # a rank without rows

# The truth is a map like any other.
if command -v gdalinfo >/dev/null; then
	gdalinfo blocks1.tif >"$top/gdal" 2>&1 || fail 'gdalinfo refuses the truth'
	expect 'size' grep -q '^Size is 30, 45$' "$top/gdal"
	expect 'CRS' grep -q '"EPSG",32618' "$top/gdal"
	expect 'place' grep -q '^Origin = (368000.0*,4307000.0*)$' "$top/gdal"
	expect 'nodata' grep -q 'NoData Value=0' "$top/gdal"
fi

# What exists stays, and then nothing else is made either.
says='exists; use --overwrite'
new='synth --rows 5 --cols 5 --bands 30'
# shellcheck disable=SC2086
{
	expect_error '1 3' 73 "blocks1.h5' $says" $new blocks1.h5
	expect_error '1 3' 73 "blocks1.h5' $says" $new --truth t.tif blocks1.h5
	expect_error 1 73 "blocks1.tif' $says" $new --truth blocks1.tif t1.h5
	expect_error 3 73 "blocks1.tif' $says" $new --truth blocks1.tif t3.h5
	expect_error 1 73 'none' $new /proc/none/t.h5
	expect_error 1 64 '' $new folder/
	expect_error 3 73 'none' $new --truth /proc/none/t.tif t2.h5
	expect_ok '1 3' $new --overwrite --truth blocks1.tif blocks1.h5
}
"$program" synth -q --rows 5 --cols 5 --bands 30 --truth fresh.tif fresh.h5
expect 'replaced' cmp fresh.h5 blocks1.h5
expect 'replaced' cmp fresh.tif blocks1.tif
hidden=$(find . -name '.?*' ! -name .)
[ -z "$hidden" ] || fail "left behind: $hidden"
finish
