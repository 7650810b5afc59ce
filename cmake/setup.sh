# shellcheck shell=bash
# Sourced by tests/run.sh, examples/run.sh and .ci/run: functions that install what a build needs, and build.

grove_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# grove_has_header <header>... : is one of the headers where compilers and packages put them, or under CMAKE_PREFIX_PATH?
grove_has_header() {
  local prefix header prefixes
  IFS=':;' read -r -a prefixes <<<"/usr:/usr/local:/opt/homebrew:${CMAKE_PREFIX_PATH:-}"
  for prefix in "${prefixes[@]}"; do
    for header in "$@"; do
      [[ -n $prefix && (-f $prefix/include/$header || -f $prefix/include/eigen3/$header) ]] && return 0
    done
  done
  return 1
}

# grove_missing <tests|examples> : the Debian packages that stand for what is missing, one a line.
grove_missing() {
  command -v "${CXX:-c++}" >/dev/null || echo g++
  command -v cmake >/dev/null || echo cmake
  command -v ninja >/dev/null || command -v make >/dev/null || echo ninja-build
  grove_has_header Eigen/Core || echo libeigen3-dev
  grove_has_header fmt/format.h || echo libfmt-dev
  if [[ $1 == tests ]]; then
    grove_has_header catch2/catch.hpp catch2/catch_all.hpp || echo catch2
  fi
}

# grove_apt_install <package>... : installs with apt-get, never removing anything. Fails where that cannot be done.
# GROVE_SUDO is the command that gives the right to.
grove_apt_install() {
  local sudo=()
  command -v apt-get >/dev/null || return 1
  if [[ $(id -u) != 0 ]]; then
    command -v sudo >/dev/null || return 1
    read -r -a sudo <<<"${GROVE_SUDO:-sudo}"
  fi
  "${sudo[@]}" apt-get update -qq </dev/null || return 1
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends --no-remove "$@" </dev/null
}

# grove_install_missing <tests|examples>
grove_install_missing() {
  local missing
  mapfile -t missing < <(grove_missing "$1")
  ((${#missing[@]})) || return 0
  echo "missing: ${missing[*]}"
  if ! grove_apt_install "${missing[@]}"; then
    cat >&2 <<MESSAGE
Please install a C++20 compiler (g++ >= 12 or clang >= 14), CMake >= 3.21, Ninja or make, Eigen >= 3.4, fmt
and, for the tests, Catch2; then run this again.
  Debian, Ubuntu:  apt-get install g++ cmake ninja-build libeigen3-dev libfmt-dev catch2
  Fedora:          dnf install gcc-c++ cmake ninja-build eigen3-devel fmt-devel catch-devel
  macOS:           brew install cmake ninja eigen fmt catch2
MESSAGE
    return 1
  fi
}

# grove_install_wanted : what makes the examples nicer, but is no reason to stop, nor to ask for a password.
grove_install_wanted() {
  local wanted=()
  command -v gnuplot >/dev/null || wanted+=(gnuplot-nox)
  grove_has_header CLI/CLI.hpp || wanted+=(libcli11-dev)
  ((${#wanted[@]})) || return 0
  GROVE_SUDO="sudo -n" grove_apt_install "${wanted[@]}" || echo "going on without ${wanted[*]}"
}

# grove_jobs : as many as there are processors, but no more than memory holds (a test takes up to 1.5 GB to compile).
grove_jobs() {
  local processors memory
  processors=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
  memory=$(awk '/^MemAvailable:/ { print int($2 / 1500000) }' /proc/meminfo 2>/dev/null || true)
  [[ -n $memory ]] && ((memory < processors)) && processors=$memory
  echo $((processors > 0 ? processors : 1))
}

# grove_build <preset> [<argument of cmake --build>...] : configures and builds into build/<preset>.
grove_build() {
  local preset=$1 generator=()
  shift
  # An existing build directory keeps the generator that it was made with.
  if [[ ! -f $grove_root/build/$preset/CMakeCache.txt ]] && command -v ninja >/dev/null; then
    generator=(-G Ninja)
  fi
  (cd "$grove_root" && cmake --preset "$preset" "${generator[@]}")
  cmake --build "$grove_root/build/$preset" --parallel "$(grove_jobs)" "$@"
}
