#!/bin/sh
# The report in a browser: make scenes, run hyperslab over them, ask GDAL and
# h5py what they hold, and look at the pages in Chromium.
#
#   BUILD     where the program is          (set by make)
#   MPIRUN    launcher, rank count appended (set by make)
set -eu
cd "$(dirname "$0")/../.."
: "${BUILD:?}" "${MPIRUN:?}" "${PYTHON:=/usr/bin/python3}"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_mpi_yield_when_idle=1 OMPI_MCA_hwloc_base_binding_policy=none
export OMPI_MCA_btl_vader_single_copy_mechanism=none
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
top=$(mktemp -d "${TMPDIR:-/tmp}/hyperslab-report.XXXXXX")
trap 'rm -rf "$top"' EXIT
trap 'exit 1' HUP INT TERM

hyperslab() { # hyperslab ARG...: on two ranks
	# shellcheck disable=SC2086
	$MPIRUN 2 "$BUILD/hyperslab" "$@"
}

[ -d src/report/node_modules/playwright-core ] ||
	(cd src/report && npm ci --no-audit --no-fund --loglevel=error)
sh tests/lint/template.sh

# A small scene, whose spectra the page holds, with pixels without data.
hyperslab synth -q --rows 60 --cols 50 --nodata-edge 0.2 "$top/small.h5"
hyperslab run -q --subset 2 -k 5 -o "$top/small" "$top/small.h5"
hyperslab kmeans -q --subset 2 -k 20 -o "$top/kmeans" "$top/small.h5"
hyperslab pca -q --subset 2 -o "$top/pca" "$top/small.h5"
hyperslab run -q --subset 4 -k 300 --max-iter 3 -o "$top/many" "$top/small.h5"
hyperslab run -q --no-pictures -k 3 --subset 4 -o "$top/bare" "$top/small.h5"

# Sweeps: some lines of which are stopped; of one setting; of many lines.
hyperslab sweep -q -k 3,1,5 --subset 2,3 --pca 0,0.99 --max-iter 7 \
	-o "$top/sweep" "$top/small.h5" >"$top/printed"
hyperslab sweep -q -k 4 --subset 2 -o "$top/lone" "$top/small.h5" \
	>"$top/printed"
hyperslab sweep -q -k 2 --subset 5,6,7,8,9,10,11,12,13,14,15 --max-iter 1 \
	--pca 0,0.1,0.2,0.3,0.4,0.5 -o "$top/broad" "$top/small.h5" >"$top/printed"

cp "$top/small.h5" "$top/again.h5"
hyperslab run -q --subset 4 -k 4 -o "$top/two" "$top/small.h5" "$top/again.h5"

# A large one; and one of which a dot stands for several pixels.
hyperslab synth -q --rows 2000 --cols 2000 --bands 40 "$top/large.h5"
hyperslab run -q -k 8 --max-iter 5 -o "$top/large" "$top/large.h5"
hyperslab synth -q --rows 2500 --cols 33 --bands 40 "$top/long.h5"
hyperslab run -q -k 4 -o "$top/long" "$top/long.h5"

# A path that would end an element or an attribute, and is no UTF-8.
odd="$top/x</script><img src=x onerror=alert(1)>\"'$(printf '\351').h5"
mkdir "$top/x<"
cp "$top/small.h5" "$odd"
hyperslab run -q --subset 2 -k 2 -o "$top/hostile" "$odd"

"$PYTHON" tests/report/truth.py "$top/small" "$top/small.h5" >"$top/small.json"
"$PYTHON" tests/report/truth.py "$top/long" "$top/long.h5" >"$top/long.json"
node src/report/tests/main.mjs "$top"
