#!/bin/sh
# The same command gives the same bytes, at any time and at any rank count; only
# run.json, and the report that holds it, say when and where it ran.
. tests/cli/lib/cli.sh

"$program" synth -q --rows 3 --cols 50 --bands 60 tile.h5 || exit 1
"$program" run -q --eigen-grid 1x1 --init kmeans++ --seed 7 -o first tile.h5 ||
	exit 1
sleep 1.1 # so that times in files differ
for count in 1 2 3 7; do # 7 ranks for 3 rows
	expect_ok $count run --eigen-grid 1x1 --init kmeans++ --seed 7 \
		-o ranks$count tile.h5
	for file in $(cd first && echo *); do
		case $file in
		run.json | report.html) ;;
		*) expect 'the same bytes' cmp "first/$file" "ranks$count/$file" ;;
		esac
	done
	expect 'the rank count' grep -q "\"ranks\": $count" ranks$count/run.json
done
"$program" synth -q --rows 1 --cols 1 --bands 60 pixel.h5 || exit 1
expect_ok '1 3' kmeans --overwrite -k 1 -o pixel pixel.h5
expect_error '1 3' 65 'one valid pixel has no covariance' \
	run -k 1 -o other pixel.h5
finish
