#!/bin/sh
# Runs print nothing on stdout, and nothing at all with -q; errors still show.
. tests/cli/lib/cli.sh

silent() { # silent TEXT: neither stdout nor stderr got a byte
	[ "$(cat "$out" "$err" | wc -c)" -eq 0 ] || fail "$1 speaks"
}

for count in 1 3; do
	expect_ok $count synth -q --overwrite --truth truth.tif --rows 20 --cols 16 \
		--bands 60 tile.h5
	silent "synth -q on $count ranks"
	for command in run kmeans pca; do
		expect_ok $count $command --overwrite -q -o out tile.h5
		silent "$command -q on $count ranks"
		expect_ok $count $command --overwrite -o out tile.h5
		[ ! -s "$out" ] || fail "$command on $count ranks: words on stdout"
		expect 'the end' grep -Eq "^wrote 'out' in [0-9.]+ s\$" "$err"
		[ "$(grep -c '^reading ' "$err")" -eq 1 ] ||
			fail "$command on $count ranks: not said once"
	done
done
expect_ok 3 kmeans --overwrite -o out tile.h5
expect "SPy's log" grep -Eq \
	'^k-means iteration 1 - [0-9]+ pixels reassigned\.$' "$err"
expect_error '1 3' 66 "'missing.h5'" run -q -o out missing.h5
expect_error 3 73 'exists; use --overwrite' run -q -o out tile.h5
[ "$(wc -l <"$err")" -eq 1 ] || fail '-q: more than the line of the error'
finish
