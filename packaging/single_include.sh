#!/usr/bin/env bash
# Writes all of Grove as one header, for places where a folder of headers cannot go (an online compiler, a notebook).
#
#   bash packaging/single_include.sh [<file>]     writes single_include/grove.hpp, or the file
#
# It holds what <grove/grove.hpp> includes, each header once, and includes Eigen and fmt.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

file=${1:-single_include/grove.hpp}
mkdir -p "$(dirname "$file")"
awk '
  function folder(path) { sub(/[^\/]*$/, "", path); return path }
  function put(path, line, parts, target, status) {
    if (path in seen) return
    seen[path] = 1
    while ((status = (getline line < path)) > 0) {
      if (line ~ /^#pragma once/) continue
      if (line !~ /^#include "/) {
        print line
        continue
      }
      split(line, parts, "\"")
      target = folder(path) parts[2]
      while (sub(/[^\/]+\/\.\.\//, "", target)) {}
      put(target)
    }
    close(path)
    if (status < 0) {
      print "single_include.sh: there is no " path > "/dev/stderr"
      exit 1
    }
  }
  BEGIN {
    print "// Grove in one header, made of its folder of headers by packaging/single_include.sh; look at those to read it."
    print "//"
    while ((getline licence < "LICENSE") > 0) print licence == "" ? "//" : "// " licence
    print "#pragma once\n"
    put("grove/grove.hpp")
  }' >"$file.new"
mv "$file.new" "$file"
