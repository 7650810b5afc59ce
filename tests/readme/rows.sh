#!/usr/bin/env bash
# rows.sh : compiles and runs the code in the tables of docs/coming_from.md (see rows.awk), by clang if there is one.
set -euo pipefail
exec </dev/null
# shellcheck source=../../cmake/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../cmake/setup.sh"
cd "$grove_root"
grove_install_missing examples

build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
awk -f tests/readme/rows.awk docs/coming_from.md >"$build/rows.cpp"
compiler=${CXX:-$(command -v clang++ || echo c++)}
flags=(-std=c++20 -O0 -Wall -Wextra -Wno-unused -Werror -I. -isystem /usr/include/eigen3 -isystem /usr/local/include/eigen3)
"$compiler" "${flags[@]}" "$build/rows.cpp" -lfmt -pthread -o "$build/rows"
(cd "$build" && ./rows)
echo "$(grep -c '^  {' "$build/rows.cpp") pieces of code in tables, compiled by $compiler"
