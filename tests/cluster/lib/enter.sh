#!/bin/sh
# enter.sh HOST COMMAND...: run a command line on a host of hosts.sh, as ssh
# would.  HYP_TEST_HOSTS is the folder of HOST.pid, the number of a process there.
pid=$(cat "$HYP_TEST_HOSTS/$1.pid") || exit
shift
exec nsenter --target "$pid" --net --uts --ipc --mount --wd="$PWD" sh -c "$*"
