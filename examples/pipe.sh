#!/bin/sh
# Embeddings through pipes: score them, keep them, shard them, stop when they have collapsed.
#
#     sh examples/pipe.sh
#
# Outside of this checkout: RANKME='deno run --allow-read jsr:@rankme/rankme/cli' sh pipe.sh
set -eu
RANKME=${RANKME:-deno run --allow-read "$(dirname "$0")/../cli.ts"}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Stands for a producer of yours: anything that writes an Arrow IPC stream.
embed() {
  $RANKME generate --rows 5000 --dim 64 "$@"
}

echo '== Score what comes through a pipe'
embed --spectrum power:1 | $RANKME

echo '== Keep it as well, and score the file'
embed --spectrum power:1 | tee "$folder/kept.arrow" | $RANKME --json
$RANKME "$folder/kept.arrow" --json

echo '== Several files, one data set'
embed --seed 0 > "$folder/shard-0.arrow"
embed --seed 1 > "$folder/shard-1.arrow"
$RANKME "$folder"/shard-*.arrow

echo '== A gate: the exit status is 1 under 20, and 3 when the producer was cut off'
status=0
embed --spectrum rank:4 | $RANKME --fail-under 20 --json > "$folder/report.json" || status=$?
cat "$folder/report.json"
[ "$status" -eq 1 ] && echo 'collapsed'
