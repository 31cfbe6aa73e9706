# Sourced by the tests of the command line.  A test runs in a folder of its own
# that is removed at the end; what a command printed is kept beside it.
#
#   $program         the program, with its path
#   $box             the folder; the test is in it
#   ranks N ARG...   run the program on N ranks: $out, $err, $statuses
#   stop_when, expect_ok, expect_error, expect, fail, skip: see below
#   finish           last line of every test: its exit status
#
# One rank runs without a launcher, as it does for a user.
# Variables of the functions begin with _, as sh has no local ones.
# shellcheck shell=sh
set -u
: "${BUILD:?}" "${MPIRUN:?}"
case $BUILD in
/*) program=$BUILD/hyperslab ;;
*) program=$PWD/$BUILD/hyperslab ;;
esac
lib=$PWD/tests/cli/lib
# numpy and h5py are the distribution's.
# shellcheck disable=SC2034
python=${PYTHON:-/usr/bin/python3}
top=$(mktemp -d "${TMPDIR:-/tmp}/hyperslab-cli.XXXXXX") || exit 1
trap 'rm -rf "$top"' EXIT
trap 'exit 1' HUP INT TERM
box=$top/box
out=$top/out
err=$top/err
failures=0
mkdir "$box" && cd "$box" || exit 1

# What a run says of its progress on stderr; all else there is an error.
progress='^(hyperslab [0-9.]+ on [0-9]+ ranks?$|applying |planning |reading[ :]|writing |note: |'
progress="$progress"'[0-9]+ valid pixels, |k-means |PCA: |MNF: |wrote )'

fail() { # fail TEXT...
	echo "  $*"
	failures=$((failures + 1))
}

skip() { # skip TEXT...
	echo "  skipped: $*"
	exit 77
}

finish() {
	[ "$failures" -eq 0 ]
	exit
}

expect() { # expect TEXT COMMAND...: the command must succeed
	_what=$1
	shift
	"$@" >"$top/expect" 2>&1 && return
	fail "$_what: $* failed"
	sed 's/^/    /' "$top/expect"
}

# ranks N ARG...: leaves what was printed in $out and $err, and the exit status
# of each rank in $statuses, as "0 0 0".
ranks() {
	_n=$1
	shift
	rm -f "$top"/status.*
	case $_n in
	1) timeout 30 sh "$lib/rank.sh" "$top/status" "$program" "$@" ;;
	*) # shellcheck disable=SC2086
		timeout 30 $MPIRUN "$_n" sh "$lib/rank.sh" "$top/status" "$program" "$@" ;;
	esac >"$out" 2>"$err" </dev/null || echo "launcher: exit $?" >>"$err"
	statuses=$(cat "$top"/status.* 2>/dev/null | tr '\n' ' ' | sed 's/ $//')
}

# begin N ARG...: the program on N ranks in the background, as $job; what it
# says of its progress goes to $err.
begin() {
	_n=$1
	shift
	: >"$err"
	if [ "$_n" -eq 1 ]; then
		"$program" "$@" >"$out" 2>"$err" </dev/null &
	else
		# shellcheck disable=SC2086
		$MPIRUN "$_n" "$program" "$@" >"$out" 2>"$err" </dev/null &
	fi
	job=$!
}

# wait_for REGEX: until $job has said a line like this, or has ended.
wait_for() {
	while ! grep -q "$1" "$err" && kill -0 "$job" 2>/dev/null; do
		sleep 0.005
	done
}

# stop_when REGEX SIGNAL N ARG...: send the signal once the run has said a line
# like this; the exit status in $status.
stop_when() {
	_regex=$1
	_signal=$2
	shift 2
	begin "$@"
	wait_for "$_regex"
	kill -"$_signal" "$job" 2>/dev/null
	wait "$job"
	# shellcheck disable=SC2034
	status=$?
}

# same N VALUE: "VALUE VALUE ..." as $statuses is when all ranks agree.
same() {
	awk -v n="$1" -v v="$2" 'BEGIN { while (n-- > 1) printf "%s ", v; print v }'
}

show() {
	sed 's/^/    stdout: /' "$out"
	sed 's/^/    stderr: /' "$err"
}

# All files and folders of the test, and what they hold.
snapshot() {
	find . | LC_ALL=C sort
	find . -type f -exec cksum {} + | LC_ALL=C sort
}

# expect_ok RANKS ARG...: for each count of RANKS, the command ends with 0 on
# all ranks and says nothing but progress.
expect_ok() {
	_counts=$1
	shift
	for _count in $_counts; do
		ranks "$_count" "$@"
		if [ "$statuses" != "$(same "$_count" 0)" ]; then
			fail "$* on $_count ranks: exit '$statuses', expected 0"
			show
		elif grep -Evq "$progress" "$err"; then
			fail "$* on $_count ranks: said more than progress"
			show
		fi
	done
}

# expect_error RANKS EXIT REGEX ARG...: for each count of RANKS, the command
# ends with EXIT on all ranks, after one line 'hyperslab: REGEX' beside those of
# progress, and prints nothing; no file or folder comes, goes or changes.
expect_error() {
	_counts=$1
	_code=$2
	_regex=$3
	shift 3
	snapshot >"$top/before"
	for _count in $_counts; do
		ranks "$_count" "$@"
		_case="$* on $_count ranks"
		if [ "$statuses" != "$(same "$_count" "$_code")" ]; then
			fail "$_case: exit '$statuses', expected $_code on each"
			show
		elif [ "$(grep -Evc "$progress" "$err")" -ne 1 ] ||
			! grep -Ev "$progress" "$err" | grep -Eq "^hyperslab: .*$_regex"; then
			fail "$_case: expected one line, 'hyperslab: ...$_regex'"
			show
		elif [ -s "$out" ]; then
			fail "$_case: printed on stdout"
			show
		fi
		snapshot >"$top/after"
		if ! cmp -s "$top/before" "$top/after"; then
			fail "$_case: files were left, lost or changed:"
			diff "$top/before" "$top/after" | sed -n 's/^[<>]/    &/p'
			cp "$top/after" "$top/before"
		fi
	done
}
