#!/bin/sh
# Output folders that exist, or cannot be made: nothing is touched.
. tests/cli/lib/cli.sh

"$program" synth -q --rows 20 --cols 16 --bands 60 tile.h5 || exit 1
"$program" run -q -k 3 -o old tile.h5 || exit 1
echo 'a file' >file
mkdir one
echo 'mine' >one/run.json
mkdir -p other/deep
echo 'not an output' >other/notes.txt

says='exists; use --overwrite or another --output'
for command in run kmeans; do
	expect_error '1 3' 73 "'old/classes.tif' $says" $command -o old tile.h5
done
expect_error '1 3' 73 "'old/pca.tif' $says" pca -o old tile.h5
expect_error '1 3' 73 "'one/run.json' $says" run -o one tile.h5

expect_error '1 3' 73 "cannot make output folder 'file'" run -o file tile.h5
expect_error '1 3' 73 "cannot make output folder 'file/out'" \
	run -o file/out tile.h5
expect_error '1 3' 73 "cannot make output folder '/proc/hyperslab/out'" \
	run -o /proc/hyperslab/out tile.h5
expect_error 1 73 "cannot make output folder ''" run -o '' tile.h5
ln -s nowhere dangling
expect_error 1 73 "cannot make output folder 'dangling'" run -o dangling tile.h5
mkdir closed
chmod 555 closed
if [ ! -w closed ]; then # root may write everywhere
	expect_error '1 3' 73 "output folder 'closed/out'" run -o closed/out tile.h5
	expect_error '1 3' 73 "output folder 'closed'" run -o closed tile.h5
fi

# The tile is looked at first: no folder is made for one that is not there,
# and folders made for a run that fails are gone, with their parents.
expect_error '1 3' 66 "'missing.h5'" run -o a/b/c missing.h5
expect_error '1 3' 65 '400 classes' run -k 400 -o a/b/c tile.h5
expect_error 3 65 '400 classes' run -k 400 -o other/deep/er tile.h5

# A folder with other files in it is as good as any.
expect_ok 3 run -o other tile.h5
expect 'the other file is there' grep -q 'not an output' other/notes.txt
expect_ok 1 run -o x/y/z tile.h5
expect 'parents are made' test -s x/y/z/run.json
expect_ok 1 pca tile.h5
expect 'the default folder' test -s hyperslab-out/pca.tif
finish
