# Sourced by the tests on several hosts.  A test is one of the command line (see
# tests/cli/lib/cli.sh) that has two hosts for itself, h0 and h1: namespaces with
# names, shared memory and temporary files of their own, joined by a veth pair.
#
#   at HOST COMMAND...         run a command there
#   on_hosts RANKS ARG...      run the program with so many ranks on each host,
#                              by mpirun on h0; $status, $out, $err
#   begin_on_hosts RANKS ARG...   the same in the background, as $job
# shellcheck shell=sh
. tests/cluster/lib/cluster.sh
private yes
cluster=$PWD/tests/cluster/lib
. tests/cli/lib/cli.sh
PATH=$PATH:/usr/sbin:/sbin
[ "$private" = yes ] || skip 'no namespaces: unshare is not permitted'

at() { # at HOST COMMAND...
	"$cluster/enter.sh" "$@"
}

new_host() { # new_host NAME
	# shellcheck disable=SC2016
	unshare --net --uts --ipc --mount sh -c 'hostname "$1" &&
		mount -t tmpfs none /dev/shm && mount -t tmpfs none "$2" &&
		ip link set lo up && touch "$2.$1" && exec sleep 86400' \
		sh "$1" "$top/tmp" 2>"$err" &
	echo $! >"$top/$1.pid"
	until_true 5 [ -e "$top/tmp.$1" ] || skip "no hosts: $(cat "$err")"
}

mkdir "$top/tmp"
export HYP_TEST_HOSTS="$top"
ip link set lo up
name_hosts '10.0.0.1 h0' '10.0.0.2 h1'
new_host h0
new_host h1
ip link add eth0 netns "$(cat "$top/h0.pid")" type veth \
	peer name eth0 netns "$(cat "$top/h1.pid")" 2>"$err" ||
	skip "no veth pair: $(cat "$err")"
for n in 0 1; do
	at h$n ip address add 10.0.0.$((n + 1))/24 dev eth0
	at h$n ip link set eth0 up
done

# Within seconds, not hours, mpirun sees that a host has gone.
mca="--mca plm_rsh_agent $cluster/enter.sh
--mca btl_tcp_if_include 10.0.0.0/24
--mca oob_tcp_if_include 10.0.0.0/24
--mca oob_tcp_keepalive_time 3
--mca oob_tcp_keepalive_intvl 1
--mca oob_tcp_keepalive_probes 2"

begin_on_hosts() { # begin_on_hosts RANKS ARG...
	_n=$1
	shift
	: >"$err"
	# shellcheck disable=SC2086
	TMPDIR=$top/tmp "$cluster/enter.sh" h0 exec timeout 60 mpirun -q $mca \
		--host "h0:$_n,h1:$_n" "$program" "$@" >"$out" 2>"$err" </dev/null &
	job=$!
}

on_hosts() { # on_hosts RANKS ARG...
	begin_on_hosts "$@"
	wait "$job"
	# shellcheck disable=SC2034
	status=$?
}
