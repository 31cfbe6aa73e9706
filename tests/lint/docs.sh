#!/bin/sh
# Every function of a header has a comment directly before it that says whether
# it is collective.  Templates are bodies, not declarations.
set -u
# shellcheck disable=SC2046
awk -f tests/lint/lib/prototypes.awk $(find include src -name '*.h' \
	! -name '*_template.h' | sort) |
	awk -F '\t' '
$3 == "" {
	printf "%s: %s: no comment with \"Collective: yes\" or \"no\"\n", $1, $2
	bad = 1
}
END {
	if (NR == 0) print "no prototype found"
	exit bad || NR == 0
}'
