#!/bin/sh
# End the SLURM that slurm_up.sh started in DIR, with all of its jobs: every
# process that was started with SLURM_CONF=DIR/slurm.conf.  DIR is left.
set -eu
[ -z "${SLURM_CONF-}" ] || exec env -u SLURM_CONF sh "$0" "$@"
dir=$(cd "${1:?}" && pwd)

processes() {
	grep -lszxF "SLURM_CONF=$dir/slurm.conf" /proc/[0-9]*/environ |
		cut -d / -f 3
}

# Once is not enough: a daemon may just be starting a process.
until found=$(processes); [ -z "$found" ]; do
	# shellcheck disable=SC2086
	kill -9 $found 2>/dev/null || :
	sleep 0.1
done
