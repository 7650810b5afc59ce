// The fast check that trees agree in structure at run time; what differs is found out only when it fails.
#pragma once

#include <cstddef>
#include <iterator>
#include <type_traits>

#include "visit.hpp"

namespace grove::tree::detail {

/// How much has to agree; each level includes the ones before.
enum class Level {
  nodes,   ///< lengths of vectors, keys of maps, which optionals are set
  shapes,  ///< rows and columns of leaves
  statics  ///< values of what is carried along
};

template <class T>
inline constexpr bool is_eigen = requires {
  typename T::PlainObject;
};

/// Two values that are carried along are the same, as far as they can be compared.
template <class T>
bool equal_static(const T& a, const T& b) {
  if constexpr (requires { known_kind<T>; } && is_eigen<T>) {
    return a.rows() == b.rows() && a.cols() == b.cols() && (a.array() == b.array()).all();
  } else if constexpr (requires {
                         a.value;
                         requires std::is_same_v<T, Static<decltype(a.value)>>;
                       }) {
    return equal_static(a.value, b.value);
  } else if constexpr (std::equality_comparable<T>) {
    return a == b;
  } else {
    return true;
  }
}

template <Level level, class T, class R>
constexpr bool agree(const T& t, const R& r);

template <Level level, class T, class R>
constexpr bool leaves_agree([[maybe_unused]] const T& t, [[maybe_unused]] const R& r) {
  if constexpr (level == Level::nodes || !Leaf<R>) {
    return true;
  } else {
    return leaf_traits<T>::rows(t) == leaf_traits<R>::rows(r) && leaf_traits<T>::cols(t) == leaf_traits<R>::cols(r);
  }
}

template <Level level, class T, class R>
constexpr bool fields_agree(const T& t, const R& r) {
  return [&]<std::size_t... I>(std::index_sequence<I...>, const auto& a, const auto& b) {
    return (agree<level>(std::get<I>(a), std::get<I>(b)) && ...);
  }
  (std::make_index_sequence<field_count<T>>{}, fields(t), fields(r));
}

template <Level level, class T, class R>
constexpr bool elements_agree(const T& t, const R& r) {
  if (std::size(t) != std::size(r)) return false;
  for (std::size_t i = 0; i < std::size(t); ++i) {
    if (!agree<level>(t[i], r[i])) return false;
  }
  return true;
}

template <Level level, class T, class R>
constexpr bool entries_agree(const T& t, const R& r) {
  if (t.size() != r.size()) return false;
  auto&& others = in_order(r);
  auto other = others.begin();
  for (const auto& [key, value] : in_order(t)) {
    if (!(key == other->first) || !agree<level>(value, other->second)) return false;
    ++other;
  }
  return true;
}

/// `r` can be walked together with `t`. No allocation, no path.
template <Level level, class T, class R>
constexpr bool agree([[maybe_unused]] const T& t, [[maybe_unused]] const R& r) {
  if constexpr (!has_leaves<T> && (level != Level::statics || !std::is_same_v<T, R>)) {
    return true;
  } else if constexpr (Leaf<T>) {
    return leaves_agree<level>(t, r);
  } else if constexpr (!nodes_fit<T, R>()) {
    static_assert(
        nodes_fit<T, R>(),
        "grove: these trees (T and R) differ in structure: one has other nodes, or another number of members");
    return false;
  } else if constexpr (kind_of<T> == Kind::static_leaf) {
    return equal_static(t, r);
  } else if constexpr (kind_of<T> == Kind::fields) {
    return fields_agree<level>(t, r);
  } else if constexpr (kind_of<T> == Kind::map) {
    return entries_agree<level>(t, r);
  } else if constexpr (kind_of<T> == Kind::optional) {
    return t.has_value() == r.has_value() && (!t || agree<level>(*t, *r));
  } else {
    return elements_agree<level>(t, r);
  }
}

}  // namespace grove::tree::detail
