#!/bin/sh
# k-means on scores can be stopped and gone on with; what does not fit it is
# refused.
. tests/cli/lib/cli.sh

"$program" synth -q --rows 60 --cols 50 --bands 60 --seed 5 tile.h5 || exit 1
how='-k 12 --on-pcs --components 4'

# Words are meant to be split.
# shellcheck disable=SC2086
{
	expect_ok 1 kmeans $how -o whole tile.h5
	stop_when '^reading ' USR1 3 kmeans $how -o out tile.h5
	[ "$status" -eq 75 ] || fail "SIGUSR1: exit $status, expected 75"
	expect_error 2 64 'the checkpoint has --components 4, this run --components 3' \
		kmeans -k 12 --on-pcs --components 3 --resume -o out tile.h5
	expect_error 2 64 'the checkpoint has --on-pcs, this run no --on-pcs' \
		kmeans -k 12 --resume -o out tile.h5
	expect_ok 2 kmeans $how --resume -o out tile.h5
	for file in classes.tif centroids.csv score_centroids.csv deviations.csv \
		model.h5; do
		expect "$file of a run that was not stopped" \
			cmp "whole/$file" "out/$file"
	done
	# After iteration 1 of the first, from another one's file
	expect_error 2 65 "centroids, but -k asks for 5 classes" \
		run --on-pcs --start-clusters whole/centroids.csv -o new tile.h5

	expect_error 2 64 '--eigen-grid 1x2: --on-pcs needs 1x1' \
		run $how --eigen-grid 1x2 -o new tile.h5
	expect_error 2 64 'mean nothing to kmeans without --on-pcs' \
		kmeans --variance 0.99 -o new tile.h5
}
[ ! -e new ] || fail 'a refused run left a folder'
expect_ok 2 run -q --on-pcs --eigen-grid 1x1 -o again tile.h5
finish
