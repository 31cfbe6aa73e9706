#!/bin/sh
# rank.sh FILE COMMAND...: leave the exit status of this rank in FILE.RANK, and
# end well, so that the launcher does not end the other ranks.
file=$1
shift
"$@"
echo $? >"$file.${OMPI_COMM_WORLD_RANK:-${PMI_RANK:-0}}"
