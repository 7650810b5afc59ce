#!/usr/bin/env bash
# Counts the instructions that the compiler takes for small programs, by cachegrind: the same on every machine and in every
# run. Compares them with instructions.txt where that has lines of this compiler; fails if one is 5 % more.
#
#   bash tests/benchmarks/compile_time/instructions.sh [--write] [<program>...]
#
# --write makes them the lines of this compiler
#
# Programs are the .cpp files here; those that CI counts unless told. Flags: CXXFLAGS (default -O0: what is parsed and
# instantiated costs, more than what is optimised).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=cmake/setup.sh
source "$here/../../../cmake/setup.sh"

write=0
[[ ${1:-} == --write ]] && write=1 && shift
programs=("$@")
((${#programs[@]})) || programs=(struct_gradient minimize_adam)
read -ra flags <<<"${CXXFLAGS:--O0}"

grove_install_missing examples
command -v valgrind >/dev/null || grove_apt_install valgrind || { echo "not counted: there is no valgrind" && exit 0; }
compiler=${CXX:-c++}
version=$("$compiler" --version | head -1)
eigen=$(printf '%s\n' /usr/include/eigen3 /usr/local/include/eigen3 /opt/homebrew/include/eigen3 | while read -r d; do
  [[ -d $d ]] && echo "$d" && break; done)
# g++ collects garbage as often as the machine's memory asks for, unless told.
steady=()
"$compiler" --version | grep -q 'Free Software' && steady=(--param ggc-min-heapsize=131072 --param ggc-min-expand=100)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# count <program> : millions, of the compiler proper, which the driver starts as another process.
count() {
  valgrind --trace-children=yes --tool=cachegrind --cache-sim=no --cachegrind-out-file="$scratch/$1.%p" \
    "$compiler" -std=c++20 "${flags[@]}" "${steady[@]}" -I"$grove_root" ${eigen:+-isystem "$eigen"} -S "$here/$1.cpp" -o /dev/null \
    >"$scratch/$1.log" 2>&1 || { cat "$scratch/$1.log" >&2 && return 1; }
  sed -n 's/^summary: //p' "$scratch/$1".[0-9]* | sort -n | tail -1 | awk '{ printf "%d\n", $1 / 1e6 }' >"$scratch/$1.count"
}
for program in "${programs[@]}"; do count "$program" & done
wait

status=0
for program in "${programs[@]}"; do
  millions=$(<"$scratch/$program.count")
  line="$program|${flags[*]}|$version"
  echo "$program: $millions million instructions to compile (${flags[*]}, $version)"
  if ((write)); then
    { grep -vF "$line|" "$here/instructions.txt" 2>/dev/null || true; echo "$line|$millions"; } | sort >"$scratch/new"
    cp "$scratch/new" "$here/instructions.txt"
  elif expected=$(grep -F "$line|" "$here/instructions.txt"); then
    ((100 * millions <= 105 * ${expected##*|})) || { echo "more than in instructions.txt: $expected" && status=1; }
  fi
done
exit $status
