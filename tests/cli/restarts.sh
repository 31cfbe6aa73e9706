#!/bin/sh
# --restarts N: k-means++ starts N times, with the seeds S, S + 1, ..., and the
# result is, byte for byte, that of the best of them alone; at any rank count,
# and after an interruption.
#
# $how is many words.
# shellcheck disable=SC2086
. tests/cli/lib/cli.sh

"$program" synth -q --rows 120 --cols 120 --bands 60 --seed 5 tile.h5 || exit 1
# L1 has no shortcuts: its iterations take long enough to be hit.
how='-k 20 --distance l1 --init kmeans++'

field() { # field DIR NAME: a number of its run.json
	"$python" -c 'import json, sys
kmeans = json.load(open(sys.argv[1] + "/run.json"))["kmeans"]
print(json.dumps(kmeans.get(sys.argv[2])))' "$@"
}

same_classes() { # same_classes DIR WANT
	for _file in classes.tif centroids.csv deviations.csv model.h5; do
		expect "$_file is that of $2" cmp "$2/$_file" "$1/$_file"
	done
}

# The best of five, from runs of their own.
for seed in 3 4 5 6 7; do
	"$program" kmeans -q $how --seed $seed -o "seed$seed" tile.h5 || exit 1
	echo "$(field "seed$seed" within) seed$seed"
done >withins
best=$(sort -g withins | head -n 1 | cut -d' ' -f2)
alone=$(cut -d' ' -f1 withins | tr '\n' ' ' | sed 's/ $//;s/ /, /g')
[ "$best" != seed3 ] || fail 'the first start is the best: this test shows little'
[ "$best" != seed7 ] || fail 'the last start is the best: this test shows little'
for n in 1 2 3 4; do
	expect_ok "$n" kmeans $how --seed 3 --restarts 5 --overwrite -o many tile.h5
	same_classes many "$best"
	[ "$(field many starts)" = "[$alone]" ] ||
		fail "starts ended at $(field many starts), alone at $alone"
	[ "$(field many steps | tr ',' '\n' | grep -c iteration)" -eq \
		"$(field many iterations)" ] || fail 'steps of more than one start'
done
[ "$(field "$best" starts)" = null ] || fail 'one start has a list of starts'

# The last is the best: it is not made again.
count=${best#seed}
expect_ok 2 kmeans $how --seed 3 --restarts $((count - 2)) -o last tile.h5
same_classes last "$best"
expect 'nothing to make again' sh -c "! grep -q 'once more' '$err'"

# Stopped in the first, in one between, and when the best is made again.
for when in '^reading ' '^k-means start 3 of 5' '^k-means.*once more'; do
	rm -rf out
	stop_when "$when" USR1 2 kmeans $how --seed 3 --restarts 5 -o out tile.h5
	[ "$status" -eq 75 ] || fail "USR1 at '$when': exit $status, expected 75"
	case $when in
	*reading*) where='of start 1' ;;
	*3*) where='of start 4' ;;
	*) where='of the best start' ;;
	esac
	expect 'where it stopped' grep -q \
		"^hyperslab: stopped by a signal after iteration [0-9]* $where; " "$err"
	expect_error 3 64 'has --restarts 5, this run --restarts 6' \
		kmeans $how --seed 3 --restarts 6 --resume -o out tile.h5
	expect_error 1 64 'has --max-iter 500, this run --max-iter 501' \
		kmeans $how --seed 3 --restarts 5 --max-iter 501 --resume -o out tile.h5
	expect_ok 3 kmeans $how --seed 3 --restarts 5 --resume -o out tile.h5
	expect 'where it goes on' grep -q \
		"^k-means goes on after iteration [0-9]* $where, from" "$err"
	case $when in
	*once*) [ "$(field out resumed_after)" -gt 0 ] || fail 'not resumed' ;;
	*) [ "$(field out resumed_after)" -eq 0 ] ||
		fail "resumed_after is of a start that is not the best" ;;
	esac
	same_classes out "$best"
	[ "$(field out starts)" = "[$alone]" ] ||
		fail "starts ended at $(field out starts), alone at $alone"
done

# A sweep keeps the best of each line.
expect_ok 2 sweep $how --seed 3 --restarts 5 -o sweep tile.h5
expect 'the best of a sweep' "$python" - sweep "$(field "$best" within)" <<'PY'
import csv, sys
line = next(csv.DictReader(open(sys.argv[1] + "/sweep.csv")))
assert float(line["within"]) == float(sys.argv[2]), (line, sys.argv)
PY

# The record of a run runs it again.
expect_ok 2 kmeans --config many/run.json -o again tile.h5
same_classes again many

expect_error '1 2' 64 'restarts 2: all would be the same, on the diagonal; add' \
	kmeans --restarts 2 -o new tile.h5
expect_error '1 2' 64 'restarts 2: all would be the same, from --start-clusters' \
	run $how --restarts 2 --start-clusters many/centroids.csv -o new tile.h5
expect_error 1 64 "restarts '0': expected" kmeans $how --restarts 0 -o new tile.h5
finish
