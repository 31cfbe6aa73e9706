#!/bin/sh
# Install into an empty folder, then build and run a program with nothing but
# what is there: its header, its library and its pkg-config file.
#
#   BUILD     where the program was built (build/release)
set -eu
cd "$(dirname "$0")/../.."
: "${BUILD:=build/release}" "${CC:=mpicc}" "${PREFIX:=/usr/local}"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

for header in include/hyperslab/*.h; do
	grep -q "\"hyperslab/${header##*/}\"" include/hyperslab.h || {
		echo "install: hyperslab.h does not include ${header##*/}" >&2
		exit 1
	}
done
make BUILD="$BUILD" PREFIX="$PREFIX" DESTDIR="$stage" install >/dev/null
export PKG_CONFIG_PATH="$stage$PREFIX/lib/pkgconfig"
# The file names the final folders; the staged ones stand in for them.
flags=$(pkg-config --static --define-variable=prefix="$stage$PREFIX" \
	--define-variable=libdir="$stage$PREFIX/lib" \
	--define-variable=includedir="$stage$PREFIX/include" \
	--cflags --libs hyperslab)
# shellcheck disable=SC2086
"$CC" -o "$stage/consumer" tests/install/consumer.c $flags

out=$("$stage/consumer")
if [ "$out" != "hyperslab $(pkg-config --modversion hyperslab): 3 of 4 bands kept" ]; then
	echo "install: the consumer said '$out'" >&2
	exit 1
fi
for program in hyperslab hyperslab-fetch; do
	said=$("$stage$PREFIX/bin/$program" --version)
	[ "$said" = "$program $(pkg-config --modversion hyperslab)" ] || {
		echo "install: the program said '$said'" >&2
		exit 1
	}
done
