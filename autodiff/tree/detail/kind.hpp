// What a type is to a tree: a leaf, one of the nodes, carried along, or nothing we know.
#pragma once

#include <array>
#include <concepts>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "../leaf.hpp"
#include "../register.hpp"
#include "field_count.hpp"
#include "plain_struct.hpp"

namespace grove::tree::detail {

enum class Kind {
  unsupported,
  leaf,
  static_leaf,  ///< carried along untouched: int, bool, enum, string, …
  fields,       ///< aggregate, tuple, pair, registered class
  sequence,     ///< vector, array, C array
  map,
  optional,
};

/// Kind of the standard classes and of Eigen's; `unsupported` means that the table does not know T.
template <class T>
inline constexpr Kind known_kind = Kind::unsupported;
template <class T, class A>
inline constexpr Kind known_kind<std::vector<T, A>> = Kind::sequence;
template <class A>
inline constexpr Kind known_kind<std::vector<bool, A>> = Kind::static_leaf;  // its elements are no objects
template <class T, class A>
inline constexpr Kind known_kind<std::deque<T, A>> = Kind::sequence;
template <class T, std::size_t N>
inline constexpr Kind known_kind<std::array<T, N>> = Kind::sequence;
template <class T, std::size_t N>
inline constexpr Kind known_kind<T[N]> = Kind::sequence;
template <class... T>
inline constexpr Kind known_kind<std::tuple<T...>> = Kind::fields;
template <class Struct, class... T>
inline constexpr Kind known_kind<BindItsMembersOrMakeItATemplate<Struct, T...>> = Kind::fields;
template <class T, class U>
inline constexpr Kind known_kind<std::pair<T, U>> = Kind::fields;
template <class K, class T, class C, class A>
inline constexpr Kind known_kind<std::map<K, T, C, A>> = Kind::map;
template <class K, class T, class H, class E, class A>
inline constexpr Kind known_kind<std::unordered_map<K, T, H, E, A>> = Kind::map;
template <class T>
inline constexpr Kind known_kind<std::optional<T>> = Kind::optional;
template <class T, class C, class A>
inline constexpr Kind known_kind<std::basic_string<T, C, A>> = Kind::static_leaf;
template <class T, class C>
inline constexpr Kind known_kind<std::basic_string_view<T, C>> = Kind::static_leaf;
template <class F>
inline constexpr Kind known_kind<std::function<F>> = Kind::static_leaf;
template <std::integral S, int R, int C, int O, int MR, int MC>
inline constexpr Kind known_kind<Eigen::Matrix<S, R, C, O, MR, MC>> = Kind::static_leaf;
template <std::integral S, int R, int C, int O, int MR, int MC>
inline constexpr Kind known_kind<Eigen::Array<S, R, C, O, MR, MC>> = Kind::static_leaf;

/// As std::uniform_random_bit_generator, without the cost of <random>.
template <class T>
concept RandomEngine = requires(T& engine) {
  { engine() } -> std::unsigned_integral;
  { T::min() } -> std::unsigned_integral;
  { T::max() } -> std::unsigned_integral;
};

/// std::vector, std::deque, std::array, a C array, std::tuple, std::pair, std::map, std::unordered_map or
/// std::optional.
template <class T>
concept StandardContainer = !is_static<T> && known_kind<T> != Kind::unsupported && known_kind<T> != Kind::static_leaf;

/// A class whose members can be listed: an aggregate without base classes, with at most 48 members.
template <class T>
concept PlainAggregate = !is_static<T> && std::is_class_v<T> && std::is_aggregate_v<T> && !std::is_empty_v<T> &&
                         !HasBase<T> && count_fields<T>() > 0 && count_fields<T>() <= max_fields;

template <class T>
consteval Kind find_kind() {
  if constexpr (leaf_traits<T>::is_leaf) {
    return Kind::leaf;
  } else if constexpr (RegisteredWithGroveTree<T>) {
    return Kind::fields;
  } else if constexpr (is_static<T>) {
    return Kind::static_leaf;
  } else if constexpr (known_kind<T> != Kind::unsupported) {
    return known_kind<T>;
  } else if constexpr (std::is_scalar_v<T> || std::is_empty_v<T> || RandomEngine<T>) {
    return Kind::static_leaf;
  } else if constexpr (PlainAggregate<T>) {
    return Kind::fields;
  } else {
    return Kind::unsupported;
  }
}

template <class T>
inline constexpr Kind kind_of = find_kind<std::remove_cvref_t<T>>();

}  // namespace grove::tree::detail
