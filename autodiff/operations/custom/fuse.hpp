// A block of scalar code with few inputs, recorded as one operation.
#pragma once

#include <array>
#include <concepts>
#include <type_traits>
#include <utility>

#include "../../engine/fusion/apply_row.hpp"
#include "../../engine/lifting/tree_rebind.hpp"

namespace grove {
namespace detail {

template <class X>
concept FusedArgument = is_number<X> || is_var<bare<X>>;

/// The variables that a fused function depends on.
template <class S, int N>
struct FusedInputs {
  Tape<S>& tape = *current_tape<S>;
  Slot slots[static_cast<std::size_t>(N)]{};
  bool dead[static_cast<std::size_t>(N)]{};  // constants
  bool any_dead = false;

  template <int Lane, class X>
  [[gnu::always_inline]] void note(const X& x) {
    if constexpr (Lane >= 0) {
      slots[Lane] = VarAccess::id(x).slot;
      if (!VarAccess::is_active(x, tape)) [[unlikely]] {
        dead[Lane] = any_dead = true;
        slots[Lane] = Slot{};  // that of constants: a NaN may still come into this lane
      }
    }
  }

  /// An argument of the function: a variable becomes a forward-mode number with a lane of its own.
  template <int Lane, class X>
  [[gnu::always_inline]] decltype(auto) argument(const X& x) const {
    if constexpr (Lane >= 0) {
      using D = Dual<S, N, true>;
      return any_dead && dead[Lane] ? D(x.value()) : D(x.value(), S(1), Lane);
    } else {
      return (x);
    }
  }

  /// A result as a variable: one statement with the lanes as its partials.
  template <class R>
  [[gnu::always_inline]] Var<S> variable(const R& result) const {
    if constexpr (std::same_as<R, Dual<S, N, true>>) {
      return VarAccess::fused<N, S>(slots, result);
    } else {
      static_assert(std::convertible_to<const R&, Var<S>>,
                    "grove: fuse: the function returns numbers of the kind it was given: one, an Eigen matrix of them, "
                    "or an array, tuple or aggregate of them");
      return Var<S>(result);
    }
  }
};

template <class R>
inline constexpr bool is_array_of_numbers = false;
template <class T, std::size_t N>
inline constexpr bool is_array_of_numbers<std::array<T, N>> = is_number<T>;

template <class S, int N, int... Lanes, class F, class... X>
auto fuse_recorded(std::integer_sequence<int, Lanes...>, F& f, const X&... x) {
  static_assert(N <= 16, "grove: fuse: at most 16 variables; a longer block is cheaper unfused");
  FusedInputs<S, N> inputs;
  (inputs.template note<Lanes>(x), ...);
  const auto result = f(inputs.template argument<Lanes>(x)...);
  using R = bare<decltype(result)>;
  if constexpr (is_array_of_numbers<R>) {
    // Not a loop: the lanes stay in registers.
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return std::array<Var<S>, sizeof...(I)>{inputs.variable(result[I])...};
    }
    (std::make_index_sequence<std::tuple_size_v<R>>{});
  } else if constexpr (EigenDense<R>) {
    with_scalar<plain_of<R>, Var<S>> variables(result.rows(), result.cols());
    for (Index j = 0; j < result.cols(); ++j) {
      for (Index i = 0; i < result.rows(); ++i) variables(i, j) = inputs.variable(result.coeff(i, j));
    }
    return variables;
  } else if constexpr (is_number<R>) {
    return inputs.variable(result);
  } else {
    rebind_t<R, Var<S>> variables{};
    tree::detail::match_structure(variables, result);
    tree::detail::visit_leaves([&inputs](auto& to, const auto& from) { to = inputs.variable(from); }, variables,
                               result);
    return variables;
  }
}

/// The lane of each argument: variables of the tape of S are numbered, the others have -1.
template <class S, class... X>
struct lanes_of {
  template <std::size_t... I>
  static auto pick(std::index_sequence<I...>) {
    return std::integer_sequence<int, lane(I)...>{};
  }
  static constexpr bool is_variable[sizeof...(X)] = {std::same_as<X, Var<S>>...};
  static constexpr int lane(std::size_t argument) {
    int lane = 0;
    for (std::size_t i = 0; i < argument; ++i) lane += is_variable[i] ? 1 : 0;
    return is_variable[argument] ? lane : -1;
  }
  static constexpr int count = (0 + ... + int(std::same_as<X, Var<S>>));
  using type = decltype(pick(std::index_sequence_for<X...>{}));
};

}  // namespace detail

/// f(x, y, …) of scalars, recorded as one statement for each result, however long f is:
/// `auto [u, v] = fuse([](auto x, auto y) { return std::array{x * y, sin(x) / y}; }, x, y)`.
///
/// f is a generic function of numbers without side effects; all variables that it depends on are among the arguments (a
/// captured variable does not compile), at most 16 of them. It returns a number, an Eigen matrix of numbers, or an
/// array, tuple or aggregate of numbers; so does fuse, in variables. Partials come from one evaluation in forward mode,
/// so derivatives of any order, `jvp` and plain arguments work as without fuse; partials that are zero are not
/// recorded. It pays for blocks of many operations on up to about six variables, such as a step of an integrator.
template <class F, detail::FusedArgument... X>
auto fuse(F&& f, const X&... x) {
  using S = detail::tape_scalar_t<X...>;
  if constexpr (std::is_void_v<S>) {
    return f(x...);
  } else if constexpr (!detail::is_recordable<S>) {
    return f(x...);
  } else {
    using lanes = detail::lanes_of<S, X...>;
    return detail::fuse_recorded<S, lanes::count>(typename lanes::type{}, f, x...);
  }
}

}  // namespace grove
