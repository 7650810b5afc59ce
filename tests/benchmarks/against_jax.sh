#!/usr/bin/env bash
# Twelve training jobs in Grove, JAX and PyTorch, one after the other in each round on one core, in seconds of a processor;
# the table of docs/performance.md. Makes a Python environment of its own (PyTorch's is several GB; --no-torch leaves it out)
# and builds a program for each job, with -O3 -march=native.
#
#   bash tests/benchmarks/against_jax.sh [--rounds 9] [--jobs softmax_regression,gru] [--no-torch]
#
# Environment: BUILD_DIR (default build/against_jax), PYTHON (one that has the packages; default: the environment is made),
# CORE (default 0), CXX.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
here="$root/tests/benchmarks/against_jax"
build="${BUILD_DIR:-$root/build/against_jax}"
mkdir -p "$build"

python="${PYTHON:-$build/python/bin/python}"
if [[ ! -x "$python" ]]; then
  python3 -m venv "$build/python"
  packages=("jax[cpu]" optax numpy scipy scikit-learn)
  [[ " $* " == *" --no-torch "* ]] || packages+=(torch)
  "$python" -m pip install --quiet "${packages[@]}" >&2
fi

for job in $(sed -n '/^@job/{n;s/def \(.*\)().*/\1/p}' "$here/jobs.py"); do
  [[ "$*" != *--jobs* || "$*" == *"$job"* ]] || continue
  "${CXX:-g++}" -std=c++20 -O3 -march=native -w -I"$root" -isystem /usr/include/eigen3 "-DJOB_HEADER=\"$job.hpp\"" \
    "$here/main.cpp" -o "$build/$job" -lfmt -pthread
done

pin=()
if command -v taskset >/dev/null; then pin=(taskset -c "${CORE:-0}"); fi
"${pin[@]}" "$python" "$here/measure.py" "$build" "$@"
