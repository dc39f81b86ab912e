#!/bin/sh
# Embeddings through pipes: score them, keep them, shard them, stop when they have collapsed.
#
#     sh examples/pipe.sh
#
# Runs in the root of the repository. Elsewhere, RANKME says what to run instead:
# RANKME='deno run --allow-read jsr:@rankme/rankme/cli'
set -eu
RANKME=${RANKME:-deno run --allow-read cli.ts}
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT

# Stands for a producer of yours: anything that writes an Arrow IPC stream.
embed() {
  $RANKME generate --rows 5000 --dim 64 "$@"
}

echo '== Score what comes through a pipe'
embed --spectrum power:1 | $RANKME

echo '== Keep it too, and score the file: the same number'
embed --spectrum power:1 | tee "$folder/kept.arrow" | $RANKME --json
$RANKME "$folder/kept.arrow" --json

echo '== Several files, one data set'
embed --seed 0 > "$folder/shard-0.arrow"
embed --seed 1 > "$folder/shard-1.arrow"
$RANKME "$folder"/shard-*.arrow

echo '== A gate: status 1 under the threshold, 3 when the input is broken'
if embed --spectrum rank:4 | $RANKME --fail-under 20 --json > "$folder/report.json"; then
  echo 'go on training'
else
  echo "stop, status $?"
fi
cat "$folder/report.json"
