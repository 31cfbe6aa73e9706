#!/bin/sh
# Jobs of slurm/ with each rank in a container: a user and a mount namespace of
# its own, where nothing can be written but the folder of the job and that of
# MPI's temporary files.  They write what a run without containers writes, also
# when a signal stops them and they are queued again.
# shellcheck disable=SC2086 # $options are several words
. tests/cluster/lib/slurm.sh

bwrap --unshare-user --ro-bind / / true 2>"$err" ||
	skip "no containers: $(head -n 1 "$err")"
export HYP_ISA=portable # so that k-means takes its time
options='-k 80 --distance l1 --eigen-grid 1x1 --no-pictures'
"$program" synth -q --rows 200 --cols 200 --bands 60 --layout bands tile.h5 ||
	exit 1
$MPIRUN 2 "$program" run -q $options -o whole tile.h5 || exit 1

# Each says in which user namespace it is.  The signal that stops hyperslab goes
# to bwrap as well, which is to stay.  Some take their time to end.
cat >contain.sh <<'END'
trap '' USR1
bwrap --unshare-user --ro-bind / / --dev-bind /dev /dev --proc /proc \
	--bind "$PWD" "$PWD" --bind "${TMPDIR:-/tmp}" "${TMPDIR:-/tmp}" \
	sh -c 'readlink /proc/self/ns/user >>"spaces-$SLURM_JOB_ID" && exec "$@"' \
	sh "$@"
status=$?
[ "$SLURM_PROCID" -eq 0 ] || sleep 0.5
exit $status
END
export HYPERSLAB='sh contain.sh hyperslab'

expect_containers() { # expect_containers COUNT: since the job was submitted
	expect "$1 ranks in containers" [ "$(grep -vcFx \
		"$(readlink /proc/self/ns/user)" "spaces-$job")" -eq "$1" ]
}

# They forbid ranks to read each other's memory, and to lock what PMIx shares.
# Open MPI and PMIx go on in other ways, and say so unless these are chosen.
export OMPI_MCA_btl_vader_single_copy_mechanism=none PMIX_MCA_gds=hash
for launch in '' 'mpirun -q'; do
	export LAUNCH="$launch"
	submit --ntasks=2 "$jobs/one-node.sbatch" tile.h5 $options
	expect_state "$job" 60 COMPLETED 0
	expect_same whole "hyperslab-$job"
	expect_containers 2
	expect 'only hyperslab says something' [ "$(head -n 1 "$job.log")" = \
		"$("$program" --version) on 2 ranks" ]

	submit --nodes=2 --ntasks-per-node=1 --oversubscribe --mem=500 \
		"$jobs/requeue.sbatch" "$box/turns-$job" tile.h5 $options
	until_true 60 grep -q 'k-means iteration 5 ' "$job.log" ||
		fail "job $job does not get to k-means"
	scancel --batch --signal=USR1 "$job"
	until_true 30 is_held "$job" || fail "job $job is not queued again"
	start_again "$job"
	expect_state "$job" 60 COMPLETED 0
	expect 'it went on' grep -q '^k-means goes on after iteration' "$job.log"
	expect_same whole "$box/turns-$((job - 1))"
	expect_containers 4
done
finish
