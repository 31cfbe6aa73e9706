#!/bin/sh
# Help, the version and usage errors need no MPI; under mpirun they come once.
. tests/cli/lib/cli.sh

# alone ARG...: in an empty environment, where Open MPI finds nothing
alone() {
	env -i OMPI_MCA_pml=none OMPI_MCA_ess=none PMIX_MCA_psec=none \
		timeout 30 "$program" "$@" >"$out" 2>"$err"
}

"$program" synth -q --rows 3 --cols 3 --bands 30 tile.h5 || exit 1
if alone info tile.h5; then
	fail 'MPI works even so: this test shows nothing'
fi

answers() { # answers REGEX ARG...: without MPI, and once under mpirun
	_regex=$1
	shift
	if ! alone "$@" || [ -s "$err" ] || ! grep -Eq "$_regex" "$out"; then
		fail "'$*' does not answer without MPI"
		show
	fi
	cp "$out" "$top/alone"
	ranks 3 "$@"
	if [ "$statuses" != '0 0 0' ] || ! cmp -s "$out" "$top/alone"; then
		fail "'$*' on 3 ranks: exit '$statuses', or not the same words once"
		show
	fi
}

answers '^hyperslab [0-9]+\.[0-9]+' --version
answers '^usage: hyperslab COMMAND' --help
answers '^  kmeans .*k-means' help
for command in run kmeans pca mnf sweep predict report compare info synth; do
	answers "^Usage: hyperslab $command " $command --help
	cp "$out" "$top/help"
	answers "^Usage: hyperslab $command " help $command
	expect 'the same help' cmp "$out" "$top/help"
	[ "$(awk 'length > 80' "$out" | wc -l)" -eq 0 ] ||
		fail "help of $command is wider than 80 columns"
done

# lists COMMAND OPTION...: the help of the command names each option
lists() {
	command=$1
	shift
	alone "$command" --help
	for option; do
		grep -Eq -e "(^|[ ,])$option([ ,=[]|\$)" "$out" ||
			fail "'$command --help' does not name $option"
	done
}
tile_options='--nodata --match-bands'
read_options="$tile_options --subset --bad-bands --bands --quantum"
write_options='--dry-run --scratch -o --output --overwrite -q --quiet'
map_options="$write_options --mosaic-tif --envi --hdf5 --stac"
kmeans_options='-k --max-iter --init --distance --seed --restarts
--min-change'
one_options="$kmeans_options --start-clusters --checkpoint-every --resume
--on-pcs"
picture_options='--no-pictures --no-report'
pca_options='--variance --components --min-eigenvalue --whiten
--eigen-grid'
# shellcheck disable=SC2086
{
	lists run $read_options $map_options $one_options $pca_options \
		$picture_options --denoise
	lists kmeans $read_options $map_options $one_options $pca_options \
		$picture_options
	lists pca $read_options $map_options $pca_options $picture_options \
		--denoise
	lists mnf $read_options $map_options --snr --noise-from --components \
		--eigen-grid --denoise
	lists sweep $read_options $write_options $kmeans_options --pca --json \
		--no-report
	lists predict $tile_options $map_options -m --model
	lists compare --match --nodata-a --nodata-b --json
	lists info --json
	lists synth --layout --rows --cols --bands --seed --nodata-edge --truth \
		--overwrite
}

alone run --colour tile.h5
status=$?
[ $status -eq 64 ] || fail "a usage error without MPI: exit $status"
[ "$(wc -l <"$err")" -eq 1 ] || fail 'a usage error without MPI: not one line'

finish
