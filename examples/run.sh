#!/usr/bin/env bash
# Installs what is missing, builds the examples and runs them in the order of their numbers. Figures are written to
# build/release/examples; index.html there shows each with the sentence of examples/figures.txt.
#
#   bash examples/run.sh [<example>...]
set -euo pipefail
# shellcheck source=cmake/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/../cmake/setup.sh"

# write_index : index.html of the figures in this folder that are listed.
write_index() {
  local file sentence
  echo '<!doctype html><html lang="en"><meta charset="utf-8"><title>Examples of Grove</title>'
  echo '<style>body { font: 16px/1.4 sans-serif; margin: 2em auto; max-width: 70em; padding: 0 1em } figure { margin: 0 0 3em }'
  echo 'img { max-width: 100%; background: white } figcaption { margin-bottom: .5em }</style><h1>Examples of Grove</h1>'
  while IFS='|' read -r file sentence; do
    [[ -f $file ]] || continue
    echo "<figure><figcaption><b>${file%%.*}</b>: $sentence</figcaption>"
    if [[ $file == *.html ]]; then
      echo "<a href=\"$file\">$file</a></figure>"
    else
      echo "<img src=\"$file\" alt=\"$file\" loading=\"lazy\"></figure>"
    fi
  done <"$grove_root/examples/figures.txt"
  echo '</html>'
}

# unlisted_figures <file> : the figures written since that file for which there is no sentence.
unlisted_figures() {
  find . -maxdepth 1 -newer "$1" -name '[0-9][0-9]_*' \( -name '*.svg' -o -name '*.png' -o -name '*.gif' -o -name '*.html' \) \
    -exec basename {} \; | grep -vxFf <(cut -d '|' -f 1 "$grove_root/examples/figures.txt") || true
}

grove_install_missing examples
grove_install_wanted
grove_build release --target grove_examples

output=$grove_root/build/release/examples
if (($#)); then
  examples=("$@")
else
  mapfile -t examples < <(cat "$output/examples.txt")
fi
cd "$output"
touch started
for example in "${examples[@]}"; do
  echo
  echo "== examples/$example.cpp"
  "./$example"
done
write_index >index.html
echo
echo "All figures: $output/index.html"
unlisted=$(unlisted_figures started)
if [[ -n $unlisted ]]; then
  echo "examples/figures.txt has no sentence for: $unlisted" >&2
  exit 1
fi
