#!/bin/sh
# From a file to maps: write a synthetic tile in NEON's layout, cluster it and
# reduce it on two ranks.  The tile is kept, and used again by the next run.
#
#   BUILD     where the program is          (set by make)
#   MPIRUN    launcher, rank count appended (set by make)
set -eu
cd "$(dirname "$0")/.."
: "${BUILD:?}" "${MPIRUN:?}"
# Open MPI refuses root otherwise; containers run as root.
[ "$(id -u)" -ne 0 ] ||
	export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
# Two ranks also on one core, beside other work.
export OMPI_MCA_mpi_yield_when_idle=1 OMPI_MCA_hwloc_base_binding_policy=none
export OMPI_MCA_btl_vader_single_copy_mechanism=none
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

PROGRAM=$BUILD/hyperslab
DIR=hyperslab-demo
TILE=$DIR/NEON_D02_SERC_DP3_368000_4306000_reflectance.h5
ROOM_KB=1000000 # the tile, and the maps
EX_CANTCREAT=73

has_tile() {
	[ -s "$TILE" ] && "$PROGRAM" info "$TILE" 2>/dev/null |
		grep -q '1000 rows, 1000 columns, 426 bands'
}

check_room() {
	free=$(df -Pk "$DIR" | awk 'NR == 2 { print $4 }')
	[ "$free" -lt "$ROOM_KB" ] || return 0
	echo "demo: '$DIR': $((free / 1000)) MB are free, but the tile and" \
		"its maps take up to $((ROOM_KB / 1000)) MB" >&2
	exit $EX_CANTCREAT
}

mkdir -p "$DIR"
if has_tile; then
	echo "demo: the tile is there already: $TILE"
else
	check_room
	echo "demo: writing a tile of 1000 x 1000 pixels and 426 bands"
	# shellcheck disable=SC2086
	$MPIRUN 2 "$PROGRAM" synth --overwrite "$TILE"
fi
# shellcheck disable=SC2086
$MPIRUN 2 "$PROGRAM" run --subset 2 -k 5 --max-iter 50 --overwrite -o "$DIR" \
	"$TILE"

cat <<END

Results are in $DIR/:
  classes.tif     the class of every pixel, with a palette and names
  pca.tif         the principal components
  centroids.csv   the mean spectrum of each class
  report.html     all of it to look at, in a browser
  run.json        what was run, and how long each part took

Look at them, with the packages gdal-bin or qgis:
  gdalinfo $DIR/classes.tif
  qgis $DIR/classes.tif $DIR/pca.tif
docs/outputs.md says what each file holds.
END
