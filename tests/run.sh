#!/usr/bin/env bash
# Installs what is missing, builds the tests and runs them.
#
#   bash tests/run.sh [--preset <preset>] [--target <target>] [<argument of ctest>...]
#
# The preset is one of CMakePresets.json (dev, asan-ubsan, tsan, clang, optimised, ndebug), `dev` unless told. An argument of
# ctest selects tests: `bash tests/run.sh -R tree` runs those whose name contains `tree`.
set -euo pipefail
# shellcheck source=cmake/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/../cmake/setup.sh"

preset=dev
target=()
while (($#)); do
  case $1 in
    --preset)
      preset=$2
      shift 2
      ;;
    --target)
      target=(--target "$2")
      shift 2
      ;;
    *) break ;;
  esac
done

grove_install_missing tests
grove_build "$preset" "${target[@]}"
ctest --test-dir "$grove_root/build/$preset" --output-on-failure --parallel "$(grove_jobs)" "$@"
