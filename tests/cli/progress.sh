#!/bin/sh
# How far a run has come: lines or a bar on stderr, an answer to SIGUSR2.
. tests/cli/lib/cli.sh

expect_ok 1 synth -q --rows 200 --cols 60 --bands 60 tile.h5
left='[0-9]+ %(, [0-9.e+]+ GB/s)?, [0-9]+ s left'

for count in 1 3; do
	expect_ok $count run --progress plain:0.000001s --overwrite -o out tile.h5
	expect 'lines of reading' grep -Eq \
		"^reading: $left; [0-9]+ s since the start\$" "$err"
	expect 'reading to its end' grep -q '^reading: 100 %' "$err"
	expect 'writing to its end' grep -q '^writing scores: 100 %' "$err"
	sed -n 's/^reading: \([0-9]*\) %.*/\1/p' "$err" >"$top/shares"
	expect 'that it goes forward' sort -c -n "$top/shares"
	expect_ok $count run --progress none --overwrite -o out tile.h5
	if grep -q '%, ' "$err"; then fail '--progress none: lines'; fi
	expect_ok $count run --overwrite -o out tile.h5 # no terminal, and no 10 s
	if grep -q '%, ' "$err"; then fail 'lines within 10 s'; fi
done

# A bar is drawn over itself, and gone at the end.
ranks 1 run --progress bar:0.000001s --overwrite -o out tile.h5
[ "$statuses" = 0 ] || fail "--progress bar: exit $statuses"
expect 'a bar' grep -Eq "reading \[#+ *\] $left" "$err"
tr '\r' '\n' <"$err" | sed 's/^.*\[K//' >"$top/lines"
expect 'that it is wiped out' grep -q '^[0-9]* valid pixels' "$top/lines"
expect 'no line after the bar' grep -q '^wrote ' "$top/lines"

# SIGUSR2 asks, also a quiet run, and stops nothing.
expect_ok 1 synth -q --overwrite --rows 300 --cols 300 --bands 60 tile.h5
for count in 1 3; do
	HYP_ISA=portable stop_when '^k-means iteration 2 ' USR2 $count kmeans \
		--overwrite -k 40 -o out tile.h5
	[ "$status" -eq 0 ] || fail "SIGUSR2 on $count ranks: exit $status"
	[ "$(grep -Ec '^k-means: iteration [0-9]+, [0-9]+ pixels reassigned; [0-9]+ s since the start$' "$err")" -eq 1 ] ||
		fail "SIGUSR2 on $count ranks: not one answer"
done

for wrong in fast plain: plain:x bar:-1s ''; do
	expect_error 1 64 "--progress '" run --progress "$wrong" -o other tile.h5
done
finish
