#!/bin/sh
# A full file system: one line, nothing left behind.  A small tmpfs is mounted
# where only this test sees it; for that, the test runs itself again.
inside=${HYP_TEST_INSIDE:-}
if [ -z "$inside" ]; then
	if unshare -m true 2>/dev/null; then
		HYP_TEST_INSIDE=root exec unshare -m sh "$0"
	elif unshare -rm true 2>/dev/null; then
		HYP_TEST_INSIDE=user exec unshare -rm sh "$0"
	fi
	echo "  skipped: no permission to mount a small file system"
	exit 77
fi
. tests/cli/lib/cli.sh

mkdir small
mount -t tmpfs -o size=8k none small 2>/dev/null ||
	skip "cannot mount a small file system"

# What does not fit at one size may be any of the outputs at another.
"$program" synth -q --rows 60 --cols 40 --bands 60 tile.h5 || exit 1
"$program" run -q -o whole tile.h5 || exit 1
all=$(du -sk whole | cut -f1)
for size in 4 8 12 20 32 64 160 $((all - 60)) $((all - 12)); do
	mount -o remount,size="${size}k" small
	expect_error '1 3' '74' "small/out" run -o small/out tile.h5
done
for size in 8 32 64; do
	mount -o remount,size="${size}k" small
	expect_error '1 3' '74' "small/out" run --envi --hdf5 -o small/out tile.h5
done
# Several tiles: ranks write different maps, and one of them finds it full.
mkdir tiles
for n in 1 2 3 4 5; do
	"$program" synth -q --rows 20 --cols 40 --bands 60 --seed $n tiles/$n.h5
done
for form in '' --mosaic-tif; do
	# shellcheck disable=SC2086
	"$program" run -q --overwrite --components 6 $form -o several tiles || exit 1
	need=$(du -sk several | cut -f1)
	for size in $((need / 3)) $((need - 40)); do
		mount -o remount,size="${size}k" small
		# shellcheck disable=SC2086
		expect_error '1 3' 74 'small/out' run --components 6 $form \
			-o small/out tiles
	done
	rm -r several
done
mount -o remount,size=64k small
expect_error '1 3' 74 'small/' synth --rows 60 --cols 40 small/new.h5
expect_error '1 3' 74 'small/' synth --rows 60 --cols 40 --layout bands small/new.h5

# Results that were there stay when new ones do not fit beside them.
mount -o remount,size=$((all + 40))k small
expect_ok 1 run -o small/out tile.h5
expect_error '1 3' 74 'small/out' run --overwrite -k 3 -o small/out tile.h5
mount -o remount,size=$((3 * all))k small
expect_ok 3 run --overwrite -k 3 -o small/out tile.h5

# No room for a checkpoint on the way is worth a note; at a stop it is an error.
"$program" synth -q --rows 300 --cols 300 --bands 60 large.h5 || exit 1
used=$(du -sk small | cut -f1)
mount -o remount,size=$((used + 92))k small
for ranks in 1 3; do
	expect_ok $ranks kmeans -k 3 --no-pictures --no-report \
		--checkpoint-every 0.0001s -o small/more large.h5
	expect 'a note' grep -q "^note: going on without a checkpoint: .*: No space" \
		"$err"
	rm -r small/more
done
stop_when '^reading ' USR1 3 kmeans -k 40 --distance l1 --no-pictures \
	--no-report -o small/more large.h5
[ "$status" -eq 74 ] || fail "no room at a stop: exit $status, expected 74"
expect 'why' grep -q "^hyperslab: .*checkpoint.h5': No space left" "$err"
expect 'nothing is left' test ! -e small/more

# No room for the pixels
expect_error '1 3' 74 "'small': No space left on device .[0-9]+ bytes needed" \
	kmeans --scratch small -o out large.h5

# A file system that may only be read
mount -o remount,ro small
expect_error '1 3' 73 "Read-only" run -o small/out2 tile.h5
expect_error '1 3' 73 "small" run --overwrite -o small/out tile.h5
umount small

# A limit on the size of files, where its signal is ignored.  The launcher and
# its shared memory need larger ones.
cat >"$top/limited" <<END
#!/bin/sh
trap '' XFSZ
ulimit -f 100 # of 512 bytes
exec "$program" "\$@"
END
chmod +x "$top/limited"
program=$top/limited
export OMPI_MCA_btl=self,tcp
expect_error 3 74 "'out/.pca.tif.tmp'.*[Ff]ile too large" run -o out tile.h5
expect_error 3 74 'new.h5' synth --rows 60 --cols 40 new.h5
finish
