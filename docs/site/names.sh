#!/usr/bin/env bash
# names.sh <tag file> <page>... : a line for each name that a table of the pages mentions first in a row as code (README: anywhere
# in a row) and that the reference, whose tag file it is, does not have.
set -euo pipefail
tag_file=$1
shift

known=$(mktemp)
trap 'rm -f "$known"' EXIT
# Names, values of enumerations, and what users include.
{
  sed -nE 's#.*<(name|enumvalue)[^>]*>([^<]*::)?([A-Za-z_0-9]+)</.*#\3#p' "$tag_file"
  basename -s .hpp grove/*.hpp
} | sort -u >"$known"

# Of a row: what stands in backquotes and is one name, with or without namespace and arguments.
for page in "$@"; do
  awk -v page="$page" '
    /^\| SciPy/ { next }  # its own names
    /^\|/ {
      cells = split($0, cell, "|")
      for (c = 2; c <= (page ~ /README/ ? cells : 2); ++c) {
        text = cell[c]
        while (match(text, /`[^`]*`/)) {
          code = substr(text, RSTART + 1, RLENGTH - 2)
          text = substr(text, RSTART + RLENGTH)
          if (code ~ /^(std::|V_)/) continue  # names of others, and of benchmarks
          sub(/\(.*/, "", code)
          sub(/^(.*::)/, "", code)
          if (code ~ /^[A-Za-z_][A-Za-z_0-9]*$/) print code
        }
      }
    }' "$page" | sort -u | comm -23 - "$known" | sed "s|^|$page: a table names what the reference does not have: |"
done
