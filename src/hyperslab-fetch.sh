#!/bin/sh
# hyperslab-fetch - download the NEON tiles that hold some places
#
# It asks NEON's data API (data.neonscience.org/data-api): /products/CODE names
# an URL for each month of each site, and that lists the files of the month.
set -u

VERSION=@VERSION@
api=${HYPERSLAB_NEON_API:-https://data.neonscience.org/api/v0}
ASK_ABOVE=100000000 # bytes

EX_USAGE=64 EX_DATA=65 EX_NOINPUT=66 EX_CREATE=73 EX_IO=74 EX_CONFIG=78

usage() {
	cat <<'EOS'
Usage: hyperslab-fetch --site SITE --year YEAR --easting E --northing N ...
Download the NEON tiles that hold some places.

  --site=SITE            Four letters, such as SERC
  --year=YEAR            Of the flight; or YEAR-MONTH, if there were several
  --easting=E[,E...]     UTM, metres, in the site's zone
  --northing=N[,N...]    As many
  --product=CODE         DP3.30006.002: bidirectional reflectance (the default);
                         DP3.30006.001: directional, of earlier years
  --include-provisional  Take data that NEON has not released yet, too
  --savepath=DIR         Where the tiles go (the current folder)
  --dry-run              Say what there is, and download nothing
  --yes                  Do not ask before more than 100 MB
  --help, --version

The paths of the tiles are printed. A download that was interrupted goes on
with the same command. NEON_TOKEN holds your token of NEON's API, which NEON
demands since June 2026: see 'API tokens' in your account at
data.neonscience.org. Needs curl and jq.
EOS
}

say() { # on one line
	printf '%s\n' "$(printf '%s' "$*" | tr '\n' ' ')" >&2
}

fail() { # fail STATUS TEXT...
	_status=$1
	shift
	say "hyperslab-fetch: $*"
	exit "$_status"
}

# The options, in variables of their names.
product=DP3.30006.002 site='' year='' easting='' northing='' savepath=.
provisional=false dry_run=false yes=false

needs_value() { # needs_value COUNT NAME
	[ "$1" -ge 2 ] || fail $EX_USAGE "'$2': its value is missing; see --help"
}

parse() {
	while [ $# -gt 0 ]; do
		case $1 in
		--*=*)
			_name=${1%%=*} _value=${1#*=}
			shift
			set -- "$_name" "$_value" "$@"
			;;
		esac
		case $1 in
		--product | --site | --year | --easting | --northing | --savepath)
			needs_value $# "$1"
			eval "${1#--}=\$2"
			shift 2
			;;
		--include-provisional) provisional=true && shift ;;
		--dry-run) dry_run=true && shift ;;
		--yes) yes=true && shift ;;
		--help) usage && exit 0 ;;
		--version) echo "hyperslab-fetch $VERSION" && exit 0 ;;
		*) fail $EX_USAGE "'$1': no such option; see --help" ;;
		esac
	done
}

matches() { # matches TEXT REGEX: all of it, which is one line
	[ "$(printf '%s\n' "$1" | wc -l)" -eq 1 ] &&
		printf '%s\n' "$1" | grep -Eqx -e "$2"
}

# The corners of the tiles that hold the places, a line each: tiles are squares
# of 1 km, named after their south-west corner.
corners() {
	awk -v e="$easting" -v n="$northing" 'BEGIN {
		count = split(e, x, ",")
		split(n, y, ",")
		for (i = 1; i <= count; i++)
			printf "%d_%d\n", int(x[i] / 1000) * 1000, int(y[i] / 1000) * 1000
	}' | sort -u
}

