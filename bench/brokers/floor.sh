#!/usr/bin/env bash
# The socket calls alone, for comparison (see bench/floor/floor.c): floor.sh PORT DATADIR.
set -e
mkdir -p "$2"
cc -O2 -o "$2/floor" "$(dirname "${BASH_SOURCE[0]}")/../floor/floor.c"
exec "$2/floor" "$1"
