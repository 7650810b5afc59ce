// Which values of an enumeration have a name.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

namespace grove::optim::detail {

/// The values that are looked at.
inline constexpr int lowest_enumerator = -128, highest_enumerator = 255;

// The compiler writes a value with a name as `red` or `Colour::red`, and another as `(Colour)7` or `7`: what stands
// behind the last colon or bracket is a word or a number.
template <auto Value>
consteval bool has_name() {
#if defined(_MSC_VER) && !defined(__clang__)
  constexpr std::string_view text = __FUNCSIG__;
  constexpr std::string_view value = text.substr(0, text.rfind('>'));
#else
  constexpr std::string_view text = __PRETTY_FUNCTION__;
  constexpr std::string_view value = text.substr(0, text.find_last_of("];"));
#endif
  constexpr char first = value[value.find_last_of(":)=<") + 1] == ' ' ? value[value.find_last_of(":)=<") + 2]
                                                                      : value[value.find_last_of(":)=<") + 1];
  return first != '-' && !(first >= '0' && first <= '9');
}

/// Any number of the underlying type is a value of E; without a fixed one the language does not even let us ask.
template <class E>
concept FixedEnum = std::is_enum_v<E> && requires {
  E{0};
};
/// Values of E are sets of flags.
template <class E>
concept FlagEnum = requires(E a) {
  { a | a } -> std::same_as<E>;
};

template <class E, int N>
consteval bool enumerator_has_name() {
  using U = std::underlying_type_t<E>;
  constexpr auto number = static_cast<U>(N);
  if constexpr (static_cast<long long>(number) != N) {
    return false;
  } else {
    return has_name<static_cast<E>(number)>();
  }
}

template <class E, int... I>
consteval auto names_of(std::integer_sequence<int, I...>) {
  return std::array<bool, sizeof...(I)>{enumerator_has_name<E, I + lowest_enumerator>()...};
}

/// May a file give E this value? One that has a name, or a set of flags that have.
template <FixedEnum E>
bool is_enumerator(long long value) {
  static constexpr auto has_names =
      names_of<E>(std::make_integer_sequence<int, highest_enumerator - lowest_enumerator + 1>{});
  bool named = false;
  long long flags = 0;
  for (std::size_t k = 0; k < has_names.size(); ++k) {
    const long long number = static_cast<long long>(k) + lowest_enumerator;
    named = named || (has_names[k] && number == value);
    if (has_names[k]) flags |= number;
  }
  return named || (FlagEnum<E> && (value & ~flags) == 0);
}

}  // namespace grove::optim::detail
