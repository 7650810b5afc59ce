#!/bin/sh
# gdb.sh <gdb> <program>: what packaging/debugging/grove_gdb.py makes of the program's variables is expected.txt.
# Returns 77 where gdb may not run it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
said=$("$1" --batch --nx -ex "source $here/../../packaging/debugging/grove_gdb.py" -ex "break stop_here" -ex run -ex up \
  -ex "echo \n" -ex "tree params" -ex "print params.layers[0].weight" -ex "print params.layers[0].fixed" -ex "print dual" -ex "tree p" \
  -ex "print constant" -ex "print sum" -ex "print row" -ex "print tail" -ex "print lazy" "$2" 2>&1)
# Containers may forbid one program to look at another.
case $said in *"peration not permitted"*) echo "$said"; exit 77 ;; esac
found=$(echo "$said" | sed -n '/^layers\[0\]/,$p' | sed 's/@0x[0-9a-f]*/@/')
if [ "$found" != "$(cat "$here/expected.txt")" ]; then
  echo "$found"
  exit 1
fi
