#!/bin/sh
# A run that a signal stops leaves a checkpoint and the results of its last
# iteration, and ends with 75; --resume ends with the bytes of a run that was
# not stopped, at any rank count; a checkpoint of another run is refused.
#
# $how is many words, and names of outputs are plain.
# shellcheck disable=SC2086
. tests/cli/lib/cli.sh

# L1 has no shortcuts: its iterations take long enough to be hit.
how='-k 40 --distance l1'
mkdir tiles
for seed in 1 2 3; do
	"$program" synth -q --rows 60 --cols $((50 + 20 * seed)) --bands 60 \
		--nodata-edge 0.1 --seed $seed tiles/$seed.h5 || exit 1
done
"$program" run -q $how --eigen-grid 1x1 -o whole tiles || exit 1

iterations() { # iterations DIR
	sed -n 's/^ *"iterations": \([0-9]*\).*/\1/p' "$1/run.json"
}

files() { # files DIR: in any order of making
	(cd "$1" && find . -type f | LC_ALL=C sort)
}

same_results() { # same_results DIR WANT: but for the record of the run
	for _file in $(files "$2"); do
		[ "$_file" = ./run.json ] || [ "$_file" = ./report.html ] ||
			expect 'the bytes of a run that was not stopped' \
				cmp "$2/$_file" "$1/$_file"
	done
	[ "$(iterations "$1")" = "$(iterations "$2")" ] ||
		fail "$1: $(iterations "$1") iterations, in $2 $(iterations "$2")"
}

# The signal comes while tiles are read, or soon after: few iterations are done.
for case in '1 INT 2' '1 TERM 3' '3 USR1 4'; do
	set -- $case
	rm -rf out part
	stop_when '^reading ' "$2" "$1" run $how --eigen-grid 1x1 -o out tiles
	[ "$status" -eq 75 ] || fail "SIG$2 on $1 ranks: exit $status, expected 75"
	expect 'what to do next' grep -q '^hyperslab: stopped by a signal after iter'\
'ation [0-9]*; .*--resume goes on$' "$err"
	expect 'the record says so' grep -q '"stopped": true' out/run.json
	expect_ok 2 run $how --eigen-grid 1x1 --max-iter "$(iterations out)" -o part \
		tiles
	same_results out part
	[ "$(files out | grep -v checkpoint)" = "$(files whole)" ] ||
		fail "after SIG$2, out holds $(files out | tr '\n' ' ')"

	# --resume may replace the results that are there, others may not.
	expect_error "$3" 73 'holds the checkpoint of a run that was interrupted' \
		run $how -o out tiles
	expect_ok "$3" run $how --eigen-grid 1x1 -o out --resume tiles
	expect 'where it goes on' grep -q '^k-means goes on after iteration' "$err"
	same_results out whole
	[ "$(files out)" = "$(files whole)" ] ||
		fail "in the end, out holds $(files out | tr '\n' ' ')"
done

# The checkpoint says what the maps say.
"$program" synth -q --rows 120 --cols 120 --bands 60 tile.h5 || exit 1
"$program" kmeans -q $how -o alone tile.h5 || exit 1
rm -rf out
stop_when '^reading ' USR1 2 kmeans $how -o out --overwrite tile.h5
expect 'labels, sums and counts of the checkpoint' "$python" - tile.h5 out <<'EOF'
import sys
import h5py
import numpy as np
tile, out = sys.argv[1:]
with h5py.File(f"{out}/checkpoint.h5") as f, h5py.File(f"{out}/model.h5") as m:
    labels = f["labels"][:]
    counts = f["kmeans/count"][:]
    sums = f["kmeans/sum"][:]
    done = int(f["kmeans"].attrs["iterations"])
    assert len(f["steps/reassigned"]) == done == m["kmeans"].attrs["iterations"]
    kept = m["bands/index"][:]
    assert (f["kmeans/centre"][:] / 1e4 == m["kmeans/centroids"][:]).all()
