#!/usr/bin/env bash
# The bench `counts`: instructions of the processor, held to the counts in its source. Puts what it needs into place first: valgrind
# from the system's packages, and the runner of gungraun in the version of the library, below the folder `target`.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v valgrind >/dev/null && command -v apt-get >/dev/null; then
  root=()
  [ "$(id -u)" = 0 ] || root=(sudo -n)
  ("${root[@]}" apt-get update -qq && "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends valgrind) >/dev/null || true
fi
if ! command -v valgrind >/dev/null; then
  echo "skipped: valgrind is not installed, so that no instructions are counted"
  exit 0
fi

version=$(cargo pkgid --locked gungraun | sed 's/.*[#@]//')
tools=${CARGO_TARGET_DIR:-target}/tools
runner=$PWD/$tools/bin/gungraun-runner
case $tools in /*) runner=$tools/bin/gungraun-runner ;; esac
if [ "$("$runner" --version 2>/dev/null)" != "gungraun-runner $version" ]; then
  # Not optimised: it starts valgrind and reads its files, and is built in less than half the time.
  CARGO_PROFILE_DEV_DEBUG=0 CARGO_INCREMENTAL=0 cargo install --quiet --locked --debug --force \
    --root "$tools" --target-dir "$tools/build" --version "=$version" gungraun-runner
  rm -rf "$tools/build"
fi
GUNGRAUN_RUNNER=$runner exec cargo bench --locked --quiet -p wfc-benches --bench counts -- "$@"
