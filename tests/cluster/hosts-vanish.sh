#!/bin/sh
# A host vanishes in the middle of a run: the run ends with an error within 20 s,
# on both, and --resume ends with the bytes of a run that was left alone.
#
# $how is many words; cut and crash are called by name.
# shellcheck disable=SC2086,SC2317
. tests/cluster/lib/hosts.sh

# L1 has no shortcuts: its iterations take long enough to be hit.
how='-k 80 --distance l1 --checkpoint-every 0.05s'
"$program" synth -q --rows 200 --cols 200 --bands 60 tile.h5 || exit 1
"$program" kmeans -q $how -o whole tile.h5 || exit 1

# What may be there until the next run: results, under the names that they have
# until all are there, and the checkpoint.
known=$(cd whole && find . -type f -printf '\\.%P\\.tmp|')
known="$known\.checkpoint\.h5\.tmp|checkpoint(\.old)?\.h5"

cut() { # nothing comes from there any more, not even the end of a connection
	at h1 ip link set eth0 down
}

crash() { # all of its processes end; then it is there again
	_net=$(readlink "/proc/$(cat "$top/h1.pid")/ns/net")
	for _process in /proc/[0-9]*; do
		[ "$(readlink "$_process/ns/net")" != "$_net" ] ||
			[ "${_process#/proc/}" -eq "$(cat "$top/h1.pid")" ] ||
			kill -9 "${_process#/proc/}"
	done
}

no_rank() {
	! pgrep -f "^$program "
}

# vanish EVENT RANKS: in mid-run.
vanish() {
	rm -rf out
	begin_on_hosts "$2" kmeans $how -o out tile.h5
	wait_for 'k-means iteration 9 '
	"$1"
	begin=$(date +%s)
	wait "$job"
	status=$?
	until_true 20 no_rank
	seconds=$(($(date +%s) - begin))
	echo "  $1: exit $status after $seconds s"
	case $status in
	0 | 6[4-9] | 7[0-8]) fail "after $1: exit $status" && show ;;
	esac
	[ $seconds -le 20 ] || fail "after $1, the run ends $seconds s later"
	expect 'no rank is left on either host' no_rank
	find out -type f | grep -Ev "^out/($known)$" && fail "was left after $1"
}

resumed() { # $status and what the run has written
	[ "$status" -eq 0 ] || { fail "resumed: exit $status" && show; }
	expect 'it went on' grep -q '^k-means goes on after iteration' "$err"
	expect_same whole out
}

vanish cut 1
# Another user's program has crashed here with a file of the same name.
at h0 mkdir -p /dev/shm/sem.OMPIO_.classes.tif.tmp
at h0 exec timeout 60 mpirun -q -n 2 "$program" kmeans $how -o out --resume \
	tile.h5 >"$out" 2>"$err"
status=$?
resumed

at h1 ip link set eth0 up
vanish crash 2
on_hosts 1 kmeans $how -o out --resume tile.h5
resumed
finish
