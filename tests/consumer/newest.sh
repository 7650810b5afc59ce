#!/usr/bin/env bash
# newest.sh <directory> : builds and runs a user's programs with the newest fmt and Eigen that there are as packages for
# pip (Debian's are older), fmt linked as a library. What cannot be had is left out, with a message. (Case newest-fmt: from
# fmt 12.2 on, fmt/core.h has no format.)
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$here/../..
mkdir -p "$1"
directory=$(cd "$1" && pwd)

python=$(command -v python3 || true)
# get <package> : unpacks the newest version into the directory.
get() {
  local wheels=$directory/wheels
  [[ -n $python ]] && rm -rf "$wheels" &&
    "$python" -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --dest "$wheels" "$1" \
      >/dev/null 2>&1 &&
    "$python" -m zipfile -e "$wheels"/*.whl "$directory"
}

fmt=()
libraries=(-lfmt)
if get cmeel-fmt && [[ -f $directory/cmeel.prefix/include/fmt/base.h ]]; then
  fmt=(-isystem "$directory/cmeel.prefix/include")
  libraries=("-L$directory/cmeel.prefix/lib" "-Wl,-rpath,$directory/cmeel.prefix/lib" -lfmt)
fi
eigen=()
if get eigency && [[ -f $directory/eigency/eigen/Eigen/Core ]]; then
  eigen=(-isystem "$directory/eigency/eigen")
fi
if ((${#fmt[@]} + ${#eigen[@]} == 0)); then
  echo "not checked: neither a newer fmt nor a newer Eigen can be had here"
  exit 0
fi

# version <header> <macro>... : their values in the directory's copy of the header.
version() {
  local file=$1
  shift
  [[ -f $file ]] || return 0
  printf ' %s' "$(grep -hE "define ($(IFS='|' && echo "$*")) " "$file" | awk '{ print $3 }' | paste -sd.)"
}
echo "fmt:$(version "$directory/cmeel.prefix/include/fmt/base.h" FMT_VERSION)${fmt[*]:+ (newest)}," \
  "Eigen:$(version "$directory/eigency/eigen/Eigen/Version" EIGEN_MAJOR_VERSION EIGEN_MINOR_VERSION EIGEN_PATCH_VERSION)"

# The installed Eigen, where there is no newer one: its unsupported/ does not go with another version.
((${#eigen[@]})) || eigen=(-isystem /usr/include/eigen3 -isystem /usr/local/include/eigen3)
compile=("${CXX:-c++}" -std=c++20 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror "-I$root" "${fmt[@]}"
  "${eigen[@]}")
"${compile[0]}" "-I$here/own" "${compile[@]:1}" -c "$here/main.cpp" -o "$directory/main.o"
"${compile[@]}" "$here/other.cpp" "$directory/main.o" "${libraries[@]}" -o "$directory/consumer"
"$directory/consumer"
"${compile[@]}" "$here/text.cpp" "${libraries[@]}" -o "$directory/text"
"$directory/text"
