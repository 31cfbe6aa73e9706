#!/bin/sh
# All shell scripts are clean under shellcheck.
set -u
command -v shellcheck >/dev/null || {
	echo '  skipped: shellcheck is not installed'
	exit 77
}
files=$(git ls-files '*.sh' '*.sbatch' 2>/dev/null) && [ -n "$files" ] ||
	files=$(find slurm src/hyperslab-fetch.sh tests -name '*.sh' -o -name '*.sbatch')
for file in config/bootstrap .ci/run; do
	[ ! -f "$file" ] || files="$files $file"
done
# shellcheck disable=SC2086
shellcheck -x $files
