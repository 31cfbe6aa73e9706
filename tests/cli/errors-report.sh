#!/bin/sh
# hyperslab report: what it refuses, and what it makes.
. tests/cli/lib/cli.sh

"$program" synth -q --rows 20 --cols 16 --bands 60 tile.h5 || exit 1
"$program" run -q -k 3 -o out tile.h5 || exit 1
cp out/report.html first.html

says="see 'hyperslab report --help'"
expect_error '1 3' 64 "name one folder of results; $says" report
expect_error '1 3' 64 "name one folder of results; $says" report out out
expect_error 1 64 "'--overwrite': no such option" report --overwrite out
expect_error '1 3' 66 "'nowhere/run.json': No such file.*name a folder of" \
	report nowhere
expect_error 1 66 "'tile.h5/run.json': Not a directory" report tile.h5
mkdir empty broken other odd
expect_error 3 66 "'empty/run.json'" report empty
echo '{ "files": [' >broken/run.json
expect_error '1 3' 65 "'broken/run.json': line" report broken
echo '{ "files": [ 7 ] }' >other/run.json
expect_error 1 65 "'other/run.json' does not list the files" report other
echo '[ "files" ]' >odd/run.json
expect_error 1 65 "'odd/run.json' does not list the files" report odd
cp -R out damaged
echo 'no picture' >damaged/truecolor.png
expect_error '1 3' 65 "'damaged/truecolor.png'" report damaged

# It replaces the page, with the same bytes, at any number of ranks.
for count in 1 3; do
	echo 'old' >out/report.html
	expect_ok $count report out
	expect 'the same page' cmp out/report.html first.html
done

# Files that are gone are left out, and so are those of an earlier run.
rm out/centroids.csv
expect_ok 1 report out
expect 'what is left out is named' grep -q '\["centroids.csv"\]' out/report.html
"$program" run -q -o stale -k 3 tile.h5 || exit 1
"$program" kmeans -q --overwrite -o stale -k 3 tile.h5 || exit 1
expect_ok 1 report stale
grep -q 'id="components.csv"' stale/report.html &&
	fail 'a page of files of an earlier run'

expect_ok 1 kmeans --no-report -k 3 -o bare tile.h5
for file in bare/report.html bare/pixels.npy; do
	[ ! -e $file ] || fail "--no-report: there is $file"
done
expect_ok 1 report bare
expect 'one can be made later' test -s bare/report.html
finish
