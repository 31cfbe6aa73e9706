#!/bin/sh
# hyperslab-fetch downloads the tiles that hold the places, whole or not at all;
# it goes on with what was interrupted; what is wrong is said in one line.
. tests/cli/lib/cli.sh

for need in curl jq; do
	command -v $need >/dev/null || skip "$need is not installed"
done
program=$program-fetch
mkdir "$top/neon"
for corner in 368000_4306000 369000_4306000; do
	head -c 300000 /dev/urandom \
		>"$top/neon/NEON_D02_SERC_DP3_${corner}_bidirectional_reflectance.h5"
done
echo text >"$top/neon/NEON_D02_SERC_DP3_368000_4306000_about.txt"
west=NEON_D02_SERC_DP3_368000_4306000_bidirectional_reflectance.h5
east=NEON_D02_SERC_DP3_369000_4306000_bidirectional_reflectance.h5
"$python" "$lib/neon.py" "$top/neon" >"$top/url" &
server=$!
trap 'kill $server; rm -rf "$top"' EXIT
while [ ! -s "$top/url" ]; do
	kill -0 $server || exit 1
	sleep 0.05
done
HYPERSLAB_NEON_API=$(cat "$top/url")
export HYPERSLAB_NEON_API
unset http_proxy HTTPS_PROXY https_proxy ALL_PROXY all_proxy NEON_TOKEN
here='--site SERC --year 2022-05 --easting 368005 --northing 4306005.7'

fetch() { # fetch EXIT ARG...
	_want=$1
	shift
	timeout 60 "$program" "$@" >"$out" 2>"$err" </dev/null
	_got=$?
	[ "$_got" -eq "$_want" ] || {
		fail "fetch $*: exit $_got, expected $_want"
		show
	}
}

refused() { # refused EXIT REGEX ARG...: one line says why, and nothing comes
	_says=$2
	snapshot >"$top/before"
	_exit=$1
	shift 2
	fetch "$_exit" "$@"
	if [ "$(wc -l <"$err")" -ne 1 ] || [ -s "$out" ] ||
		! grep -Eq "^hyperslab-fetch: .*$_says" "$err"; then
		fail "fetch $*: expected one line, '...$_says'"
		show
	fi
	snapshot >"$top/after"
	cmp -s "$top/before" "$top/after" || fail "fetch $*: files came or went"
}

