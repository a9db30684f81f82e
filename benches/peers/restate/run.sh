#!/bin/sh
# Measures Restate on this machine: a single node with 4 partitions, its data in a new folder on the disk of $1 (default: here).
# Needs npm. Nothing else may run on the machine meanwhile.
set -eu
cd "$(dirname "$0")"
data=$(mktemp -d "${1:-.}/restate-data.XXXXXX")
cargo build --release --quiet
[ -x node_modules/.bin/restate-server ] || npm install --no-save --no-fund --no-audit @restatedev/restate-server
RESTATE_DEFAULT_NUM_PARTITIONS=4 node_modules/.bin/restate-server --base-dir "$data" >"$data/log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$data"' EXIT INT TERM
until curl -sf http://127.0.0.1:9070/health >/dev/null; do sleep 0.2; done
target/release/peer-restate http://127.0.0.1:8080 "${2:-5}" &
peer=$!
sleep 1
curl -sf http://127.0.0.1:9070/deployments -H 'content-type: application/json' -d '{"uri":"http://127.0.0.1:9080"}' >/dev/null
wait $peer
for id in $(pgrep -P $server || true) $server; do awk '/VmRSS/ { print "memory of the server: " int($2 / 1024) " MiB" }' "/proc/$id/status"; done
