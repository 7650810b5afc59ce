#!/usr/bin/env bash
# Would a test notice? Plants one fault at a time in a copy of the headers, builds the tests of the header and those that
# judge everything from outside, and lists the faults that none of them noticed. By hand: it takes hours.
#
#   bash tests/mutate.sh [--seed 1] [--count 40] [--seconds 600] [--into build/mutants] [folder or header]...
#
# The same seed plants the same faults in the same order. What is decided stands in <into>/results.txt, a line for each
# fault; a run that was interrupted, or that asks for more, goes on behind it. A fault gets at most <seconds>.
# CXX and CXXFLAGS choose compiler and flags (clang++ -O0 compiles fastest).
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
seed=1 count=40 seconds=600 into=$top/build/mutants places=()
while (($#)); do
  case $1 in
    --seed) seed=$2; shift 2 ;;
    --count) count=$2; shift 2 ;;
    --seconds) seconds=$2; shift 2 ;;
    --into) into=$2; shift 2 ;;
    *) places+=("$1"); shift ;;
  esac
done
((${#places[@]})) || places=(autodiff optim)
cxx=${CXX:-$(command -v clang++ || echo g++)}
read -ra flags <<<"-std=c++20 ${CXXFLAGS:--O0} -w"
mkdir -p "$into"
into=$(cd "$into" && pwd)
results=$into/results.txt
touch "$results"

# The tree in which faults are planted; headers that do not change are parsed once.
tree=$into/tree
rm -rf "$tree"
mkdir -p "$tree"
cp -r "$top"/{autodiff,optim,models,tests} "$tree"
cd "$tree"
includes=(-I. -Itests -isystem "${EIGEN:-/usr/include/eigen3}")
printf '#include "tests/catch.hpp"\n#include <Eigen/Dense>\n#include <fmt/format.h>\n' >"$into/all.hpp"
if "$cxx" --version | grep -q clang; then
  "$cxx" "${flags[@]}" "${includes[@]}" -x c++-header "$into/all.hpp" -o "$into/all.pch"
  precompiled=(-include-pch "$into/all.pch")
else
  "$cxx" "${flags[@]}" "${includes[@]}" -x c++-header "$into/all.hpp"
  precompiled=(-include "$into/all.hpp")
fi
"$cxx" "${flags[@]}" "${includes[@]}" -c tests/main.cpp -o "$into/main.o"

# tests_of <header> : the test of the same name or whose `// Headers:` name it, else those that include it, else those of its room (at most three), else
# of the room above; then those that judge from outside.
tests_of() {
  local name room
  name=$(basename "$1" .hpp)
  room=tests/$(dirname "$1")
  {
    local own
    own=$(find "${room%/detail}" -name "${name}_test.cpp" 2>/dev/null | head -n 1)
    [[ -n $own ]] ||
      own=$(grep -rlE --include='*_test.cpp' "^// Headers: ${1%/*}/([{a-z_0-9,]*[{,])?$name[,}.]" tests | head -n 1)
    while [[ -z $own && $room != tests ]]; do
      room=${room%/detail}
      own=$(find "$room" -maxdepth 1 -name '*_test.cpp' -size -12k 2>/dev/null | sort | head -n 3)
      room=$(dirname "$room")
    done
    echo "$own"
    grep -rlF --include='*_test.cpp' "\"$1\"" tests | head -n 2
    case $1 in
      autodiff/tree/*) echo tests/autodiff/tree/flatten_test.cpp ;;
      autodiff/gradcheck/*) echo tests/autodiff/gradcheck/of_gradient_test.cpp ;;
      autodiff/*)
        echo tests/autodiff/derivatives/random_array_programs_test.cpp
        echo tests/autodiff/derivatives/random_programs_test.cpp
        ;;
      optim/*) echo tests/optim/optimizers/every_optimizer_test.cpp ;;
    esac
  } | awk 'NF && !seen[$0]++'
}

# verdict <header> : killed by a test, invalid (does not compile), or survived.
verdict() {
  local test object=$into/test.o program=$into/test until=$((SECONDS + seconds)) compiled=0 rc
  while IFS= read -r test; do
    ((until - SECONDS > 0)) || { echo "undecided after $seconds s"; return; }
    rc=0
    timeout $((until - SECONDS)) "$cxx" "${flags[@]}" "${precompiled[@]}" "${includes[@]}" -c "$test" -o "$object" 2>"$into/errors" || rc=$?
    if ((rc == 124)); then
      echo "undecided after $seconds s"
      return
    elif ((rc)); then
      # A test that cannot be built with the fault says nothing if no test can.
      ((compiled)) && echo "killed: $test does not compile" || echo "invalid"
      return
    fi
    compiled=1
    "$cxx" "${flags[@]}" "$object" "$into/main.o" -lfmt -lpthread -o "$program"
    folder=$(dirname "$test")
    until [[ -f $folder/CMakeLists.txt ]]; do folder=$(dirname "$folder"); done
    if ! (cd "$folder" && timeout 120 "$program" >"$into/output" 2>&1); then
      echo "killed: $test"
      return
    fi
  done < <(tests_of "$1")
  echo "SURVIVED"
}

done_before=$(wc -l <"$results")
planted=0
while read -r id header line kind; do
  ((++planted > count)) && break
  grep -q "^$id " "$results" && continue
  cp "$header" "$into/original.hpp"
  change=$(python3 tests/mutants.py plant "$id" "$header")
  found=$(verdict "$header" </dev/null)
  cp "$into/original.hpp" "$header"
  printf '%s %s | %s:%s | %s | %s\n' "$id" "$found" "$header" "$line" "$kind" "$change" | tee -a "$results"
done < <(python3 tests/mutants.py list "$seed" "${places[@]}")

echo
grep ' SURVIVED ' "$results" || true
killed=$(grep -c '^[0-9a-f]* killed' "$results" || true)
survived=$(grep -c '^[0-9a-f]* SURVIVED' "$results" || true)
echo "$killed of $((killed + survived)) faults noticed; $(grep -cE '^[0-9a-f]* (invalid|undecided)' "$results" || true) invalid or undecided ($done_before decided before this run)"
