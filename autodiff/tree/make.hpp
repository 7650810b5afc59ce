// Trees like another one: zeros, ones, any constant.
#pragma once

#include <type_traits>
#include <utility>

#include "map.hpp"

namespace grove::tree {

/// A tree like `t` with `value` in all leaves; a temporary `t` gives its storage.
template <Pytree T, class S>
std::remove_cvref_t<T> full_like(T&& t, const S& value) {
  return map([&](const auto&) { return value; }, std::forward<T>(t));
}

/// A tree like `t` with 0 in all leaves. What is carried along is copied.
template <Pytree T>
std::remove_cvref_t<T> zeros_like(T&& t) {
  return full_like(std::forward<T>(t), 0);
}

/// A tree like `t` with 1 in all leaves.
template <Pytree T>
std::remove_cvref_t<T> ones_like(T&& t) {
  return full_like(std::forward<T>(t), 1);
}

}  // namespace grove::tree
