#!/usr/bin/env bash
# Feeds the readers of files with inputs that a fuzzer makes, under AddressSanitizer and UndefinedBehaviorSanitizer.
#
#   bash tests/fuzz/run.sh [<seconds for each reader> [<reader>...]]
#
# The readers are load, csv and npz. It needs clang with libFuzzer (Debian: clang libclang-rt-dev); without it nothing is done,
# and it says so. What was learnt is kept in build/fuzz, so a later run goes on from there; an input that fails is printed
# and kept there too.
set -euo pipefail
# shellcheck source=cmake/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../cmake/setup.sh"

seconds=${1:-60}
shift $(($# ? 1 : 0))
readers=("$@")
((${#readers[@]})) || readers=(load csv npz)
cxx=${CXX:-clang++}
folder=$grove_root/build/fuzz
mkdir -p "$folder"

cat >"$folder/probe.cpp" <<'PROBE'
extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }
PROBE
if ! "$cxx" -fsanitize=fuzzer "$folder/probe.cpp" -o "$folder/probe" 2>/dev/null; then
  echo "nothing fuzzed: $cxx has no libFuzzer here"
  exit 0
fi

grove_install_missing examples
eigen=
for prefix in /usr/local/include /usr/include; do
  if [[ -d $prefix/eigen3 ]]; then eigen=$prefix/eigen3; fi
done
fuzz() {
  mkdir -p "$folder/$1"
  "$cxx" -std=c++20 -O1 -g1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -I"$grove_root" \
    ${eigen:+-isystem "$eigen"} "$grove_root/tests/fuzz/$1_fuzz.cpp" -o "$folder/$1_fuzz" -lfmt
  "$folder/$1_fuzz" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -malloc_limit_mb=512 -max_len=4096 \
    -dict="$grove_root/tests/fuzz/$1.dict" -artifact_prefix="$folder/" -print_final_stats=1 "$folder/$1" "$grove_root/tests/fuzz/seeds/$1"
}
# All at once.
running=()
for reader in "${readers[@]}"; do
  fuzz "$reader" >"$folder/$reader.log" 2>&1 &
  running+=($!)
done
status=0
for i in "${!readers[@]}"; do
  wait "${running[$i]}" || status=1
  echo "== ${readers[$i]}: $seconds s"
  grep -vE '^#|NEW_FUNC|^INFO|# Uses: ' "$folder/${readers[$i]}.log" || true
done
exit $status
