#!/bin/sh
# All C sources are as clang-format 14 leaves them ('make format').
set -u
format=$(command -v clang-format-14 || command -v clang-format) || {
	echo '  skipped: clang-format is not installed'
	exit 77
}
case $("$format" --version) in
*'version 14.'*) ;;
*)
	echo "  skipped: $("$format" --version); 14 is expected, others differ"
	exit 77
	;;
esac
files=$(git ls-files '*.c' '*.h' 2>/dev/null) && [ -n "$files" ] ||
	files=$(find src include tests -name '*.[ch]')
# shellcheck disable=SC2086
"$format" --dry-run -Werror $files
