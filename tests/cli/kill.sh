#!/bin/sh
# Kill a run at any moment, again and again, and resume it at another rank count
# each time: it ends with the bytes of a run that was left alone.
#
#   TIMES   how often each kind of kill is tried (2)
#
# $how is many words.
# shellcheck disable=SC2086
. tests/cli/lib/cli.sh
: "${TIMES:=2}"

"$program" synth -q --rows 200 --cols 200 --bands 60 tile.h5 || exit 1
how='-k 80 --distance l1 --checkpoint-every 0.05s'
"$program" kmeans -q $how -o whole tile.h5 || exit 1

random() { # random MOST: seconds
	od -An -N2 -tu2 /dev/urandom | awk -v most="$1" '{ print $1 / 65536 * most }'
}

wait_for_none() { # wait_for_none PID...: until no process is left
	for _pid; do
		while kill -0 "$_pid" 2>/dev/null; do
			sleep 0.02
		done
	done
}

# hit KIND: the run that is $job, a launcher with its ranks.
hit() {
	_ranks=$(cat "/proc/$job"/task/*/children 2>/dev/null)
	case $1 in
	rank) kill -KILL "$(shuf -n 1 -e $_ranks)" 2>/dev/null ;;
	launcher) kill -KILL "$job" 2>/dev/null ;;
	*) kill -"$1" "$job" 2>/dev/null ;;
	esac
	wait "$job" 2>/dev/null
	status=$?
	# Ranks whose launcher is gone end by themselves; until then they write.
	wait_for_none $_ranks
}

# attempt RANKS: go on if that is possible, else begin anew.
resumed=0
attempt() {
	_how=--overwrite
	if [ -e out/checkpoint.h5 ] || [ -e out/checkpoint.old.h5 ]; then
		_how=--resume
		resumed=$((resumed + 1))
	fi
	begin "$1" kmeans $how -o out $_how tile.h5
}

check_status() { # check_status KIND: none of those that tell of an error
	case $status in
	6[4-9] | 7[0-4] | 78) fail "after $1, the run ended with $status" && show ;;
	esac
}

run_and_hit() { # run_and_hit KIND
	rm -rf out
	for _count in 3 2; do
		attempt "$_count"
		wait_for '^reading '
		sleep "$(random 0.8)"
		hit "$1"
		check_status "$1"
		[ "$status" -ne 0 ] || return
	done
	attempt 4
	wait "$job"
	status=$?
	[ "$status" -eq 0 ] || { fail "the last run ended with $status" && show; }
}

time=0
while [ "$time" -lt "$TIMES" ]; do
	for kind in rank launcher USR1; do
		run_and_hit "$kind"
		for file in classes.tif centroids.csv; do
			expect "after kills of kind $kind" cmp whole/$file out/$file
		done
		[ "$(ls -A out)" = "$(ls whole)" ] || fail "out holds $(ls -A out)"
	done
	time=$((time + 1))
done
[ "$resumed" -gt 0 ] || fail 'no run was resumed'
echo "  $resumed runs were resumed"
finish
