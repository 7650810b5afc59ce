// The members of a node, as a tuple of references, and whether there is any leaf below a type.
#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include "kind.hpp"
#include "tie_fields.hpp"

namespace grove::tree::detail {

/// References to the members of a std::pair, a std::tuple or a class that is one (which std::apply refuses in C++23).
template <std::size_t... I, class T>
constexpr auto tie_tuple(std::index_sequence<I...>, T& t) {
  return std::tie(std::get<I>(t)...);
}

/// References to the members of `t`, a node of Kind::fields; const if `t` is.
template <class T>
constexpr auto fields(T& t) {
  using Class = std::remove_const_t<T>;
  if constexpr (RegisteredWithGroveTree<Class>) {
    return registered_fields(t);
  } else if constexpr (known_kind<Class> == Kind::fields) {
    return tie_tuple(std::make_index_sequence<std::tuple_size_v<Class>>{}, t);
  } else {
    return tie_fields<count_fields<Class>()>(t);
  }
}

/// std::tuple of references to the members of T.
template <class T>
using Fields = decltype(fields(std::declval<std::remove_cvref_t<T>&>()));

template <class T>
inline constexpr std::size_t field_count = std::tuple_size_v<Fields<T>>;

/// Calls f(std::integral_constant<std::size_t, I>) for each I below N.
template <std::size_t N, class F>
constexpr void for_each_index(F&& f) {
  [&]<std::size_t... I>(std::index_sequence<I...>) { (f(std::integral_constant<std::size_t, I>{}), ...); }
  (std::make_index_sequence<N>{});
}

template <class T>
struct element {
  using type = typename T::value_type;
};
template <class T, std::size_t N>
struct element<T[N]> {
  using type = T;
};
template <class K, class T, class C, class A>
struct element<std::map<K, T, C, A>> {
  using type = T;
};
template <class K, class T, class H, class E, class A>
struct element<std::unordered_map<K, T, H, E, A>> {
  using type = T;
};

/// Type of what a sequence, a map or an optional holds.
template <class T>
using Element = typename element<std::remove_cvref_t<T>>::type;

template <class T, class... Outer>
consteval bool find_leaves();

template <class Tuple, class... Outer>
inline constexpr bool any_has_leaves = false;
template <class... T, class... Outer>
inline constexpr bool any_has_leaves<std::tuple<T...>, Outer...> = (find_leaves<std::remove_cvref_t<T>, Outer...>() ||
                                                                    ...);

/// Outer lists the classes around T, so that a class may contain vectors of itself.
template <class T, class... Outer>
consteval bool find_leaves() {
  constexpr Kind kind = kind_of<T>;
  static_assert(
      kind != Kind::unsupported,
      "grove: this class (T) is used in a tree, but is no plain aggregate: it has constructors, private members, base "
      "classes, or more than 48 members, or it is a union; name its members with GROVE_TREE(T, members...), or, if it "
      "has nothing to differentiate, specialise grove::tree::is_static<T> or wrap it in grove::tree::Static<T>");
  if constexpr (kind == Kind::leaf) {
    return true;
  } else if constexpr (kind == Kind::static_leaf || kind == Kind::unsupported || (std::is_same_v<T, Outer> || ...)) {
    return false;
  } else if constexpr (kind == Kind::fields) {
    return any_has_leaves<Fields<T>, T, Outer...>;
  } else {
    return find_leaves<std::remove_cvref_t<Element<T>>, T, Outer...>();
  }
}

/// There may be leaves in a T; otherwise it is carried along as a whole.
template <class T>
inline constexpr bool has_leaves = find_leaves<std::remove_cvref_t<T>>();

}  // namespace grove::tree::detail
