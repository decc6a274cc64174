#!/usr/bin/env bash
# Run script for the load generator's matrix: hawker.sh PORT DATADIR, in the foreground.
# Queues without a count limit, and a log of errors and warnings only, as the scripts for Mosquitto
# and FlashMQ have them.
exec "$(dirname "${BASH_SOURCE[0]}")/../../hawker" broker -p "$1" -o max_queued_messages=0 \
  -o log_type=error -o log_type=warning
