#!/bin/sh
# Every header compiles by itself, whatever was included before it; those that
# are installed do so without src.
set -u
: "${CC:=mpicc}" "${PKG_CONFIG:=pkg-config}" "${PKGS:=hdf5-openmpi libtiff-4}"
# shellcheck disable=SC2086
flags="-std=c11 -Wall -Wextra -Wpedantic -Wundef -Werror -D_POSIX_C_SOURCE=200809L \
	$($PKG_CONFIG --cflags $PKGS) ${GEOTIFF_CFLAGS:--I/usr/include/geotiff}"
status=0

compiles() { # compiles HEADER FLAG...
	header=$1
	shift
	# The second time, the guard must hold.
	# shellcheck disable=SC2086
	printf '#include "%s"\n#include "%s"\nextern int hyp_nothing;\n' \
		"$header" "$header" |
		$CC $flags "$@" -fsyntax-only -x c - || {
		echo "  $header does not compile by itself"
		status=1
	}
}

compiles hyperslab.h -Iinclude
for file in include/hyperslab/*.h; do
	compiles "${file#include/}" -Iinclude
done
for file in src/*/*.h; do
	case $file in
	*_template.h) ;; # bodies, not declarations
	*) compiles "${file#src/}" -Iinclude -Isrc ;;
	esac
done
exit $status
