#!/usr/bin/env bash
# Run script for the load generator's matrix: flashmq.sh PORT DATADIR, in the foreground.
# FLASHMQ names the executable.
set -e
mkdir -p "$2/storage"
cat >"$2/flashmq.conf" <<EOF
listen {
  port $1
  protocol mqtt
  inet_protocol ip4
  inet4_bind_address 127.0.0.1
}
allow_anonymous true
storage_dir $2/storage
log_file $2/flashmq.log
log_level warning
max_qos_msg_pending_per_client 65535
max_qos_bytes_pending_per_client 1000000000
EOF
exec "${FLASHMQ:-flashmq}" --config-file "$2/flashmq.conf"
