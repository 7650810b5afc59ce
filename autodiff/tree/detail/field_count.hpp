// How many members an aggregate has.
#pragma once

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

namespace grove::tree::detail {

inline constexpr int max_fields = 48;

/// Converts to proper bases of T only, so it can initialise the first element of T exactly when that is a base class.
template <class T>
struct BaseProbe {
  template <class Base>
  requires(std::is_base_of_v<Base, T> && !std::is_same_v<Base, T>) operator Base() const;
};

struct NoProbe {};

/// An aggregate with base classes: its members cannot be listed.
template <class T>
concept HasBase = requires {
  T{BaseProbe<T>{}};
}
&&!requires { T{NoProbe{}}; };

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

/// Converts to any member. Not to std::optional, which takes it as its value and would make the conversion ambiguous.
template <std::size_t>
struct AnyProbe {
  template <class T>
  requires(!is_optional<T>) operator T() const;
};

template <class T, int count>
consteval bool takes_initialisers() {
  return []<std::size_t... I>(std::index_sequence<I...>) {
    return requires { T{AnyProbe<I>{}...}; };
  }
  (std::make_index_sequence<count>{});
}

/// Largest number of initialisers of T. Wrong if a member is a C array: each of its elements takes one.
template <class T, int count = max_fields + 1>
consteval int count_initialisers() {
  if constexpr (count == 0) {
    return 0;
  } else if constexpr (takes_initialisers<T, count>()) {
    return count;
  } else {
    return count_initialisers<T, count - 1>();
  }
}

/// Number of members of the aggregate T, more than max_fields if it has too many. An explicit `{}` for a member is
/// never subject to brace elision, so that C arrays and nested aggregates count as one, and is never ambiguous for
/// members with greedy constructors; but every member must have a default. Where one has none, initialisers are
/// counted.
template <class T>
consteval int count_fields() {
  // clang-format off
  if constexpr (!requires { T{}; }) return count_initialisers<T>(); else
  if constexpr (!requires { T{{}}; }) return 0; else
  if constexpr (!requires { T{{},{}}; }) return 1; else
  if constexpr (!requires { T{{},{},{}}; }) return 2; else
  if constexpr (!requires { T{{},{},{},{}}; }) return 3; else
  if constexpr (!requires { T{{},{},{},{},{}}; }) return 4; else
  if constexpr (!requires { T{{},{},{},{},{},{}}; }) return 5; else
  if constexpr (!requires { T{{},{},{},{},{},{},{}}; }) return 6; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{}}; }) return 7; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{}}; }) return 8; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{}}; }) return 9; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{}}; }) return 10; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 11; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 12; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 13; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 14; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 15; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 16; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 17; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 18; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 19; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 20; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 21; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
    {}}; }) return 22; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
    {}}; }) return 23; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
    {}}; }) return 24; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
    {}}; }) return 25; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
    {}}; }) return 26; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
    {}}; }) return 27; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
    {}}; }) return 28; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
    {}}; }) return 29; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
    {},{}}; }) return 30; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
    {},{},{}}; }) return 31; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
    {},{},{},{}}; }) return 32; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
    {},{},{},{},{}}; }) return 33; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
    {},{},{},{},{},{}}; }) return 34; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
    {},{},{},{},{},{},{}}; }) return 35; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
    {},{},{},{},{},{},{},{}}; }) return 36; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
    {},{},{},{},{},{},{},{},{}}; }) return 37; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
    {},{},{},{},{},{},{},{},{},{}}; }) return 38; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
    {},{},{},{},{},{},{},{},{},{},{}}; }) return 39; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
    {},{},{},{},{},{},{},{},{},{},{},{}}; }) return 40; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
    {},{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 41; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
    {},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 42; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
    {},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 43; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
    {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 44; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
    {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 45; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
    {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 46; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
    {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 47; else
  if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
    {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 48; else
  return max_fields + 1;
  // clang-format on
}

}  // namespace grove::tree::detail