# Words are meant to be split.
# shellcheck disable=SC2086
{
	fetch 0 $here --dry-run
	[ "$(cat "$out")" = "$west	300000" ] || fail 'the list of the tiles'
	[ -z "$(ls)" ] || fail 'a dry run has downloaded'
	fetch 0 $here
	[ "$(cat "$out")" = "./$west" ] || fail 'the path is not printed'
	expect 'the tile, whole' cmp "$west" "$top/neon/$west"
	fetch 0 $here
	expect 'it is not fetched twice' grep -q 'is there already' "$err"

	# Two places of one tile, and one of another, elsewhere; by --name=value.
	mkdir both
	fetch 0 --site=SERC --year=2022-05 --easting=368005,369999,368999 \
		--northing=4306005,4306000,4306999 --savepath=both
	expect 'both tiles' cmp "both/$west" "$top/neon/$west"
	expect 'both tiles' cmp "both/$east" "$top/neon/$east"
	[ "$(echo both/* both/.*part)" = "both/$west both/$east both/.*part" ] ||
		fail "both holds $(ls -A both)"

	# Interrupted: what came is kept, under another name, and gone on with.
	mkdir again
	touch "$top/neon/cut"
	fetch 74 $here --savepath again
	expect 'what to do' grep -q 'interrupted; the same command goes on' "$err"
	part=.$west.2022-05.300000.part
	[ "$(ls -A again)" = "$part" ] || fail "again holds $(ls -A again)"
	[ "$(wc -c <"again/$part")" -eq 150000 ] || fail 'not half of it'
	printf '?' | dd of="again/$part" conv=notrunc 2>"$top/dd"
	fetch 0 $here --savepath again
	[ "$(head -c 1 "again/$west")" = '?' ] || fail 'it was not gone on with'
	expect 'the rest of the tile' cmp -i 1 "again/$west" "$top/neon/$west"

	# What came of another month is not touched.
	mkdir other
	head -c 1000 /dev/zero >"other/.$west.2022-09.300000.part"
	fetch 0 $here --savepath other
	expect 'the tile, whole' cmp "other/$west" "$top/neon/$west"

	# What is not as announced does not stay.
	mkdir bad
	touch "$top/neon/short"
	fetch 65 $here --savepath bad
	expect 'what is wrong' grep -q 'came with another size than NEON' "$err"
	[ -z "$(ls -A bad)" ] || fail "bad holds $(ls -A bad)"
	rm "$top/neon/short"
	echo short >"bad/$west"
	refused 73 'exists, and is not of 300000 bytes; move it' $here --savepath bad

	refused 66 'is provisional; add --include-provisional' --site SERC \
		--year 2021 --easting 368005 --northing 4306005 --savepath both
	fetch 0 --site SERC --year 2021 --easting 368005 --northing 4306005 \
		--savepath both --include-provisional
	refused 66 'nothing of SERC in 2019; it has 2021-08, 2022-05, 2022-09' \
		--site SERC --year 2019 --easting 368005 --northing 4306005
	refused 66 'nothing of ABBY in 2022$' \
		--site ABBY --year 2022 --easting 368005 --northing 4306005
	refused 66 'no tile at 370000, 4306000; its tiles begin at 368000 to 369000' \
		--site SERC --year 2022 --easting 370005 --northing 4306005
	refused 64 'is of 2022-05 2022-09: give --year one of them' --site SERC \
		--year 2022 --easting 368005 --northing 4306005
	refused 74 'products/DP3.30006.001.*404' $here --product DP3.30006.001
	refused 65 'the answer is not as NEON' $here --product DP3.30001.001
	printf secret >"$top/neon/token"
	refused 74 '403; does NEON_TOKEN hold your token' $here
	mkdir let-in
	export NEON_TOKEN=secret
	fetch 0 $here --savepath let-in
	expect 'the tile, whole' cmp "let-in/$west" "$top/neon/$west"
	unset NEON_TOKEN
	rm "$top/neon/token"

	refused 64 "site '': expected four" --year 2022 --easting 1 --northing 2
	refused 64 "site 'SERC.*expected" --year 2022 --easting 1 --northing 2 \
		--site "$(printf 'SERC\nx')"
	refused 64 "year '22'" --site SERC --year 22 --easting 1 --northing 2
	refused 64 "easting 'x'" --site SERC --year 2022 --easting x --northing 2
	refused 64 'as many of both' --site SERC --year 2022 --easting 1,2 --northing 2
	refused 64 "product 'DP1.1'" $here --product DP1.1
	refused 64 "'--month': no such option" --month 5
	refused 64 "'--site': its value is missing" --site
	refused 73 "'none': no such folder" $here --savepath none
	api=$HYPERSLAB_NEON_API
	HYPERSLAB_NEON_API=http://127.0.0.1:9
	refused 74 'products/.*onnect' $here
	HYPERSLAB_NEON_API=$api
}

# Over 100 MB, it asks; here nobody answers.
truncate -s 100000001 "$top/neon/$west"
mkdir large
# shellcheck disable=SC2086
{
	fetch 64 $here --savepath large
	expect 'what to do' grep -q 'add --yes to download 100 MB' "$err"
	[ -z "$(ls -A large)" ] || fail 'large is not empty'
	fetch 0 $here --savepath large --yes
	expect 'the tile, whole' cmp "large/$west" "$top/neon/$west"
}

fetch 0 --help
expect 'the help' grep -q '^Usage: hyperslab-fetch ' "$out"
[ "$(awk 'length > 80' "$out" | wc -l)" -eq 0 ] || fail 'help over 80 columns'
fetch 0 --version
expect 'the version' grep -Eq '^hyperslab-fetch [0-9]+\.[0-9]+' "$out"
finish
