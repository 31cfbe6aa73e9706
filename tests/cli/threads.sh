#!/bin/sh
# OpenBLAS uses one thread, however many cores there are and whatever the number
# of ranks, unless the environment says how many.
. tests/cli/lib/cli.sh

unset OPENBLAS_NUM_THREADS GOTO_NUM_THREADS OMP_NUM_THREADS
"$program" synth -q --rows 30 --cols 30 --bands 60 tile.h5 || exit 1

# used RANKS THREADS [NAME=VALUE]: what the record of a run says
used() {
	[ -z "${3:-}" ] || export "${3?}"
	expect_ok "$1" pca --overwrite --eigen-grid 1x1 -o "out$1$2" tile.h5
	expect "$2 threads with '${3:-}'" grep -q "\"blas_threads\": $2," \
		"out$1$2/run.json"
	[ -z "${3:-}" ] || unset "${3%%=*}"
}

used 1 1
used 3 1
used 1 1 OPENBLAS_NUM_THREADS=
used 1 1 OMP_NUM_THREADS=1
# OpenBLAS takes no more threads than there are cores.
if [ "$(nproc)" -gt 1 ]; then
	used 1 2 OPENBLAS_NUM_THREADS=2
	used 3 2 OMP_NUM_THREADS=2
	used 1 2 GOTO_NUM_THREADS=2
fi
for file in components.csv eigenvalues.csv pca.tif; do
	expect "$file is the same at 1 and 3 ranks" cmp out11/$file out31/$file
done
finish
