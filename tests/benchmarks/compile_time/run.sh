#!/usr/bin/env bash
# What Grove adds to the compile time of a small program: medians of interleaved compilations.
#
#   bash tests/benchmarks/compile_time/run.sh [rounds]
#
# Environment: CXX (default c++), CXXFLAGS (default -O2), INCLUDES (default: where pkg-config finds Eigen and fmt).
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../../.." && pwd)"
rounds="${1:-5}"
compiler="${CXX:-c++}"
read -ra flags <<<"${CXXFLAGS:--O2}"
read -ra includes <<<"${INCLUDES:-$(pkg-config --cflags eigen3 fmt 2>/dev/null || echo -I/usr/include/eigen3)}"
programs=(eigen scalar_gradient by_hand struct_gradient minimize_adam figure)
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT

# Processor seconds, which others on the machine disturb less, and the peak of memory.
measured() {
  if [[ -x /usr/bin/time ]]; then
    /usr/bin/time -f '%U %S %M' "$@" 2>&1
  else
    TIMEFORMAT='%U %S 0'
    { time "$@"; } 2>&1
  fi
}
for ((round = 0; round < rounds; ++round)); do
  for program in "${programs[@]}"; do
    measured "$compiler" -std=c++20 "${flags[@]}" "${includes[@]}" -I"$root" -c "$here/$program.cpp" -o "$scratch/out.o" |
      tail -1 >>"$scratch/$program"
  done
done

median() { # of a program, in seconds
  awk '{ print $1 + $2 }' "$scratch/$1" | sort -n | sed -n "$(((rounds + 1) / 2))p"
}
megabytes() { awk '{ m = $3 > m ? $3 : m } END { printf "%d", m / 1024 }' "$scratch/$1"; }
row() { # title, program, program to compare it with
  awk -v title="$1" -v own="$(median "$2")" -v other="$(median "$3")" -v memory="$(megabytes "$2")" -v less="$(megabytes "$3")" \
    'BEGIN { printf "| %-42s | %5.2f s | %5.2f s | %5.2f | %5d | %5.2f |\n", title, own, other, own / other, memory, less ? memory / less : 0 }'
}

printf '\nCompile time, %s %s, medians of %d\n\n' "$("$compiler" --version | head -1)" "${flags[*]}" "$rounds"
printf '| %-42s | %7s | %7s | %5s | %5s | %5s |\n' "" "Grove" "without" "ratio" "MB" "ratio"
echo "|--------------------------------------------|--------:|--------:|------:|------:|------:|"
row "gradient of a function of a number; Eigen" scalar_gradient eigen
row "linear regression; by hand" struct_gradient by_hand
row "minimize with adam; Eigen" minimize_adam eigen
row "the same with a model and a figure; Eigen" figure eigen