with h5py.File(tile) as f:
    site = next(iter(f))
    cube = f[f"{site}/Reflectance/Reflectance_Data"][:][..., kept]
pixels = cube.reshape(-1, len(kept)).astype("i8")
assert (np.bincount(labels, minlength=len(counts)) == counts).all()
for k in range(len(counts)):
    assert (pixels[labels == k].sum(0) == sums[k]).all()
EOF

# Other settings and inputs, each named.
saved=$(cksum out/checkpoint.h5)
refused() { # refused RANKS EXIT REGEX ARG...
	_ranks=$1
	_want=$2
	_says=$3
	shift 3
	expect_error "$_ranks" "$_want" "$_says" kmeans -o out --resume "$@"
}
refused 3 64 'has --subset 1, this run --subset 2' $how --subset 2 tile.h5
refused 1 64 'has --classes 40, this run --classes 41' -k 41 --distance l1 tile.h5
refused 1 64 'has --distance l1, this run --distance l2' -k 40 tile.h5
refused 1 64 'has --init diagonal, this run --init kmeans' $how --init kmeans++ \
	tile.h5
refused 1 64 'has no --bands, this run --bands 2-9' $how --bands 2-9 tile.h5
refused 1 64 'has --min-change 0.*, this run --min-change 0.5' $how \
	--min-change 0.5 tile.h5
refused 1 64 'has no --nodata, this run --nodata -7' $how --nodata=-7 tile.h5
"$program" synth -q --rows 119 --cols 120 --bands 60 other-shape.h5 || exit 1
"$program" synth -q --rows 120 --cols 120 --bands 60 --seed 1 other.h5 || exit 1
"$program" synth -q --rows 120 --cols 120 --bands 60 --nodata-edge 0.1 edge.h5 ||
	exit 1
refused 3 65 'other inputs: the rows and columns of the tiles differ' $how \
	other-shape.h5
refused 3 65 'other inputs: the sums of the bands differ' $how other.h5
refused 3 65 'other inputs: valid pixels: 14400, of this run ' $how edge.h5
refused 3 65 'other inputs: the checksum of the start clusters differ' $how \
	--start-clusters alone/centroids.csv tile.h5
expect_error '1 2' 66 "'none' holds no checkpoint to resume" \
	kmeans $how -o none --resume tile.h5
expect_error 1 64 "checkpoint-every '10'.*expected a time such as" \
	kmeans $how -o none --checkpoint-every 10 tile.h5
expect_error 1 64 'resume' pca -o none --resume tile.h5
[ "$saved" = "$(cksum out/checkpoint.h5)" ] || fail 'the checkpoint was changed'

# What does not decide labels may differ: the file's name, --max-iter.
cp tile.h5 renamed.h5
expect_ok 2 kmeans $how --max-iter 400 -o out --resume renamed.h5
expect 'the same map' cmp alone/classes.tif out/classes.tif

# A torn file: the one before is taken. A run that goes on keeps two.
stop_when 'iteration 8 ' USR1 2 kmeans $how -o out --overwrite \
	--checkpoint-every 0.001s tile.h5
[ -e out/checkpoint.old.h5 ] || fail 'there is no older checkpoint'
expect_error 2 64 'is of iteration [0-9]*, this run has --max-iter 2' \
	kmeans $how --max-iter 2 -o out --resume tile.h5
truncate -s -1 out/checkpoint.h5
expect_ok 3 kmeans $how -o out --resume tile.h5
expect 'a note' grep -q "^note: .*'out/checkpoint.h5': is damaged: has .* bytes" \
	"$err"
expect 'the same map' cmp alone/classes.tif out/classes.tif

# --overwrite begins anew.
stop_when '^reading ' USR1 2 kmeans $how -o out --overwrite tile.h5
expect_ok 2 kmeans -k 3 -o out --overwrite tile.h5
expect 'no checkpoint is left' test ! -e out/checkpoint.h5
finish
