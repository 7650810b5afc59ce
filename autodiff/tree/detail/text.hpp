// Short texts of values, for to_string and for messages.
#pragma once

#include <Eigen/Core>
#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>

#include "../../detail/message.hpp"
#include "kind.hpp"

namespace grove::tree::detail {

using grove::detail::fill;
using grove::detail::shape_text;

inline constexpr Eigen::Index longest_text = 6;  ///< rows or columns of which all are shown

/// The items with the separator between them. (fmt::join would need a header that costs a second of every compilation.)
template <class Items>
std::string joined(const Items& items, std::string_view separator) {
  std::string text;
  for (const auto& item : items) {
    if (!text.empty()) text += separator;
    text += item;
  }
  return text;
}

template <class S>
std::string number_text(const S& x) {
  if constexpr (std::floating_point<S>) {
    return grove::detail::number(static_cast<double>(x), "{:.6g}");
  } else if constexpr (std::is_arithmetic_v<S>) {
    return std::to_string(x);
  } else if constexpr (requires { x.tangent[0]; }) {  // a forward-mode number
    return number_text(x.value);
  } else if constexpr (requires { value_of(x); }) {  // an active number
    return number_text(value_of(x));
  } else {
    return "?";
  }
}

/// "[1, 2, 3, …]": the first `longest_text` of `count` items, each made by item(i).
template <class F>
std::string list_text(Eigen::Index count, std::string_view separator, F&& item) {
  std::string text;
  for (Eigen::Index i = 0; i < count; ++i) {
    if (i > 0) text += separator;
    if (i == longest_text && count > longest_text + 1) return text + "…";
    text += item(i);
  }
  return text;
}

/// A vector as "[1, 2, 3]", a matrix row by row as "[1, 2; 3, 4]".
template <class M>
std::string matrix_text(const M& m) {
  auto entry = [&](Eigen::Index i, Eigen::Index j) { return number_text(m(i, j)); };
  if (m.cols() == 1) return '[' + list_text(m.rows(), ", ", [&](Eigen::Index i) { return entry(i, 0); }) + ']';
  auto row = [&](Eigen::Index i) { return list_text(m.cols(), ", ", [&](Eigen::Index j) { return entry(i, j); }); };
  return '[' + list_text(m.rows(), "; ", row) + ']';
}

/// The value of something that is carried along, "{}" for a class without members, or "…" where there is no text for
/// it.
template <class T>
std::string static_text(const T& x) {
  if constexpr (std::is_arithmetic_v<T>) {
    return fmt::format("{}", x);
  } else if constexpr (std::is_enum_v<T>) {
    return std::to_string(static_cast<long long>(x));
  } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    return '"' + std::string(std::string_view(x)) + '"';
  } else if constexpr (requires { typename T::PlainObject; }) {
    return matrix_text(x);
  } else if constexpr (requires {
                         x.value;
                         requires std::is_same_v<T, Static<decltype(x.value)>>;
                       }) {
    return static_text(x.value);
  } else if constexpr (std::is_empty_v<T>) {
    return "{}";
  } else {
    return "…";
  }
}

/// The numbers of a leaf.
template <class T>
std::string leaf_text(const T& x) {
  if constexpr (requires {
                  x(0, 0);
                  x.rows();
                }) {
    return matrix_text(x);
  } else {
    return number_text(x);
  }
}

}  // namespace grove::tree::detail
