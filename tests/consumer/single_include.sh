#!/bin/sh
# single_include.sh <compiler> <build directory> [<flag>...]: makes the single header, and builds and runs a program with it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
compiler=$1
build=$2
shift 2
bash "$here/../../packaging/single_include.sh" "$build/grove.hpp"
"$compiler" -std=c++20 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror "-I$build" "$@" "$here/single.cpp" -o "$build/single" -lfmt
"$build/single"
