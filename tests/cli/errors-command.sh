#!/bin/sh
# Commands and arguments that cannot be: found before MPI starts.
. tests/cli/lib/cli.sh

"$program" synth -q --rows 20 --cols 16 --bands 60 tile.h5 || exit 1

expect_error '1 3' 64 "no command; see 'hyperslab --help'"
expect_error '1 3' 64 "no command 'cluster'; see 'hyperslab --help'" \
	cluster tile.h5
expect_error 1 64 "no command 'cluster'" help cluster
expect_error 1 64 "no command 'tile.h5'" tile.h5
expect_error 1 64 "no command ''" ''
for command in run kmeans pca mnf predict info synth; do
	expect_error 1 64 "no tile given; see 'hyperslab $command --help'" $command
done
for command in run kmeans pca mnf info; do
	expect_error 1 64 "'tile.h5' and 'tile.h5' are the same file" $command tile.h5 tile.h5
done
expect_error 1 64 "'b.h5': one tile is written at a time" synth a.h5 b.h5
expect_error 3 64 'no tile given' run -o out
expect_error 3 64 "'tile.h5' and 'tile.h5' are the same file" run tile.h5 tile.h5

# Options that no command, or not this one, has
for command in run kmeans pca mnf predict compare info synth; do
	expect_error 1 64 "'--colour': no such option" $command --colour tile.h5
done
expect_error '1 3' 64 "'--colour=red': no such option" run --colour=red tile.h5
expect_error 1 64 "'-z': no such option" run -z tile.h5
expect_error 1 64 'no such option' run --ba none tile.h5 # or --bands
expect_error 1 64 'no such option' run --overwrite=yes tile.h5
expect_error 1 64 'no such option' pca -k 5 tile.h5
expect_error 1 64 'mean nothing to kmeans without --on-pcs' kmeans --variance 0.9 tile.h5
expect_error 1 64 'no such option' info -o out tile.h5
expect_error 1 64 'no such option' run --json tile.h5
expect_error 1 64 'no such option' synth --subset 2 tile2.h5

# Maps to compare
expect_error '1 3' 64 '0 maps given, expected two' compare
expect_error '1 3' 64 '1 map given, expected two' compare a.tif
expect_error 1 64 '3 maps given, expected two' compare a.tif b.tif c.tif
expect_error '1 3' 66 "'a.tif': No such file" compare a.tif b.tif
expect_error 1 64 'one, many or same' compare --match=none a.tif b.tif
expect_error 1 64 'a whole number, or none' compare --nodata-a=0.5 a.tif b.tif

# Values that are missing
for option in -k -o --output --subset --bad-bands --bands --nodata --quantum \
	--classes --max-iter --init --start-clusters --distance --seed --restarts \
	--min-change --variance --components --min-eigenvalue --eigen-grid; do
	expect_error 1 64 "'$option': no such option, or its value is missing" \
		run tile.h5 $option
done
expect_error 3 64 "'-k': no such option, or its value is missing" run tile.h5 -k

# The status is the launcher's too, as far as it has one of its own.
# shellcheck disable=SC2086
timeout 30 $MPIRUN 3 "$program" run -o out missing.h5 2>"$err" >"$out"
status=$?
[ "$status" -eq 66 ] || fail "the launcher ended with $status, expected 66"
[ "$(grep -c '^hyperslab: ' "$err")" -eq 1 ] || fail 'not one line of error'
finish
