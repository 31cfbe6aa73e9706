#!/bin/sh
# Failures are made by hyp_fail(), which records what failed: no statement
# returns or assigns a bare code of status.h.
set -u
codes=$(sed -n 's/^ *\(HYP_E[A-Z]*\)[, ].*/\1/p' include/hyperslab/status.h)
[ -n "$codes" ] || {
	echo 'no codes found in status.h'
	exit 1
}
# shellcheck disable=SC2046
awk -f tests/lint/lib/code.awk $(find src -name '*.[ch]' \
	! -path src/base/status.c ! -path src/main.c | sort) |
	awk -v codes="$codes" '
BEGIN {
	gsub(/[ \n]+/, "|", codes)
	code = "(^|[^A-Za-z0-9_])(" codes ")($|[^A-Za-z0-9_])"
}
{
	place = $1
	if (statement == "") start = place
	sub(/^[^ ]* /, "")
	sub(/^#.*/, "")
	statement = statement " " $0
	if ($0 !~ /[;{}][ \t]*$/) next
	# What is compared, or is an argument of a call, is not made here.
	sub(/return *\(/, "return ", statement)
	gsub(/[=!]= *HYP_E[A-Z]+/, "", statement)
	while (gsub(/\([^()]*\)/, "", statement)) ;
	if (statement ~ code && statement ~ /(return|[^=!<>]=[^=])/) {
		printf "%s a bare code; use hyp_fail()\n", start
		bad = 1
	}
	statement = ""
}
END { exit bad }'
