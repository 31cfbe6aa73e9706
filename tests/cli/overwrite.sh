#!/bin/sh
# --overwrite replaces all that a command writes, and that only when it is
# complete.
. tests/cli/lib/cli.sh

"$program" synth -q --rows 20 --cols 16 --bands 60 tile.h5 || exit 1
"$program" run -q -k 4 -o fresh tile.h5 || exit 1
files=$(cd fresh && echo *)
cp -R fresh expected
: >expected/notes.txt

for count in 1 3; do
	rm -rf out
	"$program" run -q -k 3 -o out tile.h5 || exit 1
	echo 'not an output' >out/notes.txt
	echo 'of a run that was killed' >out/.pca.tif.tmp
	expect_ok $count run --overwrite -k 4 -o out tile.h5
	for file in $files; do
		case $file in
		run.json | report.html)
			expect 'a new record' grep -q '"classes": 4' "out/$file"
			;;
		*) expect 'replaced' cmp "fresh/$file" "out/$file" ;;
		esac
	done
	expect 'other files stay' grep -q 'not an output' out/notes.txt
	[ "$(cd out && find . | sort)" = "$(cd expected && find . | sort)" ] ||
		fail "on $count ranks: out holds$(cd out && find . | tr '\n' ' ')"

	# A run that fails, early or late, leaves the results as they were.
	expect_error $count 65 '400 classes' run --overwrite -k 400 -o out tile.h5
	expect_error $count 64 '999 components' \
		run --overwrite --components 999 -o out tile.h5
	expect_error $count 66 'missing.h5' run --overwrite -o out missing.h5
done

# Nothing to replace is no error, and a file is still not a folder.
expect_ok 1 run --overwrite -o new tile.h5
echo 'a file' >file
expect_error '1 3' 73 "'file'" run --overwrite -o file tile.h5

# Results behind a link are replaced by files; what they pointed at stays.
cp fresh/classes.tif kept.tif
ln -sf ../kept.tif out/classes.tif
expect_ok 1 run --overwrite -k 2 -o out tile.h5
expect 'a file of its own' cmp fresh/classes.tif kept.tif
finish
