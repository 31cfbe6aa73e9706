# Sourced by the tests of clusters, at their start.
#
#   private USER_TOO   run the test again as the first process of namespaces of
#                      its own, where that is permitted: for root; with `yes`,
#                      for ordinary users as well.  When it ends, by whatever,
#                      the kernel ends what it has started.
#   $private           yes, if the test is there
#   until_true SECONDS COMMAND...
#                      wait for it; fails when the time is over
#   expect_same DIR DIR
#                      what two runs wrote is the same
# shellcheck shell=sh
private=${HYP_TEST_PRIVATE:-}

private() { # private USER_TOO
	[ -z "$private" ] || return 0
	private=no
	_user=
	if [ "$(id -u)" -ne 0 ]; then
		[ "$1" = yes ] || return 0
		_user='--user --map-root-user'
	fi
	set -- --fork --pid --kill-child --mount --mount-proc --net --ipc --uts
	# shellcheck disable=SC2086
	unshare $_user "$@" true 2>/dev/null &&
		HYP_TEST_PRIVATE=yes exec unshare $_user "$@" sh "$0"
}

# name_hosts LINE...: in place of /etc/hosts, for the test alone.
name_hosts() {
	_hosts=$(mktemp)
	printf '%s\n' '127.0.0.1 localhost' "$@" >"$_hosts"
	mount --bind "$_hosts" /etc/hosts
	rm "$_hosts"
}

until_true() { # until_true SECONDS COMMAND...
	_tries=$(($1 * 10))
	shift
	until "$@" >/dev/null 2>&1; do
		_tries=$((_tries - 1))
		[ $_tries -gt 0 ] || return
		sleep 0.1
	done
}

# All files but run.json, which says when and where it ran, and the report, which
# shows it.
expect_same() { # expect_same DIR DIR
	expect "$1 and $2" diff -rq -x run.json -x report.html "$1" "$2"
	expect "$2 is complete" [ -s "$2/run.json" ]
}
