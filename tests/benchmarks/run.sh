#!/usr/bin/env bash
# Builds the benchmarks (Release, -O3 -march=native) and prints all tables, each workload in a process of its own.
#
#   bash tests/benchmarks/run.sh [--check] [--rounds=9] [--round-seconds=0.01] [--no-huge]   options go to every program
#
# Environment: BUILD_DIR (default build/benchmarks), ONLY (an id such as D500, whose program alone is built; default all),
# CORE (pin to this core), JOBS (compilations at once; default one a core), CXX, CMAKE_ARGS.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
build="${BUILD_DIR:-$root/build/benchmarks}"
pin=()
if [[ -n "${CORE:-}" ]] && command -v taskset >/dev/null; then pin=(taskset -c "$CORE"); fi

names='*'
targets=()
if [[ -n "${ONLY:-}" ]]; then
  header="$(grep -lF "\"$ONLY\"" "$root"/tests/benchmarks/workloads/*.hpp)" || {
    echo "run.sh: no workload is called $ONLY" >&2
    exit 2
  }
  names="$(basename "$header" .hpp)"
  targets=(--target "benchmark_$names")
fi

# shellcheck disable=SC2086
cmake -S "$root" -B "$build" -DCMAKE_BUILD_TYPE=Release -DGROVE_BUILD_BENCHMARKS=ON -DGROVE_BUILD_TESTS=OFF \
  -DGROVE_BUILD_EXAMPLES=OFF ${CMAKE_ARGS:-} >&2
cmake --build "$build" --parallel "${JOBS:-$(nproc)}" "${targets[@]}" >&2

cat <<END
Benchmarks of $(date +%Y-%m-%d), $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | head -1), \
$("${CXX:-c++}" --version | head -1)

Times are medians over the rounds; ratios are medians of the ratios within a round. Target: time ÷ hand to reach.
After huge: time after a recording of fifteen million operations in the same process ÷ time before.
Recording: the row until its operations are recorded; sweep: what is left.
Bytes/op: bytes recorded ÷ elementary operations of the primal. Peak MB: memory that one gradient touches.
END

status=0
for program in "$build"/tests/benchmarks/benchmark_$names; do
  [[ -x "$program" && "$program" != *optimizer_step ]] || continue
  for id in $("$program" --list); do
    [[ -z "${ONLY:-}" || "$ONLY" == "$id" ]] || continue
    "${pin[@]}" "$program" --workload="$id" "$@" || status=1
  done
done
step="$build/tests/benchmarks/benchmark_optimizer_step"
if [[ -x "$step" && -z "${ONLY:-}" && "$*" != *--check* ]]; then
  printf '\nThe optimizer step\n\n'
  "${pin[@]}" "$step" || status=1
  bash "$root/tests/benchmarks/compile_time/run.sh" || status=1
fi
exit "$status"
