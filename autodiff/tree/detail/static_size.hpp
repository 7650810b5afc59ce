// The number of scalars in a tree, where its type tells it.
#pragma once

#include "fields.hpp"

namespace grove::tree::detail {

template <class T>
consteval int static_size_of();

template <class Tuple>
inline constexpr int size_of_members = -1;
template <class... M>
inline constexpr int size_of_members<std::tuple<M...>> = [] {
  int sum = 0;
  const auto add = [&sum](int n) { sum = n < 0 || sum < 0 ? -1 : sum + n; };
  (add(static_size_of<std::remove_cvref_t<M>>()), ...);
  return sum;
}();

template <class T>
inline constexpr int array_extent = -1;
template <class T, std::size_t N>
inline constexpr int array_extent<std::array<T, N>> = static_cast<int>(N);
template <class T, std::size_t N>
inline constexpr int array_extent<T[N]> = static_cast<int>(N);

template <class T>
consteval int static_size_of() {
  if constexpr (std::is_arithmetic_v<T>) {
    return std::is_floating_point_v<T> ? 1 : 0;
  } else if constexpr (requires { T::SizeAtCompileTime; }) {
    return std::is_floating_point_v<typename T::Scalar> ? int(T::SizeAtCompileTime) : -1;
  } else if constexpr (array_extent<T> >= 0) {
    const int each = static_size_of<Element<T>>();
    return each < 0 ? -1 : each * array_extent<T>;
  } else if constexpr (kind_of<T> == Kind::fields) {
    return size_of_members<Fields<T>>;
  } else {
    return -1;
  }
}

/// Scalars of a tree of type T; -1 if that depends on the object (or the leaves are no plain numbers).
template <class T>
inline constexpr int static_size = static_size_of<std::remove_cvref_t<T>>();

}  // namespace grove::tree::detail
