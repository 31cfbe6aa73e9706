# Sourced by the tests under SLURM.  A test is one of the command line (see
# tests/cli/lib/cli.sh) that has a SLURM of two nodes for itself, with four
# cores each, and the program on its PATH.
#
#   $jobs                         slurm/, with its path
#   submit [OPTION...] SCRIPT [ARG...]
#                                 submit a job, and leave its number in $job
#   expect_state JOB SECONDS STATE EXIT
#                                 wait for the state; the exit status must agree
#   start_again JOB...            let those that are held start now, with an hour
# shellcheck shell=sh
. tests/cluster/lib/cluster.sh
private no
if [ "$private" = yes ]; then
	# SLURM wants an address beside 127.0.0.1, and a name for the machine.
	PATH=$PATH:/usr/sbin:/sbin
	hostname slurm
	ip link set lo up
	ip address add 127.0.0.2/8 dev lo
	name_hosts '127.0.0.1 slurm'
fi
cluster=$PWD/tests/cluster/lib
# shellcheck disable=SC2034
jobs=$PWD/slurm
. tests/cli/lib/cli.sh
PATH=$(dirname "$program"):$PATH

down() {
	[ ! -d "$top/slurm" ] || sh "$cluster/slurm_down.sh" "$top/slurm"
	rm -rf "$top"
}

trap down EXIT
sh "$cluster/slurm_up.sh" "$top/slurm" 2>"$err"
# shellcheck source=/dev/null
case $? in
0) . "$top/slurm/env.sh" ;;
77) skip "$(cat "$err")" ;;
*) show; exit 1 ;;
esac

submit() { # submit [OPTION...] SCRIPT [ARG...]
	job=$(sbatch --parsable --output=%j.log "$@") || fail "sbatch $*"
}

state() { # state JOB
	squeue -h -t all -j "$1" -o %T | sort -u | paste -sd ' '
}

exit_status() { # exit_status JOB
	scontrol show job "$1" | sed -n 's/.* ExitCode=\([0-9]*\):.*/\1/p'
}

in_state() { # in_state JOB STATE
	[ "$(state "$1")" = "$2" ]
}

is_held() { # is_held JOB: it is queued again, but may not start yet
	[ "$(squeue -h -j "$1" -o '%T %r')" = 'PENDING BeginTime' ]
}

expect_state() { # expect_state JOB SECONDS STATE EXIT
	until_true "$2" in_state "$1" "$3" || :
	[ "$(state "$1") $(exit_status "$1")" = "$3 $4" ] && return
	fail "job $1: $(state "$1"), exit $(exit_status "$1")," \
		"expected $3, exit $4"
	sed 's/^/    /' "$1.log"
}

# SLURM holds a requeued job for two minutes.  It may start earlier, but not
# within a second, as its credential then counts as that of the first start, nor
# while the PMIx socket of its old step is there.
start_again() { # start_again JOB...
	sleep 2
	for _job; do
		until_true 10 no_socket "$_job"
		until_true 10 scontrol update JobId="$_job" StartTime=now TimeLimit=60
	done
}

no_socket() { # no_socket JOB
	! ls "$top"/slurm/n?/stepd.slurm.pmix."$1".*
}
