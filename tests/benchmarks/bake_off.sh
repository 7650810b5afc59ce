#!/usr/bin/env bash
# The bake-off of examples/08_many_dimensions.cpp beside the same methods in NumPy, one after the other on this machine,
# in seconds of a processor. Needs a Python that has numpy. 2026-11-28, two cores of a shared AMD EPYC: NumPy 17.7 s, Grove
# 1.4 s on two threads (2.8 s of a processor).
#
#   bash examples/run.sh 08_many_dimensions && bash tests/benchmarks/bake_off.sh [<python>]
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
program="${PROGRAM:-$root/build/release/examples/08_many_dimensions}"
here="$(mktemp -d)"
trap 'rm -rf "$here"' EXIT

echo "NumPy"
"${1:-python3}" "$root/tests/golden/make_wells.py" --time
echo
echo "Grove"
(cd "$here" && "$program" --bake-off)
