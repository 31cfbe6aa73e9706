#!/bin/sh
# Files of start clusters that are missing or do not fit.
. tests/cli/lib/cli.sh

"$program" synth -q --rows 20 --cols 16 --bands 60 tile.h5 || exit 1
"$program" run -q -k 3 -o first tile.h5 || exit 1
"$program" pca -q -o reduced tile.h5 || exit 1
csv=first/centroids.csv

refused() { # refused EXIT REGEX FILE [OPTION...]
	wanted=$1
	says=$2
	start=$3
	shift 3
	expect_error '1 3' "$wanted" "$says" \
		kmeans -o out -k 3 --start-clusters "$start" "$@" tile.h5
}

refused 66 "'none.csv': No such file" none.csv
refused 66 "'none.h5': No such file" none.h5
refused 65 'holds 3 centroids, but -k asks for 4 classes' $csv -k 4
refused 65 'holds 3 centroids, but -k asks for 4 classes' first/model.h5 -k 4
refused 65 'holds 35 bands, but this run keeps 18' $csv --subset 2
refused 65 'holds 35 bands, but this run keeps 18' first/model.h5 --subset 2
refused 65 'band 1 is at .* nm, but this run.s at' $csv --bands 1-35
refused 65 'no centroids of k-means' reduced/model.h5
refused 65 'no centroids of k-means' tile.h5

# edit SED FILE: a copy of the centroids with a fault
edit() {
	sed "$1" $csv >"$2"
}
edit '8s/,[^,]*/,water/' word.csv
refused 65 "line 8: column 'class_1': 'water' is not a finite number" word.csv
edit '8s/,[^,]*/,nan/' nan.csv
refused 65 "line 8: .*'nan' is not a finite number" nan.csv
edit '36s/,[^,]*$//' short.csv
refused 65 'line 36: 3 values, but 4 columns' short.csv
edit '2s/$/,0.5/' long.csv
refused 65 'line 2: more than 4 values' long.csv
edit '5d' gap.csv
refused 65 'holds 34 bands, but this run keeps 35' gap.csv
edit '9s/,[^,]*/,1e9/' huge.csv
refused 65 'class 1, band 8' huge.csv
: >empty.csv
refused 65 "'empty.csv': is empty" empty.csv
head -c 300 first/classes.tif >binary.csv
refused 65 "'binary.csv'" binary.csv

# And those that fit: the end of a run is where it stays.
for start in $csv first/model.h5; do
	expect_ok '1 3' kmeans --overwrite -o again -k 3 \
		--start-clusters "$start" tile.h5
	expect 'the same centroids' cmp $csv again/centroids.csv
	expect 'the same map' cmp first/classes.tif again/classes.tif
done
finish
