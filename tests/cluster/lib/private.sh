# Sourced by the tests of clusters, at their start: the test runs itself again
# as the first process of namespaces of its own, where that is permitted.  When
# it ends, by whatever, the kernel ends what it has started.
#
#   private USER_TOO   for root; with `yes`, for ordinary users as well
#   $private           yes, if the test is there
# shellcheck shell=sh
private=${HYP_TEST_PRIVATE:-}

private() { # private USER_TOO
	[ -z "$private" ] || return 0
	_user=
	[ "$(id -u)" -eq 0 ] || _user='--user --map-root-user'
	set -- "$1" --fork --pid --kill-child --mount --mount-proc --net --ipc --uts
	private=no
	if [ -z "$_user" ] || [ "$1" = yes ]; then
		shift
		# shellcheck disable=SC2086
		unshare $_user "$@" true 2>/dev/null &&
			HYP_TEST_PRIVATE=yes exec unshare $_user "$@" sh "$0"
	fi
}
