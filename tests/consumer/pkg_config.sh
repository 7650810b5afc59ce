#!/bin/sh
# pkg_config.sh <pkg-config> <compiler> <build directory>: builds and runs the user's program with the installed grove.pc.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$3"
# The flags are a list, to be split.
# shellcheck disable=SC2046
"$2" -std=c++20 "-I$here/own" $("$1" --cflags grove) -c "$here/main.cpp" -o "$3/main.o"
# shellcheck disable=SC2046
"$2" -std=c++20 $("$1" --cflags grove) "$here/other.cpp" "$3/main.o" $("$1" --libs grove) -o "$3/consumer"
"$3/consumer"
