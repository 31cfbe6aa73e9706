#!/bin/sh
# Two hosts, joined by a network: the bytes of a run on one rank.
. tests/cluster/lib/hosts.sh

mkdir tiles
"$program" synth -q --rows 60 --cols 200 --bands 60 tiles/a.h5 || exit 1
"$program" synth -q --rows 90 --cols 200 --bands 60 --seed 2 --layout bands \
	tiles/b.h5 || exit 1
options='-k 6 --eigen-grid 1x1'
# shellcheck disable=SC2086
"$program" run -q $options -o alone tiles || exit 1

received() { # received HOST: bytes
	at "$1" cat /proc/net/dev | sed -n 's/^ *eth0: *\([0-9]*\).*/\1/p'
}

for count in 1 2; do
	before=$(received h1)
	# shellcheck disable=SC2086
	on_hosts $count run $options -o "hosts-$count" tiles
	[ "$status" -eq 0 ] || { fail "exit $status" && show; }
	expect_same alone "hosts-$count"
	expect 'the ranks' grep -q "\"ranks\": $((2 * count))," \
		"hosts-$count/run.json"
	# Half of the tile of whole bands is inflated where it is not needed.
	bytes=$(($(received h1) - before))
	[ $bytes -gt 200000 ] || fail "only $bytes bytes went over the network"
done

# Neither beside the results nor beside the tiles does MPI make files, nor
# semaphores that keep other users from files of the same names: a crash would
# leave them behind.
if strace true 2>/dev/null; then
	for list in h0,h0 h0,h1; do
		# shellcheck disable=SC2086
		at h0 TMPDIR="$top/tmp" strace -f -e trace=open,openat -o "$top/trace" \
			mpirun -q $mca --host "$list" "$program" run -q $options \
			-o "traced-$list" tiles >"$out" 2>"$err" || fail "exit $?"
		[ ! -s "$err" ] || { fail "run on $list with strace" && show; }
		expect_same alone "traced-$list"
		sed -n 's/.*"\(.*\)", .*O_CREAT.*/\1/p' "$top/trace" |
			grep -e '^[^/]' -e "^$box/" -e '/sem\.' |
			grep -v "^traced-$list/.*\.tmp$" && fail "was made on $list"
		expect 'what was made is seen' grep -q 'a/.classes.tif.tmp.*O_CREAT' \
			"$top/trace"
	done
fi

# One error, and the same status, wherever it happens.
on_hosts 1 run -o absent absent.h5
[ "$status" -eq 66 ] || fail "without input: exit $status, expected 66"
expect 'one line' grep -q "^hyperslab: .*'absent.h5'" "$err"
finish
