#!/bin/sh
# Values of options that cannot be.
. tests/cli/lib/cli.sh

"$program" synth -q --rows 20 --cols 16 --bands 60 tile.h5 || exit 1

# bad OPTION REGEX VALUE...: each is refused, naming the option and the value
bad() {
	option=$1
	regex=$2
	shift 2
	for value; do
		expect_error 1 64 "--$option '$value': expected $regex" \
			"${command:-run}" -o out "--$option=$value" tile.h5
	done
}

whole='a whole number from 1 to'
bad subset "$whole" 0 -1 1.5 x '' 99999999999999999999
bad classes "$whole 65535" 0 -3 65536 5x
bad max-iter "$whole 100000" 0 100001 many
bad seed 'a whole number from 0' -1 x 99999999999999999999
bad components "$whole" 0 -1 x
bad variance 'a number from 0 to 1' -0.1 1.1 nan x ''
bad min-change 'a number from 0 to 100' -1 101 nan
bad min-eigenvalue 'a number from 0' -1 nan x
bad quantum 'a number from' 0 -1 nan 1e99
bad nodata 'a number' x '' 1e
bad init 'diagonal or kmeans\+\+' random '' diagonal2
bad distance 'l2 or l1' l3 euclid
bad eigen-grid 'auto or ROWSxCOLS' 0x1 1x 2 1x1x1 -1x-1 x
command=mnf
bad snr 'a number from 0' -1 nan x
bad noise-from 'lowerright, lowerleft, right or lower' upper '' Lower
bad components "$whole" 0
command=
windows=$(awk 'BEGIN { for (i = 1; i <= 40; i++) printf "%d-%d,", 2 * i, 2 * i + 1 }')
bad bad-bands 'neon, none, or windows' all 500-400 1340-1445, 1340 \
	"${windows%,}"
expect_error 3 64 "--subset '0'" run -o out --subset 0 tile.h5
expect_error 3 64 "--classes '65536'" run -o out -k 65536 tile.h5

# synth's own: it takes no --output
for option in --rows=0 --rows=-1 --rows=100001 --cols=0 --bands=0 --bands=x \
	--seed=-1 --layout=tiles --nodata-edge=2 --nodata-edge=nan; do
	expect_error 1 64 "${option%%=*} '${option#*=}': expected" \
		synth "$option" new.h5
done

# Values that only the tile, or the ranks, prove wrong
for bands in 1-61 0-5 5-3 61 1,,2 1- x 1-5,x '' 99999999999999999999; do
	expect_error 1 64 "bands '$bands': expected .* within 1-60" \
		run -o out "--bands=$bands" tile.h5
done
expect_error 3 64 "bands '1-61': expected" run -o out --bands 1-61 tile.h5
expect_error '1 3' 64 '4x4 does not fit [13] rank' \
	run -o out --eigen-grid 4x4 tile.h5
expect_error '1 3' 64 '9999 components of 35 bands' \
	run -o out --components 9999 tile.h5
expect_error 1 65 'none of the 60 bands is kept' \
	run -o out --bad-bands 300-3000 tile.h5
# The product of the two is 0 in 32 bits.
expect_error 1 64 '65536x65536' pca -o out --eigen-grid 65536x65536 tile.h5
expect_error '1 3' 64 '--whiten cannot be used with --on-pcs' \
	kmeans --on-pcs --whiten tile.h5
expect_error '1 3' 64 '--hdf5 does not hold MNF' mnf --hdf5 tile.h5
finish
