#!/bin/sh
# What a run will take is said before it reads, and is what it takes; a run that
# does not fit ends there; with --scratch it fits, and gives the same bytes.
. tests/cli/lib/cli.sh

"$program" synth -q --rows 400 --cols 400 --bands 150 --layout bands tile.h5 ||
	exit 1
how='--bad-bands none --max-iter 5 --no-pictures --no-report'

# The plan is all that a dry run makes.
snapshot >"$top/before"
for command in run kmeans pca; do
	expect_ok '1 3' $command --dry-run -o out tile.h5
	for line in 'tiles  *tile.h5: 400 x 400 pixels, chunks of 400 x 400 x 1' \
		'pixels  *160000; ' 'bands  *[0-9]* of 150, [0-9.]* MB as int16' \
		'chunks to read  *[0-9]*, [0-9]* MB in the files, [0-9]* MB decoded' \
		'ranks  *3 on 1 node' 'memory of a rank  *about [0-9]* MB' \
		'memory of a node  *about [0-9]* MB; [0-9.]* [MG]B are left (.*)' \
		'time  *about [0-9.]* s, '; do
		expect "a line of the plan" grep -q "^$line" "$out"
	done
done
snapshot >"$top/after"
expect 'a dry run makes nothing' cmp "$top/before" "$top/after"
expect_error '1 3' 64 "bands '151-160'" run --dry-run --bands 151-160 tile.h5

# planned REGEX FILE: the bytes that a line of the plan says.
planned() {
	awk -v line="$1" '$0 ~ line { for (i = 1; i < NF; i++)
		if ($(i + 1) ~ /^MB/) { print $i * 1e6; exit }
		else if ($(i + 1) ~ /^GB/) { print $i * 1e9; exit } }' "$2"
}

# near A B SHARE: A and B differ by less than this share of B.
near() {
	awk -v a="$1" -v b="$2" -v most="$3" \
		'BEGIN { d = a - b; exit !(a > 0 && b > 0 && d * d < most * most * b * b) }'
}

for case in '1 run' '2 run' '2 kmeans' '3 pca' '2 pca --denoise'; do
	# shellcheck disable=SC2086
	set -- $case
	n=$1
	shift
	expect_ok "$n" "$@" --dry-run --bad-bands none tile.h5
	plan=$(planned '^memory of a node' "$out")
	expect_ok "$n" "$@" --overwrite --bad-bands none -o out tile.h5
	took=$(sed -n 's/^ *"peak_memory_bytes": \([0-9]*\).*/\1/p' out/run.json)
	near "$plan" "$took" 0.15 ||
		fail "$* on $n ranks took $took bytes, planned were $plan"
done
rm -r out

# With --scratch, the bytes are the same, also where memory is less than the
# pixels take: in a group of processes that counts the pages of files too.
mkdir scratch
# shellcheck disable=SC2086
expect_ok 1 kmeans $how -o whole tile.h5
fits() { # fits RANKS
	# shellcheck disable=SC2086
	expect_ok "$1" kmeans $how --scratch scratch -o out tile.h5
	for file in classes.tif centroids.csv deviations.csv; do
		expect 'the same bytes' cmp whole/$file out/$file
	done
	[ -z "$(ls -A scratch)" ] || fail 'files are left in scratch'
	rm -rf out
}
fits 3

# limit_group FOLDER FILE: make a group that may have 60 MB
limit_group() {
	HYP_TEST_GROUP=$1/hyperslab-test-$$
	mkdir "$HYP_TEST_GROUP" 2>/dev/null || return 1
	[ -e "$HYP_TEST_GROUP/$2" ] && echo 60000000 >"$HYP_TEST_GROUP/$2" && return
	rmdir "$HYP_TEST_GROUP"
	return 1
}
cat >"$top/grouped" <<END
#!/bin/sh
echo \$\$ >"\$HYP_TEST_GROUP/cgroup.procs"
exec "$program" "\$@"
END
chmod +x "$top/grouped"
if limit_group "/sys/fs/cgroup/memory$(sed -n 's/^[0-9]*:memory://p' \
	/proc/self/cgroup)" memory.limit_in_bytes ||
	limit_group "/sys/fs/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup)" \
		memory.max; then
	export HYP_TEST_GROUP
	whole=$program
	program=$top/grouped
	# shellcheck disable=SC2086
	expect_error 1 71 "need [0-9]+ MB of memory on a node, and [0-9]+ MB are left \\(the limit of the cgroup\\); 3 nodes with 1 rank each would do" \
		kmeans $how -o out tile.h5
	fits 1
	program=$whole
	rmdir "$HYP_TEST_GROUP" || fail 'the group has processes left'
else
	echo '  no cgroup can be made here: --scratch was tried without a limit'
fi

# A folder that cannot be used
expect_error '1 3' 73 "cannot create a file in 'none': No such file" \
	kmeans --scratch none -o out tile.h5
expect_error '1 3' 73 "cannot create a file in 'tile.h5': Not a directory" \
	kmeans --scratch tile.h5 -o out tile.h5
finish
