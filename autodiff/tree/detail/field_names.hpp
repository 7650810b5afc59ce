// The member names of an aggregate, at compile time and without a macro.
//
// A pointer to a member of an object that is declared but nowhere defined is a constant expression; as a template
// argument it shows in the compiler's name of the function, and its last identifier is the name of the member.
#pragma once

#include <array>
#include <cstddef>
#include <memory>  // std::addressof
#include <string_view>
#include <utility>

#include "fields.hpp"

namespace grove::tree::detail {

/// Clang before 18 takes a pointer to a subobject as a template argument only inside a class.
template <class T>
struct Address {
  const T* pointer;
};
template <class T>
Address(const T*) -> Address<T>;

template <class T>
struct Holder {
  const T value;
};

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-var-template"
#pragma clang diagnostic ignored "-Wundefined-internal"
#endif

template <class T>
struct Phantom {
  static const Holder<T> object;  ///< never defined: only addresses within it are used
};

template <auto address>
consteval const char* spelled_address() {
#if defined(_MSC_VER) && !defined(__clang__)
  return __FUNCSIG__;
#else
  return __PRETTY_FUNCTION__;
#endif
}

constexpr bool is_identifier_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// The last identifier of `text`, empty if there is none.
constexpr std::string_view last_identifier(std::string_view text) {
  std::size_t end = text.size();
  while (end > 0 && !is_identifier_character(text[end - 1])) --end;
  std::size_t begin = end;
  while (begin > 0 && is_identifier_character(text[begin - 1])) --begin;
  std::string_view name = text.substr(begin, end - begin);
  return name.empty() || (name[0] >= '0' && name[0] <= '9') ? std::string_view{} : name;
}

template <class T, std::size_t I>
consteval std::string_view aggregate_field_name() {
  return last_identifier(
      spelled_address<Address{std::addressof(std::get<I>(tie_fields<count_fields<T>()>(Phantom<T>::object.value)))}>());
}

#if defined(__clang__)
#pragma clang diagnostic pop
#endif

template <class T>
concept HasTreeTraitsNames = requires {
  tree_traits<T>::names;
};

/// Name of member I of T, empty when the member has none (tuples) or it cannot be had.
template <class T, std::size_t I>
consteval std::string_view field_name() {
  if constexpr (HasTreeTraitsNames<T>) {
    return tree_traits<T>::names[I];
  } else if constexpr (HasTreeMacro<T> && !HasTreeTraits<T>) {
    return grove_tree_names(grove_tree_tag{}, static_cast<const T*>(nullptr))[I];
  } else if constexpr (PlainAggregate<T> && !RegisteredWithGroveTree<T>) {
    return aggregate_field_name<T, I>();
  } else {
    return {};
  }
}

}  // namespace grove::tree::detail
