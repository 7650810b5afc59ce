#!/usr/bin/env bash
# Counts the instructions that scalar operations take, recorded and swept, by callgrind: the same on every machine and in
# every run. Compares them with instructions.txt where that has a line for this compiler; fails if one is 3 % more.
#
#   bash tests/benchmarks/instructions.sh [--write]      --write: makes them the lines of this compiler
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=cmake/setup.sh
source "$here/../../cmake/setup.sh"

grove_install_missing examples
command -v valgrind >/dev/null || grove_apt_install valgrind || { echo "not counted: there is no valgrind" && exit 0; }

build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
eigen=$(printf '%s\n' /usr/include/eigen3 /usr/local/include/eigen3 /opt/homebrew/include/eigen3 | while read -r d; do
  [[ -d $d ]] && echo "$d" && break; done)
"${CXX:-c++}" -std=c++20 -O3 -march=x86-64-v3 -I"$grove_root" ${eigen:+-isystem "$eigen"} "$here/instructions.cpp" -o "$build/count" -lfmt
compiler=$("${CXX:-c++}" --version | head -1)

# counted <program> <gradients> : instructions in all, and in the sweep.
counted() {
  valgrind --tool=callgrind --callgrind-out-file="$build/out" "$build/count" "$1" "$2" >/dev/null 2>&1
  callgrind_annotate --threshold=100 "$build/out" |
    awk '{ gsub(",", "", $1) } /PROGRAM TOTALS/ { total = $1 } /sweep_entries/ { sweep += $1 } END { print total, sweep + 0 }'
}

status=0
for line in "lorenz 1001000" "burgers 1000000"; do
  read -r program operations <<<"$line"  # of a gradient
  read -r total_once sweep_once < <(counted "$program" 1)
  read -r total_thrice sweep_thrice < <(counted "$program" 3)
  read -r record sweep < <(awk -v a="$total_once" -v b="$sweep_once" -v c="$total_thrice" -v d="$sweep_thrice" \
    -v n="$operations" 'BEGIN { sweep = (d - b) / 2 / n; printf "%.2f %.2f\n", (c - a) / 2 / n - sweep, sweep }')
  echo "$program: $record instructions an operation to record, $sweep to sweep ($compiler)"
  if [[ ${1:-} == --write ]]; then
    { grep -vF "$program|$compiler|" "$here/instructions.txt" 2>/dev/null || true; echo "$program|$compiler|$record|$sweep"; } |
      sort >"$build/new"
    cp "$build/new" "$here/instructions.txt"
  elif expected=$(grep -F "$program|$compiler|" "$here/instructions.txt"); then
    awk -F'|' -v record="$record" -v sweep="$sweep" '{ exit !(record + sweep <= 1.03 * ($3 + $4)) }' <<<"$expected" ||
      { echo "more than in instructions.txt: $expected" && status=1; }
  fi
done
exit $status
