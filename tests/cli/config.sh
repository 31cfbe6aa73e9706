#!/bin/sh
# Settings from a file: a run is made again from its record, with the same
# bytes; the command line has the last word; files that cannot be are refused.
. tests/cli/lib/cli.sh

"$program" synth -q --rows 40 --cols 30 --bands 60 tile.h5 || exit 1

settings() { # settings FOLDER: those of its record, but where it lies
	sed -n '/^  "settings": {/,/^  }/p' "$1/run.json" | grep -v '"output"'
}

# again COMMAND OPTION...: what the record says is enough to do it again
again() {
	command=$1
	rm -rf first again
	expect_ok 2 "$@" -o first tile.h5
	expect_ok 3 "$command" --config first/run.json -o again tile.h5
	expect "the settings of $*" [ "$(settings first)" = "$(settings again)" ]
	sed -i 's/,[^,]*$//' first/sweep.csv again/sweep.csv 2>/dev/null # seconds
	expect "the files of $*" diff -rq -x run.json -x report.html first again
}

again run --subset 3 -k 4 --max-iter 7 --init kmeans++ --seed 11 --distance l1 \
	--min-change 0.25 --bad-bands 500-600,1000.5-1200 --quantum 0.001 \
	--variance 0.9 --eigen-grid 1x1 --nodata -9999 --match-bands
again run -k 3 --on-pcs --components 4 --eigen-grid 1x1 --denoise --bands 3-50
again kmeans -k 6 --start-clusters "$(
	"$program" kmeans -q -k 6 --max-iter 2 -o start tile.h5 &&
		echo start/centroids.csv
)"
again pca --whiten --min-eigenvalue 1e-4 --bad-bands none --eigen-grid 1x1
again mnf --snr 3 --noise-from right --eigen-grid 1x1
again sweep -k 3,5 --subset 1,2 --pca 0,0.99 --max-iter 10
again run -k 3 --max-iter 3 --seed 9223372036854775807 --envi --hdf5 \
	--stac=2025-06-12 --no-report --eigen-grid 1x1
again kmeans --max-iter 3 --stac=2025-06-12/2025-06-14 --no-pictures
"$program" run -q -k 3 -o model tile.h5 || exit 1
again predict -m model --match-bands

# Of another command's settings, those that it has.
expect_ok 1 kmeans --config first/run.json -o other tile.h5
expect_ok 1 kmeans --config model/run.json -o classes tile.h5
expect 'the classes of run' cmp classes/classes.tif model/classes.tif

# What the command line says counts, wherever it says it.
has() { # has FOLDER TEXT: in its settings
	expect "$2 in $1" [ "$(settings "$1" | grep -c "$2")" -eq 1 ]
}

cat >some.json <<'END'
{ "classes": 7, "components": 3, "bands": "1-20", "on-pcs": false,
  "whiten": null, "subset": 2, "seed": 5 }
END
expect_ok 1 run -k 4 --config some.json --variance 0.5 --bad-bands none \
	-o mine tile.h5
has mine '"classes": 4'
has mine '"variance": 0.5'
has mine '"bad-bands": "none"'
has mine '"subset": 2'
has mine '"seed": 5'
expect 'no more' [ "$(settings mine | grep -c '"components"\|"bands"\|whiten')" -eq 0 ]

# bad REGEX TEXT: such a file is refused, by its name
bad() {
	printf '%s' "$2" >bad.json
	expect_error '1 3' 78 "'bad.json': $1" run --config bad.json -o new tile.h5
}

bad 'colour: no such setting' '{"colour": 1}'
bad 'config: no such setting' '{"config": "some.json"}'
bad 'help: no such setting' '{"help": true}'
bad "--subset '0': expected a whole number" '{"subset": 0}'
bad "--classes '2.5': expected a whole number" '{"classes": 2.5}'
bad "--distance 'l3': expected l2 or l1" '{"settings": {"distance": "l3"}}'
bad "'--on-pcs=1': no such option, or its value" '{"on-pcs": 1}'
bad 'output: true is not its value, DIR' '{"output": true, "subset": 2}'
bad 'classes: true is not its value, K' '{"classes": true}'
bad 'components and variance: one of them' '{"variance": 0.9, "components": 4}'
bad 'min-eigenvalue and variance: one of them' \
	'{"variance": 0.9, "min-eigenvalue": 0.1}'
bad 'classes: expected a text, a number, true, or a list' '{"classes": {}}'
bad 'classes: expected a text, a number, true, or a list' '{"classes": []}'
bad 'bad-bands: expected a text' '{"bad-bands": [[1, 2, 3]]}'
bad 'bad-bands: expected a text' '{"bad-bands": [[1, {}]]}'
bad 'expected a JSON object with settings' '[1]'
bad 'line 1: ' '{"subset": 2'
bad 'line 1: ' ''
expect_error '1 2' 78 "cannot open 'absent.json': No such file" \
	run --config absent.json -o new tile.h5
expect_error 1 78 "'\.'" run --config . -o new tile.h5
expect_error '1 3' 64 'no tile given' run --config some.json

# Keys have no order.
rm -rf first
"$program" run -q -k 3 --components 4 --whiten -o first tile.h5 || exit 1
"$python" - <<'END' || exit 1
import json
settings = json.load(open("first/run.json"))["settings"]
json.dump(dict(sorted(settings.items())), open("sorted.json", "w"))
json.dump(dict(sorted(settings.items(), reverse=True)), open("back.json", "w"))
END
for order in sorted back; do
	expect_ok 1 run --config $order.json -o $order tile.h5
	expect "the files of $order" diff -rq -x run.json -x report.html first $order
done

# Only rank 0 needs to have the file.
mkdir elsewhere
# shellcheck disable=SC2086,SC2016
expect 'a file that one rank has' $MPIRUN 3 sh -c '
	[ "$OMPI_COMM_WORLD_RANK" -eq 0 ] || cd elsewhere
	exec "$@"' - "$program" run -q --config sorted.json -o "$box/alone" "$box/tile.h5"
expect 'its classes' cmp first/classes.tif alone/classes.tif
finish
