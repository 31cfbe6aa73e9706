#!/bin/sh
# No function is longer than 70 lines, with its head; no file than 600.
set -u
# shellcheck disable=SC2046
awk '
function file_end() {
	if (lines > 600) {
		printf "%s: %d lines, more than 600\n", file, lines
		bad = 1
	}
}
FNR == 1 { file_end(); file = FILENAME; head = 0; open = 0 }
{ lines = FNR }
open && /^}/ {
	if (FNR - open + 1 > 70) {
		printf "%s:%d: a function of %d lines, more than 70\n", FILENAME, open,
			FNR - open + 1
		bad = 1
	}
	functions++
	open = head = 0
	next
}
open { next }
/^[A-Za-z_]/ && !head { head = FNR } # a declaration begins
/^{$/ && head { open = head; next }  # it was that of a function
/^$/ || /^#/ || /;$/ || /^}/ { head = 0 }
END {
	file_end()
	if (functions < 50) {
		print "too few functions found: " functions + 0
		bad = 1
	}
	exit bad
}' $(find src include -name '*.[ch]' | sort)
