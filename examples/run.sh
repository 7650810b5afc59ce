#!/usr/bin/env bash
# Installs what is missing, builds the examples and runs them in the order of their numbers; the last one is the main job:
# a regression on real data, from the file to the figure. Figures are written to build/release/examples.
#
#   bash examples/run.sh [<example>...]
set -euo pipefail
# shellcheck source=cmake/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/../cmake/setup.sh"

grove_install_missing examples
grove_install_wanted
grove_build release --target grove_examples

output=$grove_root/build/release/examples
if (($#)); then
  examples=("$@")
else
  mapfile -t examples < <(cat "$output/examples.txt")
fi
cd "$output"
for example in "${examples[@]}"; do
  echo
  echo "== examples/$example.cpp"
  "./$example"
done
