#!/usr/bin/env bash
# What compilers do not check and people forget: the direction of includes, lists that must agree with folders, and the
# habits that a search can see. Prints every violation and fails if there is one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

violations=0
complain() {
  echo "$*"
  violations=$((violations + 1))
}

# complain_each <text> : one complaint for each line of the standard input.
complain_each() {
  local line
  while IFS= read -r line; do
    complain "$1: $line"
  done
}

# headers <folder>... : the headers in the folders that a user may include.
headers() { find "$@" -name '*.hpp' -not -path '*/detail/*' -not -path '*/engine/*' | sort; }

# edges <folder>... : "header line target" for every include of one of Grove's headers, which may be spelled from the
# root or relative to the folder.
edges() {
  grep -rnE '^ *# *include *"|^ *# *include *<(autodiff|optim|models|grove)/' "$@" --include='*.hpp' | awk -F: '
    {
      match($3, /["<][^">]+/)
      path = substr($3, RSTART + 1, RLENGTH - 1)
      if (path !~ /^(autodiff|optim|models|grove)\//) {
        folder = $1
        sub(/[^\/]*$/, "", folder)
        path = folder path
        while (sub(/[^\/]+\/\.\.\//, "", path)) {}
      }
      print $1, $2, path
    }'
}

# reached <file> : all headers of Grove that including the file includes.
reached() {
  edges autodiff optim models grove | awk -v first="$1" '
    { to[$1] = to[$1] " " $3 }
    function visit(file, i, count, list) {
      if (file in seen) return
      seen[file] = 1
      print file
      count = split(to[file], list, " ")
      for (i = 1; i <= count; ++i) visit(list[i])
    }
    END { visit(first) }'
}

# Includes run one way: a room includes itself and the rooms above it in this list. A file is of the room whose name is
# the longest beginning of its path.
rooms=(
  autodiff/error.hpp
  autodiff/detail
  autodiff/tree
  autodiff/engine/tape
  autodiff/engine/scalar
  autodiff/engine/array
  autodiff/engine/fusion
  autodiff/engine/lifting
  autodiff/operations/elementwise
  autodiff/operations/reductions
  autodiff/operations/arrangement
  autodiff/operations/linear_algebra
  autodiff/operations/values
  autodiff/operations/custom
  autodiff/operations
  autodiff/derivatives
  autodiff/gradcheck
  autodiff
  optim/numerics
  optim/schedules
  optim/protocol
  optim/transforms
  optim/constraints
  optim/least_squares
  optim/linesearch
  optim/optimizers
  optim/wrappers
  optim/losses
  optim/files
  optim/training
  optim/solve
  optim/contrib
  optim/mpi
  optim
  models/data
  models/figures
  models
)
complain_each "includes a later room" < <(
  edges autodiff optim models |
    awk -v names="${rooms[*]}" '
      function room(path, i, best) {
        for (i = 1; i <= count; ++i)
          if (index(path "/", list[i] "/") == 1 && length(list[i]) > length(list[best])) best = i
        return best
      }
      BEGIN { count = split(names, list, " ") }
      room($3) > room($1)'
)
complain_each "includes a header that is not there" < <(
  edges autodiff optim models grove | while read -r file line target; do
    [[ -f $target ]] || echo "$file:$line: $target"
  done
)
complain_each "includes an internal header" < <(
  grep -rnE '^ *# *include *["<](autodiff|optim|models)/(.*/)?(detail|engine)/' examples README.md || true
)
# fmt/core.h has no format() from fmt 12.2 on.
complain_each "includes fmt/core.h (autodiff/detail/fmt.hpp has what is needed)" < <(
  grep -rnE '^ *# *include *<fmt/core\.h>' autodiff optim models examples README.md | grep -v '^autodiff/detail/fmt\.hpp' || true
)
# The umbrella headers hold everything public but what needs Eigen's sparse matrices or more than Eigen and fmt; the fits of
# models have an umbrella of their own, for they cost a second of compile time.
for folder in autodiff optim models models/fitting; do
  umbrella=$folder/$(basename "$folder").hpp
  if [[ ! -f $umbrella ]]; then
    complain "$umbrella is missing"
    continue
  fi
  apart='^optim/mpi/'
  [[ $folder == models ]] && apart='^models/fitting/'
  complain_each "$umbrella does not include" < <(comm -23 <(headers "$folder" | grep -v "$apart" | xargs grep -LE '^#include <(Eigen/Sparse|nlohmann/)' | sort) <(reached "$umbrella" | sort))
done

# Every header is guarded and says in its first line what it holds.
while IFS= read -r header; do
  [[ $(head -n 1 "$header") == //* ]] || complain "$header: the first line must be a comment that says what it holds"
  grep -q '^#pragma once' "$header" || complain "$header: no #pragma once"
done < <(find autodiff optim models -name '*.hpp' | sort)

# Every public header that holds more than includes has a test: of the same name in the folder that mirrors its own, or one
# that names it in a line such as `// Headers: optim/optimizers/{adabelief,adan}.hpp`.
named_headers() {
  grep -rhoE '^// Headers: [a-z_/0-9]*(\{[a-z_0-9,]*\})?[a-z_0-9]*\.hpp$' tests --include='*_test.cpp' | awk '
    {
      path = $3
      if (!match(path, /\{.*\}/)) { print path; next }
      count = split(substr(path, RSTART + 1, RLENGTH - 2), names, ",")
      for (i = 1; i <= count; ++i) print substr(path, 1, RSTART - 1) names[i] substr(path, RSTART + RLENGTH)
    }' | sort
}
complain_each "no test names the header" < <(
  headers autodiff optim models | while IFS= read -r header; do
    [[ $(basename "$header" .hpp) == $(basename "$(dirname "$header")") ]] && continue  # an umbrella
    grep -qE '^(template|inline|class|struct|enum|#define|using) ?' "$header" || continue
    [[ -n $(find "tests/$(dirname "$header")" -name "$(basename "$header" .hpp)_test.cpp" 2>/dev/null) ]] || echo "$header"
  done | comm -23 - <(named_headers)
)
complain_each "a test names a header that is not there" < <(
  named_headers | while IFS= read -r header; do [[ -f $header ]] || echo "$header"; done
)

# Every test is compiled: it stands in the nearest CMakeLists.txt above it.
while IFS= read -r test; do
  list=$(dirname "$test")
  until [[ -f $list/CMakeLists.txt ]]; do list=$(dirname "$list"); done
  list=$list/CMakeLists.txt
  name=$(basename "$test")
  grep -qE "(^|[^a-z0-9_])${name%.cpp}(\.cpp)?([^a-z0-9_]|\$)" "$list" || complain "$test is not listed in $list"
done < <(find tests/autodiff tests/optim tests/models tests/compile_fail examples -name '*.cpp' | sort)

# Every reference case is named in a test, which reads it.
cases() { sed -nE 's/^(case|loss|schedule) ([^ ]+).*/\2/p' "$1" | sort -u; }
for file in tests/golden/*.txt; do
  while IFS= read -r name; do
    grep -rqE "\"(over )?$name[\" ]" tests/autodiff tests/optim tests/models --include='*.cpp' ||
      complain "$file: no test reads the reference case $name"
  done < <(cases "$file")
done

# The README's table names every optimizer, and only functions that exist.
optimizers() {
  grep -rhoE '^(inline )?auto [a-z0-9_]+\([A-Za-z<>]+ learning_rate' "$@" | sed -E 's/.*auto ([a-z0-9_]+)\(.*/\1/' |
    grep -v '^scale_by_' | sort -u
}
# shellcheck disable=SC2016
in_readme() { grep -E "^\| optimizers( in .contrib::.)? +\|" README.md | grep -oE '`[a-z0-9_]+`' | tr -d '`' | sort -u; }
complain_each "README.md does not name the optimizer" < <(comm -23 <(optimizers optim/optimizers/*.hpp optim/transforms/*.hpp optim/contrib/*.hpp) <(in_readme))
while IFS= read -r name; do
  grep -rqE "auto $name\(" optim --include='*.hpp' || complain "README.md names an optimizer that does not exist: $name"
done < <(in_readme)

# Names that tie us to one version of a dependency, or that no user should meet.
complain_each "names an internal of Eigen" < <(grep -rn 'Eigen::internal' autodiff optim models examples tests \
  --include='*.hpp' --include='*.cpp' || true)
complain_each "using namespace in a header" < <(
  grep -rnE '^ *using namespace ' autodiff optim models --include='*.hpp' || true
)

# One version.
version=$(sed -nE 's/^#define GROVE_VERSION_(MAJOR|MINOR|PATCH) //p' grove/version.hpp | paste -sd.)
grep -qE "^  VERSION ${version//./\\.}\$" CMakeLists.txt || complain "grove/version.hpp says $version, CMakeLists.txt another version"
for file in CITATION.cff packaging/vcpkg/ports/grove/vcpkg.json packaging/meson/grove.wrap packaging/meson/packagefiles/grove/meson.build; do
  grep -qE "(version|revision).*[ '\"v]${version//./\\.}(['\"]|\$)" "$file" || complain "grove/version.hpp says $version, $file another version"
done

lines=$(wc -l <README.md)
((lines <= 150)) || complain "README.md has $lines lines; 150 are allowed"

echo "lines of each room:"
for room in "${rooms[@]}"; do
  [[ -d $room ]] || continue
  printf '%7d %s\n' "$(find "$room" -name '*.hpp' -exec cat {} + | wc -l)" "$room"
done
printf '%7d %s\n' "$(find autodiff/engine -name '*.hpp' -exec cat {} + | wc -l)" "autodiff/engine, whole (6,300 is the budget)"
echo "longest headers (300 lines are the aim):"
find autodiff optim models -name '*.hpp' -exec wc -l {} + | grep -v ' total$' | sort -rn | sed -n 1,5p
if ((violations)); then
  echo "$violations violation(s)"
  exit 1
fi
