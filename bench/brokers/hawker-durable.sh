#!/usr/bin/env bash
# As hawker.sh, with sessions and retained messages on disk below DATADIR, synced before they are
# acknowledged.
mkdir -p "$2"
exec "$(dirname "${BASH_SOURCE[0]}")/../../hawker" broker -p "$1" -o max_queued_messages=0 \
  -o log_type=error -o log_type=warning \
  -o persistence=true -o persistence_location="$2"
