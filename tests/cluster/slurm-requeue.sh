#!/bin/sh
# Jobs that are interrupted and go on when they are queued again: each ends with
# the bytes of a run that was left alone.
#
#   TIMES   how many jobs of each launcher their time limit interrupts, at a
#           random moment of the run (1); each time takes half a minute
#
# $how, $size and lists are many words; events are called by name.
# shellcheck disable=SC2046,SC2086,SC2317
. tests/cluster/lib/slurm.sh
: "${TIMES:=1}"

# L1 has no shortcuts, and few bands little to read: k-means takes its time.
export HYP_ISA=portable
how='-k 80 --distance l1 --eigen-grid 1x1 --no-pictures --checkpoint-every 0.05s'
size='--nodes=2 --ntasks-per-node=1 --oversubscribe --mem=500'
mpirun='mpirun -q'
"$program" synth -q --rows 200 --cols 200 --bands 60 tile.h5 || exit 1
$MPIRUN 2 "$program" run -q $how -o whole tile.h5 || exit 1

has_said() { # has_said JOB REGEX
	grep -q "$2" "$1.log"
}

# queue LAUNCH FOLDER [OPTION of sbatch]...: JOB.to then says to which folder.
queue() {
	export LAUNCH="$1"
	folder=$box/$2
	shift 2
	submit $size "$@" "$jobs/requeue.sbatch" "$folder" tile.h5 $how
	echo "$folder" >"$job.to"
}

ranks_of() { # ranks_of JOB: their processes, on both nodes
	pgrep -f "^[^ ]*hyperslab run --output $(cat "$1.to") "
}

wait_for_midst() { # a random moment of $job, when it has saved once
	until_true 30 [ -e "$folder/checkpoint.h5" ]
	until_true 30 has_said "$job" "k-means iteration $(shuf -n 1 -i 2-60) " ||
		fail "job $job does not get to k-means"
}

# finish_jobs JOB...: those that are held start again.
finish_jobs() {
	_held=
	for _job; do
		! is_held "$_job" || _held="$_held $_job"
	done
	start_again $_held
	for _job; do
		expect_state "$_job" 60 COMPLETED 0
		has_said "$_job" '^k-means goes on after iteration' ||
			fail "job $_job did not go on"
		expect_same whole "$(cat "$_job.to")"
	done
}

requeue() {
	scontrol requeue "$job"
}

node_down() {
	scontrol update nodename=n1 state=down reason=test
}

kill_rank() {
	kill -9 "$(ranks_of "$job" | shuf -n 1)"
}

cancel() {
	scancel "$job"
}

# interrupt LAUNCH EVENT STATE: what the job is then; if it has ended, the same
# job is submitted once more.
interrupted=
interrupt() {
	_name=$2-${1%% *}
	queue "$1" "$_name"
	wait_for_midst
	"$2"
	until_true 30 in_state "$job" "$3" ||
		fail "$2: job $job is $(state "$job"), expected $3"
	[ "$3" = PENDING ] || queue "$1" "$_name"
	interrupted="$interrupted $job"
}

# SLURM looks at time limits twice a minute.  The signal comes when it does, as
# the limits of these jobs are nearer than --signal says.  Until then, they stand
# still.
begin_limited() { # begin_limited NAME: a job of each launcher
	limited=
	for launch in '' "$mpirun"; do
		queue "$launch" "$1-${launch%% *}" --time=1 --signal=B:USR1@59
		wait_for_midst
		kill -STOP $(ranks_of "$job")
		limited="$limited $job"
	done
}

finish_limited() {
	for job in $limited; do
		until_true 40 has_said "$job" 'the time is nearly up' ||
			fail "job $job got no signal"
		sleep 0.5
		kill -CONT $(ranks_of "$job")
		until_true 20 is_held "$job" ||
			fail "job $job is $(state "$job"), and not queued again"
		sed -n 's/^hyperslab: \(stopped by [^;]*\);.*/  at its limit: \1/p' \
			"$job.log"
	done
	finish_jobs $limited
}

interrupt '' node_down PENDING # and all others that are on the node
begin_limited limit
interrupt '' requeue PENDING
interrupt "$mpirun" requeue PENDING
interrupt '' kill_rank FAILED
interrupt '' cancel CANCELLED
finish_jobs $interrupted
finish_limited
while TIMES=$((TIMES - 1)) && [ $TIMES -gt 0 ]; do
	begin_limited "limit-$TIMES"
	finish_limited
done
finish
