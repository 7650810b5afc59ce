// What the writer and the reader of JSON share: names, keys, errors.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include "../../protocol/detail/saved_nodes.hpp"

namespace grove::optim::detail {

/// Members have names, so that they make an object; those of tuples make an array.
template <class T>
consteval bool members_have_names() {
  if constexpr (tree::detail::field_count<T> == 0) {
    return true;
  } else {
    constexpr std::string_view first = tree::detail::field_name<T, 0>();
    return !first.empty() && !first.starts_with('[');
  }
}

[[noreturn, gnu::cold]] inline void throw_json(const char* who, const Path& path, const std::string& fact) {
  throw DataError(fill("{}: {}: {}", {who, path.empty() ? std::string("the tree") : path.string(), fact}));
}

template <class Key>
std::string json_key(const Key& key) {
  if constexpr (std::is_integral_v<Key>) {
    return std::to_string(key);
  } else {
    return std::string(key);
  }
}

}  // namespace grove::optim::detail
