#!/bin/sh
# What only some places may name: printing and ending the program are for cmd
# and main.c, MPI_COMM_WORLD for main.c, HDF5 handles and TIFF for io,
# ScaLAPACK for core/eigen.c.
set -u
bad=0
# shellcheck disable=SC2046
code=$(awk -f tests/lint/lib/code.awk $(find src include -name '*.[ch]' | sort))
[ "$(printf '%s\n' "$code" | wc -l)" -gt 1000 ] || {
	echo 'hardly any code found'
	exit 1
}

only() { # only WHERE WHAT REGEX: words that match stand in no other place
	if printf '%s\n' "$code" | grep -Ev "^($1)" |
		grep -E "(^|[^A-Za-z0-9_])($3)"; then
		echo "  $2: only in $1"
		bad=1
	fi
}

only 'src/cmd/|src/main\.c:' 'printing' \
	'(v?printf|puts|putchar|perror|psignal) *\(|stdout|stderr'
only 'src/main\.c:' 'ending the program' '(exit|_exit|_Exit|quick_exit) *\('
only 'nowhere' 'ending it unasked' 'abort *\(|MPI_Abort'
only 'src/main\.c:' 'all ranks' 'MPI_COMM_WORLD'
only 'src/io/' 'HDF5 handles' 'hid_t($|[^a-z_])'
only 'src/io/' 'TIFF' 'TIFF|GTIF|tiffio'
only 'src/core/eigen\.c:' 'ScaLAPACK' \
	'(Cblacs|blacs)_|C[a-z]+2d|(descinit|numroc|indxg2[lp])_|p[sd][a-z0-9]+_ *\('
exit $bad
