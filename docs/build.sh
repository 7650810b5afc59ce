#!/usr/bin/env bash
# build.sh [<folder>] : makes the site (build/site/html/index.html), pages and reference. Needs Doxygen, and installs it where
# apt-get can. Fails for every public name without a comment, every broken link, and every name in the tables of the pages
# that the reference does not have.
set -euo pipefail
exec </dev/null
# shellcheck source=../cmake/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/../cmake/setup.sh"
cd "$grove_root"

if ! command -v doxygen >/dev/null && ! grove_apt_install doxygen; then
  echo "Please install Doxygen (Debian, Ubuntu: apt-get install doxygen), then run this again." >&2
  exit 1
fi

GROVE_SITE=${1:-build/site}
GROVE_VERSION=$(sed -nE 's/^ *VERSION ([0-9.]+)$/\1/p' CMakeLists.txt | head -1)
export GROVE_SITE GROVE_VERSION
rm -rf "$GROVE_SITE"
mkdir -p "$GROVE_SITE"
doxygen docs/site/Doxyfile || true
sed -i '/^$/d' "$GROVE_SITE/warnings.log"

bash docs/site/names.sh "$GROVE_SITE/grove.tag" README.md docs/*.md >>"$GROVE_SITE/warnings.log" || true

if [[ -s $GROVE_SITE/warnings.log ]]; then
  sed "s|^$grove_root/||" "$GROVE_SITE/warnings.log" >&2
  echo "$(wc -l <"$GROVE_SITE/warnings.log") warnings" >&2
  exit 1
fi
echo "wrote $GROVE_SITE/html/index.html"