check_options() {
	_numbers='[0-9]+(\.[0-9]*)?(,[0-9]+(\.[0-9]*)?)*'
	matches "$product" 'DP3\.[0-9]{5}\.[0-9]{3}' || fail $EX_USAGE \
		"--product '$product': expected a product of tiles, such as DP3.30006.002"
	matches "$site" '[A-Z]{4}' || fail $EX_USAGE \
		"--site '$site': expected four capital letters, such as SERC"
	matches "$year" '[0-9]{4}(-[0-9]{2})?' || fail $EX_USAGE \
		"--year '$year': expected a year, such as 2022, or a month, 2022-05"
	matches "$easting" "$_numbers" || fail $EX_USAGE \
		"--easting '$easting': expected metres, such as 368005"
	matches "$northing" "$_numbers" || fail $EX_USAGE \
		"--northing '$northing': expected metres, such as 4306005"
	[ "$(echo "$easting" | tr -dc , | wc -c)" -eq \
		"$(echo "$northing" | tr -dc , | wc -c)" ] || fail $EX_USAGE \
		"--easting and --northing: expected as many of both"
	[ -d "$savepath" ] || fail $EX_CREATE "'$savepath': no such folder"
	for _program in curl jq; do
		command -v $_program >/dev/null || fail $EX_CONFIG \
			"$_program is not installed: apt-get install curl jq, or the like"
	done
}

# curl, telling NEON what it wants to know.
neon() {
	curl --show-error --fail --location --retry 5 \
		--user-agent "hyperslab/$VERSION" --header "@$work/headers" "$@"
}

refuse() { # refuse WHAT: say what curl has said
	_said=$(tail -n 1 "$work/curl")
	_said=${_said:-cannot be downloaded}
	case $_said in
	*'error: 401' | *'error: 403') _said="$_said; does NEON_TOKEN hold your token? See --help" ;;
	esac
	fail $EX_IO "'$1': $_said"
}

# get URL FILE: what the API answers.
get() {
	neon --silent --output "$2" "$1" 2>"$work/curl" || refuse "$1"
	jq -e .data "$2" >/dev/null 2>&1 ||
		fail $EX_DATA "'$1': the answer is not as NEON's are"
}

# The URLs of the months of the site and year, in $work/months.
find_months() {
	get "$api/products/$product" "$work/product"
	jq -r --arg site "$site" --arg year "$year" '.data.siteCodes[]?
		| select(.siteCode == $site) | .availableDataUrls[]?
		| select(test("/\($year)(-[0-9]+)?$"))' "$work/product" >"$work/months"
	[ ! -s "$work/months" ] || return 0
	_there=$(jq -r --arg site "$site" '[.data.siteCodes[]?
		| select(.siteCode == $site) | .availableMonths[]?] | join(", ")' \
		"$work/product")
	fail $EX_NOINPUT "$product has nothing of $site in $year${_there:+; it has $_there}"
}

