// The entries of a map in an order that equal maps share: that of std::map, and of the keys for std::unordered_map.
#pragma once

#include <algorithm>
#include <concepts>
#include <type_traits>
#include <vector>

namespace grove::tree::detail {

/// A map that has no order of its own.
template <class M>
concept Unordered = requires {
  typename std::remove_const_t<M>::hasher;
};

/// An entry of such a map, in place.
template <class M>
struct EntryOf {
  using Value = std::conditional_t<std::is_const_v<M>, const typename M::mapped_type, typename M::mapped_type>;
  const typename M::key_type& first;
  Value& second;
};

/// What to walk in place of a map: itself, or its entries sorted by their keys.
template <class M>
constexpr M& in_order(M& map) {
  return map;
}
template <Unordered M>
auto in_order(M& map) {
  static_assert(std::totally_ordered<typename M::key_type>,
                "grove: a std::unordered_map in a tree is walked in the order of its keys; they need <");
  std::vector<decltype(&*map.begin())> sorted;
  sorted.reserve(map.size());
  for (auto& entry : map) sorted.push_back(&entry);
  std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) { return a->first < b->first; });
  std::vector<EntryOf<M>> entries;
  entries.reserve(sorted.size());
  for (auto* entry : sorted) entries.push_back({entry->first, entry->second});
  return entries;
}

}  // namespace grove::tree::detail
