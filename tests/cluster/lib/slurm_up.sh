#!/bin/sh
# Start a SLURM of two nodes on this machine, on the loopback device: munged,
# slurmctld and two slurmd, without systemd, as root or as any user.
#
#   sh tests/cluster/lib/slurm_up.sh DIR     all it writes is in DIR
#   . DIR/env.sh                             then sinfo, sbatch, srun talk to it
#   sh tests/cluster/lib/slurm_down.sh DIR
#
# Exit status 77: it cannot run here; stderr says why.
set -eu
here=$(dirname "$0")
dir=${1:?}
PATH=$PATH:/usr/sbin:/sbin
host=$(hostname -s)

cannot() {
	echo "$*" >&2
	exit 77
}

for program in munged mungekey slurmctld slurmd sbatch; do
	command -v $program >/dev/null ||
		cannot "$program is not installed: sh config/bootstrap test-slurm"
done
# SLURM leaves out kinds of address that the machine has on no device but
# loopback's 127.0.0.1, and then looks for 127.0.0.1 in vain.
for name in 127.0.0.1 "$host"; do
	timeout 5 getent ahostsv4 "$name" >/dev/null ||
		cannot "$name cannot be resolved; as root, ip address add" \
			"127.0.0.2/8 dev lo, and name '$host' in /etc/hosts"
done

umask 022
# shellcheck disable=SC3045
ulimit -c 0 # slurmd sets no limit for its jobs
mkdir -p "$dir/log" "$dir/state" "$dir/n0/tmp" "$dir/n1/tmp"
chmod 755 "$dir"
dir=$(cd "$dir" && pwd)

# shellcheck disable=SC2046
set -- $("${PYTHON:-/usr/bin/python3}" -c '
import socket
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
print(*(port.getsockname()[1] for port in held))')
sed -e "s|@DIR@|$dir|" -e "s|@HOST@|$host|" -e "s|@USER@|$(id -un)|" \
	-e "s|@PORT@|$1|" -e "s|@PORT0@|$2|" -e "s|@PORT1@|$3|" \
	"$here/slurm.conf.in" >"$dir/slurm.conf"
: >"$dir/plugstack.conf"
echo CgroupAutomount=no >"$dir/cgroup.conf"

# Both nodes have one host name.  Open MPI names its shared memory after the
# host, and ranks of two nodes would write into one file.  The shell of a batch
# job must not set this: mpirun would carry it to the other node.
cat >"$dir/prolog.sh" <<END
#!/bin/sh
[ -n "\$SLURM_STEP_ID" ] || exit 0
echo "export TMPDIR=$dir/\$SLURMD_NODENAME/tmp"
echo "export OMPI_MCA_btl_vader_backing_directory=$dir/\$SLURMD_NODENAME/tmp"
END
chmod 755 "$dir/prolog.sh"

# Ranks of two nodes talk over TCP on the loopback device.  SLURM promises more
# cores than there are, so that Open MPI does not see that ranks must give way.
cat >"$dir/env.sh" <<END
export SLURM_CONF=$dir/slurm.conf
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_btl_tcp_if_include=lo OMPI_MCA_oob_tcp_if_include=lo
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_mpi_yield_when_idle=1
export OMPI_MCA_hwloc_base_binding_policy=none
END
# shellcheck source=/dev/null
. "$dir/env.sh"

give_up() {
	trap - EXIT
	tail -n 8 "$dir"/log/* >&2
	sh "$here/slurm_down.sh" "$dir"
	cannot "$* on this machine"
}
trap 'give_up "SLURM does not start"' EXIT

# The daemons too know SLURM_CONF: slurm_down.sh finds them by it.  munged would
# not have its socket in a private folder.
mungekey --create --keyfile="$dir/munge.key"
munged --force --key-file="$dir/munge.key" --socket="$dir/munge.socket" \
	--pid-file="$dir/munge.pid" --log-file="$dir/log/munged" \
	--seed-file="$dir/munge.seed"
slurmctld -c
slurmd -N n0
slurmd -N n1
tries=150
until [ "$(sinfo -h -N -o %T 2>/dev/null | grep -c '^idle$')" -eq 2 ]; do
	tries=$((tries - 1))
	[ $tries -gt 0 ] || give_up 'the nodes of SLURM do not become idle'
	sleep 0.1
done
trap - EXIT
