// Functions of the params and the state of a minimization, in options that do not know their types.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "../../../autodiff/error.hpp"
#include "../../numerics/detail/check.hpp"

namespace grove::optim::detail {

/// The name of a type, as the compiler writes it.
template <class T>
constexpr std::string_view type_name() {
#if defined(_MSC_VER) && !defined(__clang__)
  return __FUNCSIG__;
#else
  constexpr std::string_view text = __PRETTY_FUNCTION__;
  constexpr std::size_t begin = text.find("T = ") + 4;
  constexpr std::size_t end = text.find_first_of(";]", begin);
  return text.substr(begin, end - begin);
#endif
}

/// A type by the address of its name, so that no run-time type information is needed.
struct TypeId {
  std::string_view name;
  const void* key;

  friend bool operator==(const TypeId& a, const TypeId& b) { return a.key == b.key; }
};
template <class T>
inline constexpr char type_key = 0;
template <class T>
constexpr TypeId type_id() {
  return {type_name<T>(), &type_key<T>};
}

/// Something to look at, of a type that only the one who looks knows.
struct Shown {
  const void* at;
  TypeId type;

  template <class T>
  static Shown of(const T& x) {
    return {&x, type_id<T>()};
  }
  template <class T>
  const T& as() const {
    return *static_cast<const T*>(at);
  }
};

/// The types of the arguments of a callable that has one signature.
template <class F>
struct ArgumentsOf;
template <class R, class... A>
struct ArgumentsOf<std::function<R(A...)>> {
  using type = std::tuple<std::remove_cvref_t<A>...>;
};
template <class F>
using arguments_of_t = typename ArgumentsOf<decltype(std::function{std::declval<F>()})>::type;

/// Not a generic lambda, nor a function object with several operators.
template <class F>
concept HasOneSignature = requires(F f) {
  std::function{f};
};

/// Throws if what is there is of another type than what is taken.
inline void check_shown(const char* who, const char* what, const TypeId& taken, const TypeId& there) {
  if (taken == there) return;
  throw HyperparameterError(
      fill("minimize: {} takes {} of type {}, and here its type is {}", {who, what, taken.name, there.name}));
}

}  // namespace grove::optim::detail
