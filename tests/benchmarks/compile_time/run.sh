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
programs=(eigen scalar_gradient by_hand struct_gradient)
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT

TIMEFORMAT='%U %S'  # processor seconds: others on the machine disturb them less
for ((round = 0; round < rounds; ++round)); do
  for program in "${programs[@]}"; do
    { time "$compiler" -std=c++20 "${flags[@]}" "${includes[@]}" -I"$root" -c "$here/$program.cpp" -o "$scratch/out.o"; } \
      2>>"$scratch/$program"
  done
done

median() { # of a program, in seconds
  awk '{ print $1 + $2 }' "$scratch/$1" | sort -n | sed -n "$(((rounds + 1) / 2))p"
}
row() { # title, program, program to compare it with
  awk -v title="$1" -v own="$(median "$2")" -v other="$(median "$3")" \
    'BEGIN { printf "| %-46s | %5.2f s | %5.2f s | %+5.2f s |\n", title, own, other, own - other }'
}

printf '\nCompile time, %s %s, medians of %d\n\n' "$("$compiler" --version | head -1)" "${flags[*]}" "$rounds"
printf '| %-46s | %7s | %7s | %7s |\n' "" "Grove" "without" "more"
echo "|------------------------------------------------|--------:|--------:|--------:|"
row "gradient of a function of a number; Eigen alone" scalar_gradient eigen
row "linear regression; by hand" struct_gradient by_hand
