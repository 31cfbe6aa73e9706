#!/bin/sh
# srun or a foreign mpirun that starts N jobs of one rank: all would write the
# same files.  Each refuses, and the first of them says so.
. tests/cli/lib/cli.sh

"$program" synth -q --rows 20 --cols 16 --bands 60 tile.h5 || exit 1

# copies SIZE_NAME RANK_NAME: what such a launcher sets, for ranks 0 and 1
copies() {
	snapshot >"$top/before"
	for rank in 0 1; do
		env "$1=3" "$2=$rank" timeout 30 "$program" run -o out tile.h5 \
			>"$out" 2>"$err" </dev/null
		status=$?
		if [ $status -ne 78 ] || [ -s "$out" ]; then
			fail "$1=3 $2=$rank: exit $status, expected 78 and no output"
			show
		fi
		if [ "$(wc -l <"$err")" -ne $((1 - rank)) ]; then
			fail "$1=3 $2=$rank: expected $((1 - rank)) lines of error"
			show
		elif [ $rank -eq 0 ]; then
			expect 'the error' grep -q \
				'^hyperslab: the launcher started 3 processes' "$err"
		fi
	done
	snapshot | cmp -s - "$top/before" || fail "$1: files were left"
}

copies SLURM_STEP_NUM_TASKS SLURM_PROCID
copies PMI_SIZE PMI_RANK

# Errors found before MPI starts, and help, come from the first of them too.
for rank in 0 1; do
	export SLURM_STEP_NUM_TASKS=3 SLURM_PROCID=$rank
	expected=$((1 - rank))
	timeout 30 "$program" run --colour tile.h5 >"$out" 2>"$err"
	[ $? -eq 64 ] || fail "rank $rank: a usage error did not end with 64"
	[ "$(grep -c '^hyperslab: ' "$err")" -eq $expected ] ||
		fail "rank $rank: expected $expected lines of error"
	timeout 30 "$program" run --help >"$out" 2>&1 || fail "rank $rank: help failed"
	[ "$(grep -c '^Usage: ' "$out")" -eq $expected ] ||
		fail "rank $rank: expected help $expected times"
done

# One task, and a launcher that did its work, are none of these.
export SLURM_STEP_NUM_TASKS=1 SLURM_PROCID=0
expect_ok '1 3' run --overwrite -o out tile.h5
export SLURM_STEP_NUM_TASKS=2 # the daemons of mpirun on two nodes
expect_ok 3 run --overwrite -o out tile.h5
finish
