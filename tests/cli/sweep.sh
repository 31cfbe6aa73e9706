#!/bin/sh
# One table of several settings, the same at any rank count but for the seconds;
# what it refuses, it refuses before it writes.
. tests/cli/lib/cli.sh

"$program" synth -q --rows 30 --cols 20 --bands 60 --nodata-edge 0.1 tile.h5 ||
	exit 1
set -- -k 3,5 --subset 1,2,3 --pca 0,0.99 --max-iter 3
"$program" sweep -q --json "$@" -o first tile.h5 >"$top/first.json" ||
	exit 1
[ "$(wc -l <first/sweep.csv)" -eq 13 ] || fail 'not a line for each setting'
[ "$(grep -c '"classes": [35],' "$top/first.json")" -eq 12 ] ||
	fail '--json: not an object for each setting'
[ "$(echo first/*)" = 'first/report.html first/run.json first/sweep.csv' ] ||
	fail 'other files'
grep -v '"seconds"' "$top/first.json" >"$top/wanted.json"
cut -d , -f 1-15 first/sweep.csv >"$top/wanted.csv"
for count in 2 3 7; do
	expect_ok $count sweep --json "$@" -o ranks$count tile.h5
	grep -v '"seconds"' "$out" >"$top/found.json"
	expect 'the same table' cmp "$top/wanted.json" "$top/found.json"
	cut -d , -f 1-15 ranks$count/sweep.csv >"$top/found.csv"
	expect 'the same file' cmp "$top/wanted.csv" "$top/found.csv"
done

# For people: two lines of names, then one a setting
expect_ok 2 sweep "$@" -o table tile.h5
[ "$(sed -n '3,14p' "$out" | grep -Ec '^ +[35] +[123] +0(\.99)? .* [0-9.]+$')" \
	-eq 12 ] || fail 'the table has other lines' "$(cat "$out")"
expect 'names' grep -Eq '^ +k +subset +pca ' "$out"
expect 'what * means' grep -q 'stopped at --max-iter' "$out"

# Without lists, it is one line, like the first.
expect_ok 1 sweep -k 1 -o one tile.h5
expect 'no quality of one class' grep -Eq '^ +1 +1 .* - +- +- ' "$out"

# The page is one of the files: none is there without the others.
expect_ok 2 sweep -k 2 --no-report -o bare tile.h5
[ "$(echo bare/*)" = 'bare/run.json bare/sweep.csv' ] || fail '--no-report'
expect_ok 2 report bare
expect 'one can be made later' grep -q 'id="sweep.csv"' bare/report.html

# A table that cannot be printed is an error; the files are there.
if [ -e /dev/full ]; then
	"$program" sweep -q -o full tile.h5 >/dev/full 2>"$err"
	status=$?
	[ $status -eq 74 ] || fail "to a full device: exit $status"
	expect 'one line' grep -q 'cannot write to standard output' "$err"
	[ -s full/sweep.csv ] || fail 'to a full device: no files'
fi

expect_error '1 3' 73 "output 'first/sweep.csv' exists" sweep -o first tile.h5
expect_error '1 3' 65 '601 classes, but only [0-9]+ valid pixels' \
	sweep -k 3,601 -o new tile.h5
for list in '3,' ',3' '3,,5' 3,x 0 3,2049 '3;5'; do
	expect_error 1 64 "--classes '.*': expected a whole number" \
		sweep -k "$list" -o new tile.h5
done
long=$(awk 'BEGIN { while (i++ < 33) printf "%s2", (i > 1 ? "," : "") }')
expect_error 1 64 "--subset '2,.*': expected at most 32 values" \
	sweep --subset "$long" -o new tile.h5
expect_error 3 64 "--subset '0'" sweep --subset 2,0 -o new tile.h5
expect_error 1 64 "--pca '1.1': expected a number from 0 to 1" \
	sweep --pca 0,1.1 -o new tile.h5
for option in --resume --start-clusters=model.h5 --mosaic-tif --no-pictures; do
	expect_error 1 64 "'$option': no such option" sweep $option -o new tile.h5
done
expect_ok 2 sweep --dry-run "$@" -o new tile.h5
expect 'a plan' grep -q '^memory of a rank' "$out"
[ -e new ] && fail '--dry-run made a folder'
expect_ok 2 sweep --scratch . --json "$@" -o scratch tile.h5
grep -v '"seconds"' "$out" >"$top/found.json"
expect 'the same table' cmp "$top/wanted.json" "$top/found.json"
finish
