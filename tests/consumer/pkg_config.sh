#!/bin/sh
# pkg_config.sh <pkg-config> <compiler> <build directory>: builds and runs the user's program with the installed grove.pc.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$3"
# The flags are a list, to be split.
# shellcheck disable=SC2046
"$2" -std=c++20 $("$1" --cflags grove) "$here/main.cpp" "$here/other.cpp" $("$1" --libs grove) -o "$3/consumer"
"$3/consumer"
