#!/usr/bin/env bash
# run.sh [<platform>...] : builds the programs of this folder for other platforms and runs them there: arm64 (cross g++ and
# qemu), windows (mingw-w64 and wine), libcxx (clang with libc++) and cxx23 (clang, -std=c++23), the last two compiled only.
# Compilers and emulators are Debian's packages. What cannot be had is left out, with a message.
set -euo pipefail
exec </dev/null
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../../cmake/setup.sh
source "$here/../../cmake/setup.sh"
build=$grove_root/build/platforms
mkdir -p "$build/include"
((${#})) || set -- arm64 windows libcxx cxx23

grove_install_missing examples

# Eigen and fmt alone: with all of /usr/include a cross compiler would find this machine's C library.
link_header() {
  local prefix
  for prefix in /usr/include/eigen3 /usr/include /usr/local/include/eigen3 /usr/local/include; do
    [[ -e $prefix/$1 ]] && ln -sfn "$prefix/$1" "$build/include/$1" && return 0
  done
}
for name in Eigen unsupported fmt; do link_header "$name"; done

flags=(-O0 -Wall -Wextra -Wpedantic -Werror -DFMT_HEADER_ONLY "-I$grove_root" -isystem "$build/include")
mapfile -t programs < <(find "$here" -name '*.cpp' -exec basename {} .cpp \; | sort)

# compile_all <folder> <command>... : every program into the folder, as many at a time as there are processors.
compile_all() {
  local folder=$build/$1
  shift
  mkdir -p "$folder"
  printf '%s\n' "${programs[@]}" |
    xargs -P "$(grove_jobs)" -I '{}' "$@" "${flags[@]}" "$here/{}.cpp" -o "$folder/{}.exe"
}

# run_all <folder> <command>... : every program of the folder, by way of the command.
run_all() {
  local folder=$build/$1 program
  shift
  for program in "${programs[@]}"; do
    echo "  $program"
    "$@" "$folder/$program.exe" || { echo "$program: failed"; return 1; }
  done
}

# have <package>... -- <command>... : the commands are there, or the packages bring them.
have() {
  local packages=() command
  while [[ $1 != -- ]]; do
    packages+=("$1")
    shift
  done
  shift
  for command in "$@"; do
    command -v "$command" >/dev/null || { grove_apt_install "${packages[@]}" >/dev/null && break || return 1; }
  done
}

on_arm64() {
  have g++-aarch64-linux-gnu -- aarch64-linux-gnu-g++ || { echo "not checked: no cross compiler for arm64"; return; }
  aarch64-linux-gnu-g++ --version | head -1
  compile_all arm64 aarch64-linux-gnu-g++ -std=c++20 -pthread
  have qemu-user -- qemu-aarch64 || { echo "compiled only: no qemu-aarch64"; return; }
  run_all arm64 qemu-aarch64 -L /usr/aarch64-linux-gnu
}

on_windows() {
  local compiler=x86_64-w64-mingw32-g++-posix
  have g++-mingw-w64-x86-64-posix -- $compiler || { echo "not checked: no cross compiler for Windows"; return; }
  $compiler --version | head -1
  # -Wa: what is inline takes more sections than the usual object format has.
  compile_all windows $compiler -std=c++20 -static -Wa,-mbig-obj
  have wine wine64 -- wine || { echo "compiled only: no wine"; return; }
  # Outside of the sources: wine puts a link to the root of the file system there.
  WINEPREFIX=$(mktemp -d)
  export WINEPREFIX WINEDEBUG=-all
  trap 'wineserver -k 2>/dev/null || true; rm -rf "$WINEPREFIX"' EXIT
  timeout 300 wine cmd /c ver 2>/dev/null || { echo "compiled only: wine does not start"; return; }
  run_all windows timeout 300 wine
}

# The headers of libc++ from its package, not installed: it would remove other packages.
libcxx_headers() {
  local version
  version=$(clang++ -dumpversion | cut -d. -f1)
  libcxx=$build/libcxx/usr/lib/llvm-$version/include/c++/v1
  [[ -d $libcxx ]] && return 0
  command -v apt-get >/dev/null || return 1
  (mkdir -p "$build/libcxx" && cd "$build/libcxx" && apt-get download -qq "libc++-$version-dev" >/dev/null 2>&1 &&
    dpkg-deb -x "libc++-$version-dev"_*.deb . && [[ -d $libcxx ]])
}

# clang_compiles <argument>... : every program, without code.
clang_compiles() {
  printf '%s\n' "${programs[@]}" |
    xargs -P "$(grove_jobs)" -I '{}' clang++ -fsyntax-only "$@" "${flags[@]}" "$here/{}.cpp"
}
with_libcxx() {
  if ! command -v clang++ >/dev/null || ! libcxx_headers; then
    echo "not checked: no clang or no libc++"
    return
  fi
  sed -n 's/^# *define _LIBCPP_VERSION */libc++ /p' "$libcxx/__config"
  clang_compiles -std=c++20 -nostdinc++ -isystem "$libcxx"
}
with_cxx23() {
  command -v clang++ >/dev/null || { echo "not checked: no clang"; return; }
  clang++ --version | head -1
  clang_compiles -std=c++2b
}

for platform in "$@"; do
  echo "-- $platform (${#programs[@]} programs, $SECONDS s)"
  case $platform in
    arm64) on_arm64 ;;
    windows) on_windows ;;
    libcxx) with_libcxx ;;
    cxx23) with_cxx23 ;;
    *) echo "no such platform: $platform" >&2 && exit 2 ;;
  esac
done
echo "-- done ($SECONDS s)"