# The tiles of the months, in $work/all: name, bytes, month, URL.
list_tiles() {
	_kept_back=false
	: >"$work/all"
	while read -r _url; do
		get "$_url" "$work/month"
		if [ "$(jq -r .data.release "$work/month")" = PROVISIONAL ] &&
			! $provisional; then
			_kept_back=true
			continue
		fi
		jq -r '.data.month as $month | .data.files[]?
			| select(.name | test("^[^/]*_[0-9]+_[0-9]+_[^/]*\\.h5$"))
			| [.name, .size // 0, $month, .url] | @tsv' "$work/month" >>"$work/all"
	done <"$work/months"
	[ -s "$work/all" ] || ! $_kept_back || fail $EX_NOINPUT \
		"$product of $site in $year is provisional; add --include-provisional"
	[ -s "$work/all" ] || fail $EX_NOINPUT \
		"$product of $site in $year has no tiles in HDF5"
}

# Those with the wanted corners, in $work/list.
choose_tiles() {
	for _corner in $(corners); do
		grep -F "_${_corner}_" "$work/all" >>"$work/list" || fail $EX_NOINPUT \
			"$site in $year has no tile at ${_corner%_*}, ${_corner#*_}; its tiles begin at $(extent)"
	done
	_twice=$(cut -f 1 "$work/list" | sort | uniq -d | head -n 1)
	[ -z "$_twice" ] || fail $EX_USAGE "'$_twice' is of $(grep -F "$_twice	" \
		"$work/list" | cut -f 3 | paste -sd ' '): give --year one of them"
}

# Of all tiles: "364000 to 370000, 4301000 to 4310000".
extent() {
	sed 's/^[^	]*_\([0-9]*\)_\([0-9]*\)_[^	]*\.h5	.*/\1 \2/' "$work/all" | awk '
		NR == 1 || $1 < w { w = $1 }
		NR == 1 || $1 > e { e = $1 }
		NR == 1 || $2 < s { s = $2 }
		NR == 1 || $2 > n { n = $2 }
		END { printf "%d to %d, %d to %d\n", w, e, s, n }'
}

size_of() { # size_of FILE: bytes; 0 if there is none
	if [ -e "$1" ]; then wc -c <"$1"; else echo 0; fi
}

# What came of a tile so far has a name for itself: those of other months and
# releases are called the same.
part_of() { # part_of NAME BYTES MONTH
	printf '%s\n' "$savepath/.$1.$3.$2.part"
}

# How much is still to come, in bytes, as $left.
measure() {
	left=0
	while IFS='	' read -r _name _size _month _url; do
		_to=$savepath/$_name _part=$(part_of "$_name" "$_size" "$_month")
		[ ! -e "$_to" ] || [ "$(size_of "$_to")" -eq "$_size" ] ||
			fail $EX_CREATE "'$_to' exists, and is not of $_size bytes; move it away"
		[ "$(size_of "$_part")" -le "$_size" ] || rm -f "$_part"
		[ -e "$_to" ] || left=$((left + _size - $(size_of "$_part")))
	done <"$work/list"
}

ask() {
	_megabytes=$(((left + 500000) / 1000000))
	say "$(wc -l <"$work/list") tile(s), $_megabytes MB to download"
	if [ "$left" -le $ASK_ABOVE ] || $yes; then
		return
	fi
	[ -t 0 ] || fail $EX_USAGE "add --yes to download $_megabytes MB"
	printf 'Go on? [y/N] ' >&2
	read -r _answer
	case $_answer in
	y* | Y*) ;;
	*) say 'nothing was downloaded' && exit 0 ;;
	esac
}

# download URL FILE: what is there of it is gone on with.
download() {
	: >"$work/curl"
	if [ -t 2 ]; then
		neon --progress-bar --continue-at - --output "$2" "$1"
	else
		neon --silent --continue-at - --output "$2" "$1" 2>"$work/curl"
	fi
	case $? in
	0) ;;
	18 | 28 | 52 | 55 | 56)
		fail $EX_IO "'$_to': interrupted; the same command goes on"
		;;
	*) refuse "$1" ;;
	esac
}

fetch_tile() { # fetch_tile NAME BYTES MONTH URL
	_to=$savepath/$1 _part=$(part_of "$1" "$2" "$3")
	if [ -e "$_to" ]; then
		say "'$_to' is there already"
		return
	fi
	[ "$(size_of "$_part")" -eq "$2" ] || download "$4" "$_part"
	[ "$(size_of "$_part")" -eq "$2" ] || {
		rm -f "$_part"
		fail $EX_DATA "'$1': came with another size than NEON says; try again"
	}
	mv -- "$_part" "$_to" || fail $EX_CREATE "'$_to': cannot be made"
}

parse "$@"
check_options
work=$(mktemp -d) || exit $EX_CREATE
trap 'rm -rf "$work"' EXIT
trap 'exit $EX_IO' HUP INT TERM
(umask 077 && echo "accept: application/json" >"$work/headers" &&
	[ -z "${NEON_TOKEN-}" ] || echo "X-API-Token: $NEON_TOKEN" >>"$work/headers")
find_months
list_tiles
choose_tiles
if $dry_run; then
	cut -f 1,2 "$work/list"
	exit 0
fi
measure
ask
while IFS='	' read -r name bytes month url; do
	fetch_tile "$name" "$bytes" "$month" "$url"
	printf '%s\n' "$savepath/$name"
done <"$work/list"
