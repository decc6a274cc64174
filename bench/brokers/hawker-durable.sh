#!/usr/bin/env bash
# As hawker.sh, with sessions and retained messages on disk below DATADIR, synced before they are
# acknowledged.
mkdir -p "$2"
exec "$(dirname "${BASH_SOURCE[0]}")/../../hawker" broker -p "$1" -o max_queued_messages=0 \
  -o persistence=true -o persistence_location="$2"
