// Gives a tree the nodes of another one.
#pragma once

#include <iterator>
#include <type_traits>

#include "agree.hpp"

namespace grove::tree::detail {

template <class D, class S>
constexpr void match_structure(D& dst, const S& src);

/// The keys of `src`, keeping the entries that are there; nothing is done if the keys agree.
template <Unordered D, class S>
void match_keys(D& dst, const S& src) {
  std::erase_if(dst, [&src](const auto& entry) { return !src.contains(entry.first); });
  for (const auto& [key, value] : src) dst.try_emplace(key);
}
template <class D, class S>
constexpr void match_keys(D& dst, const S& src) {
  auto entry = dst.begin();
  for (const auto& [key, value] : src) {
    while (entry != dst.end() && dst.key_comp()(entry->first, key)) entry = dst.erase(entry);
    if (entry == dst.end() || dst.key_comp()(key, entry->first)) {
      entry = dst.try_emplace(entry, key);
    }
    ++entry;
  }
  dst.erase(entry, dst.end());
}

/// Gives `dst` the vector lengths, map keys and set optionals of `src`, which may be of another type of the same
/// structure, and copies what is carried along where the types agree. Leaves are untouched. Allocates nothing if the
/// trees agree already.
template <class D, class S>
constexpr void match_structure([[maybe_unused]] D& dst, [[maybe_unused]] const S& src) {
  if constexpr (Leaf<S> || (!has_leaves<S> && !std::is_same_v<D, S>) || kind_of<S> == Kind::unsupported) {
    return;
  } else if constexpr (!nodes_fit<S, D>()) {
    static_assert(
        nodes_fit<S, D>(),
        "grove: these trees (S and D) differ in structure: one has other nodes, or another number of members");
  } else if constexpr (kind_of<S> == Kind::static_leaf) {
    if constexpr (std::is_copy_assignable_v<D>) dst = src;
  } else if constexpr (kind_of<S> == Kind::fields) {
    [](const auto& to, const auto& from) {
      for_each_index<field_count<S>>([&](auto i) { match_structure(std::get<i>(to), std::get<i>(from)); });
    }(fields(dst), fields(src));
  } else if constexpr (kind_of<S> == Kind::optional) {
    if (!src) dst.reset();
    if (src && !dst) dst.emplace();
    if (src) match_structure(*dst, *src);
  } else if constexpr (kind_of<S> == Kind::map) {
    match_keys(dst, src);
    auto&& sources = in_order(src);
    auto from = sources.begin();
    for (auto&& entry : in_order(dst)) match_structure(entry.second, (from++)->second);
  } else {
    if constexpr (requires { dst.resize(src.size()); }) dst.resize(src.size());
    for (std::size_t i = 0; i < std::size(src); ++i) match_structure(dst[i], src[i]);
  }
}

/// The members of T are all there is to it: no registered class, which may have more than it tells, is in it.
template <class T, class... Outer>
consteval bool is_sum_of_members() {
  constexpr Kind kind = kind_of<T>;
  if constexpr (kind == Kind::leaf || kind == Kind::static_leaf || kind == Kind::unsupported ||
                (std::is_same_v<T, Outer> || ...)) {
    return true;
  } else if constexpr (RegisteredWithGroveTree<T>) {
    return false;
  } else if constexpr (kind == Kind::fields) {
    return []<class... M>(std::type_identity<std::tuple<M...>>) {
      return (is_sum_of_members<std::remove_cvref_t<M>, T, Outer...>() && ...);
    }(std::type_identity<Fields<T>>{});
  } else {
    return is_sum_of_members<std::remove_cvref_t<Element<T>>, T, Outer...>();
  }
}

/// A copy of `t` but for the numbers of its leaves, which are as yet unspecified; saves one pass over memory.
template <class T>
constexpr T blank_copy(const T& t) {
  if constexpr (std::is_copy_assignable_v<T> && std::is_default_constructible_v<T> && is_sum_of_members<T>()) {
    T blank{};
    match_structure(blank, t);
    auto match_shape = [](auto& leaf, const auto& like) {
      if constexpr (requires { leaf.resize(like.rows(), like.cols()); }) leaf.resize(like.rows(), like.cols());
    };
    visit(NoTrail{}, match_shape, blank, t);
    return blank;
  } else {
    return t;
  }
}

}  // namespace grove::tree::detail
