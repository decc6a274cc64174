#!/usr/bin/env bash
# Mosquitto with its persistence: mosquitto-durable.sh PORT DATADIR, in the foreground. It writes a
# snapshot every 30 minutes and when it ends, and syncs nothing.
set -e
mkdir -p "$2"
printf 'listener %s 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\npersistence true\npersistence_location %s/\nlog_type error\nlog_type warning\nuser root\n' \
  "$1" "$2" >"$2/mosquitto.conf"
exec "${MOSQUITTO:-/usr/sbin/mosquitto}" -c "$2/mosquitto.conf" >"$2/log" 2>&1
