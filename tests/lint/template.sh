#!/bin/sh
# The template of the report that is committed is what its sources build to.
set -u
built=src/report/dist/report_template.html
if ! command -v node >/dev/null || [ ! -d src/report/node_modules/esbuild ]; then
	echo "  skipped: no node, or no packages of it ('make report-template')"
	exit 77
fi
fresh=$(mktemp) || exit 1
trap 'rm -f "$fresh"' EXIT
node src/report/build.mjs "$fresh" || exit 1
cmp "$fresh" "$built" || {
	echo "  $built is out of date; 'make report-template' builds it"
	exit 1
}
