#!/usr/bin/env bash
# Run script for the load generator's matrix: hawker.sh PORT DATADIR, in the foreground.
# Queues without a count limit, as the generator's script for Mosquitto has them.
exec "$(dirname "${BASH_SOURCE[0]}")/../../hawker" broker -p "$1" -o max_queued_messages=0
