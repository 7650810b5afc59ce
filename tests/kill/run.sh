#!/usr/bin/env bash
# Kills (-9) a checkpointed minimization at random moments and goes on from its file, over and over:
#
#   bash tests/kill/run.sh [<kills>]
#
# 1000 kills, if not said. Each time the file must be one that resume takes, no more steps may be lost than those since the
# last checkpoint, and each run must end to the bit as one that nobody killed.
set -euo pipefail
# shellcheck source=cmake/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../cmake/setup.sh"
grove_install_missing examples
eigen=
for prefix in /usr/local/include /usr/include; do
  if [[ -d $prefix/eigen3 ]]; then eigen=$prefix/eigen3; fi
done
mkdir -p "$grove_root/build"
"${CXX:-c++}" -std=c++20 -O1 -I"$grove_root" ${eigen:+-isystem "$eigen"} "$grove_root/tests/kill/kill.cpp" \
  -o "$grove_root/build/kill" -lfmt
time "$grove_root/build/kill" "${1:-1000}"
