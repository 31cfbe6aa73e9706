#!/bin/sh
# Jobs of slurm/ on a real SLURM: what they write is what a run without SLURM
# writes, on one node and on two, with srun and with mpirun; how they fail.
. tests/cluster/lib/slurm.sh

"$program" synth -q --rows 60 --cols 50 tile.h5 || exit 1
"$program" synth -q --rows 40 --cols 50 --seed 2 --layout bands other.h5 ||
	exit 1
printf '%s\n' tile.h5 other.h5 >scene.txt
options='--eigen-grid 1x1 -k 4'
# shellcheck disable=SC2086
"$program" run -q $options -o tile tile.h5 || exit 1
# shellcheck disable=SC2086
"$program" run -q $options -o scene @scene.txt || exit 1

# A program of two words, as in a container; it says where it ran.
cat >where.sh <<'END'
echo "$SLURMD_NODENAME" >>"nodes-$SLURM_JOB_ID"
exec "$@"
END

expect_ranks() { # expect_ranks NODES FOLDER: as where.sh saw them
	expect "$1, a line a rank" [ "$(sort "nodes-$job" | paste -sd ' ')" = "$1" ]
	expect "the ranks in $2" grep -q "\"ranks\": $(wc -l <"nodes-$job")," \
		"$2/run.json"
}

export HYPERSLAB="sh where.sh hyperslab"
mpirun='mpirun -q'
# shellcheck disable=SC2086
for launch in '' "$mpirun"; do
	export LAUNCH="$launch"
	submit "$jobs/one-node.sbatch" tile.h5 $options
	expect_state "$job" 30 COMPLETED 0
	expect_same tile "hyperslab-$job"
	expect_ranks 'n0 n0 n0 n0' "hyperslab-$job"

	submit --nodes=2 --ntasks-per-node=2 "$jobs/many-nodes.sbatch" @scene.txt \
		$options
	expect_state "$job" 30 COMPLETED 0
	expect_same scene "hyperslab-$job"
	expect_ranks 'n0 n0 n1 n1' "hyperslab-$job"
done
unset HYPERSLAB LAUNCH

# An array: a tile, a scene of two, one that is not there, one too many.
printf '%s\n' tile.h5 @scene.txt absent.h5 >list.txt
# shellcheck disable=SC2086
submit --ntasks=2 --array=1-4 "$jobs/array.sbatch" list.txt $options
expect_state "${job}_1" 30 COMPLETED 0
expect_state "${job}_2" 30 COMPLETED 0
expect_state "${job}_3" 30 FAILED 66
expect_state "${job}_4" 30 FAILED 66
expect_same tile "hyperslab-$job/1"
expect_same scene "hyperslab-$job/2"
expect 'what was missing' grep -rq "hyperslab: .*'absent.h5'" .
expect 'what was missing' grep -rq "'list.txt' has no line 4" .
expect 'nothing of those that failed' [ "$(echo "hyperslab-$job"/*)" = "hyperslab-$job/1 hyperslab-$job/2" ]

# The usage error of one is that of the job.
submit "$jobs/one-node.sbatch" tile.h5 --colour
expect_state "$job" 30 FAILED 64

# Launched without PMIx, the program says what is wrong, if MPI has not.
for mpi in none pmi2; do
	srun --mpi=$mpi -n2 hyperslab run -o out tile.h5 >"$out" 2>&1 &&
		fail "srun --mpi=$mpi did not fail"
	expect 'the cause' grep -Eq 'not built with SLURM|use srun --mpi=pmix' "$out"
done

# Modules: the program is on the PATH by one alone.
modules=/etc/profile.d/modules.sh
if [ -r $modules ]; then
	mkdir modules
	printf '#%%Module\nprepend-path PATH %s\n' "$(dirname "$program")" \
		>modules/hyperslab
	export PATH="${PATH#*:}" MODULES=hyperslab
	expect 'not on the PATH' sh -c '! command -v hyperslab'
	job=$(bash -c '. '$modules' && module use "$PWD/modules" &&
		sbatch --parsable -o %j.log "$@"' bash "$jobs/one-node.sbatch" \
		tile.h5 --eigen-grid 1x1 -k 4)
	expect_state "$job" 30 COMPLETED 0
	expect_same tile "hyperslab-$job"
fi
finish
