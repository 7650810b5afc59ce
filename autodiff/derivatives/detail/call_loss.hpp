// How a loss is called and what it may return; what is wrong with its arguments is said before anything else fails.
#pragma once

#include <tuple>
#include <type_traits>

#include "../../engine/fusion/operators.hpp"
#include "../../tree/map.hpp"

namespace grove::detail {

/// Lets constants that lie in an argument be referenced instead of copied.
template <class Arg>
void register_constants(ConstantRanges& ranges, const Arg& arg) {
  if constexpr (is_plain_eigen<Arg>) {
    if constexpr (lies_in_memory<Arg>) {
      if (arg.size() != 0)
        ranges.add(arg.data(), arg.data() + (arg.outerSize() - 1) * arg.outerStride() + arg.innerSize());
    }
  } else if constexpr (requires {
                         arg.valuePtr();
                         arg.nonZeros();
                       }) {
    ranges.add(arg.valuePtr(), arg.valuePtr() + arg.nonZeros());
  } else if constexpr (tree::Pytree<Arg>) {
    tree::detail::visit_leaves(
        [&](const auto& leaf) {
          if constexpr (EigenDense<decltype(leaf)>) register_constants(ranges, leaf);
        },
        arg);
  }
}

/// The scalar that a loss returned, as a variable.
template <class S, class Result>
Var<S> loss_value(const Result& result) {
  using R = bare<Result>;
  if constexpr (std::is_convertible_v<const R&, Var<S>>) {
    return result;
  } else {
    static_assert(std::is_convertible_v<const R&, Var<S>>,
                  "grove: grad: the loss must return a scalar; reduce it (sum, mean, squaredNorm …), or use jacobian");
    return Var<S>();
  }
}

/// Stands for an argument that was not given, to find out whether one more makes the loss callable.
struct ForgottenArgument {
  template <class T>
  operator T() const;
};

template <class F, class... Args>
inline constexpr bool wants_more_arguments =
    std::is_invocable_v<F&, const Args&..., ForgottenArgument> ||
    std::is_invocable_v<F&, const Args&..., ForgottenArgument, ForgottenArgument> ||
    std::is_invocable_v<F&, const Args&..., ForgottenArgument, ForgottenArgument, ForgottenArgument>;

/// Whether f(args…) compiles; says why not.
template <class F, class... Args>
consteval bool is_callable_loss() {
  constexpr bool callable = std::is_invocable_v<F&, const Args&...>;
  if constexpr (callable) {
    return true;
  } else if constexpr (std::is_invocable_v<std::remove_const_t<F>&, const Args&...>) {
    static_assert(callable,
                  "grove: the loss is a `mutable` lambda, or its operator() is not const; a loss that changes itself "
                  "has no derivative: pass what changes as an argument");
    return false;
  } else if constexpr (wants_more_arguments<F, Args...>) {
    static_assert(callable,
                  "grove: the loss takes more arguments than the call gives; data goes behind the params: "
                  "grad(loss)(params, x, y)");
    return false;
  } else {
    static_assert(callable,
                  "grove: the loss cannot be called with variables in place of its parameters: either it does not "
                  "compile (see the errors above), or it takes a plain double, matrix, Eigen::MatrixBase or struct "
                  "where it must take `const auto&`");
    return false;
  }
}

template <class S, class F, class... Args>
decltype(auto) call_loss(F&& f, const Args&... args) {
  constexpr bool callable = is_callable_loss<std::remove_reference_t<F>, Args...>();
  if constexpr (!callable) {
    return Var<S>();
  } else if constexpr (std::is_void_v<std::invoke_result_t<F&, const Args&...>>) {
    static_assert(sizeof(S) == 0, "grove: the loss returns nothing; it must return a scalar");
    return Var<S>();
  } else {
    return f(args...);
  }
}

/// Says what is wrong with the parameter at position I before anything else fails on it.
template <std::size_t I, class... Args>
consteval bool check_parameter() {
  static_assert(I < sizeof...(Args), "grove: grad<I…>: there is no argument at that position");
  if constexpr (I < sizeof...(Args)) {
    using P = bare<std::tuple_element_t<I, std::tuple<Args...>>>;
    constexpr bool expression = EigenDense<P> && !is_plain_object<P> && !tree::Leaf<P>;
    static_assert(!expression, "grove: the parameter is an Eigen expression; name its value, or call .eval()");
    if constexpr (!expression) {
      constexpr bool said = tree::detail::kind_of<P> == tree::detail::Kind::unsupported;  // by has_leaves
      static_assert(tree::detail::has_leaves<P> || said,
                    "grove: the parameter holds no floating-point number to differentiate; of 3 make 3.0, of integers "
                    "doubles");
      return tree::detail::has_leaves<P>;
    }
  }
  return false;
}
template <class Positions, class... Args>
inline constexpr bool are_parameters = false;
template <std::size_t... I, class... Args>
inline constexpr bool are_parameters<std::index_sequence<I...>, Args...> = (check_parameter<I, Args...>() && ...);

}  // namespace grove::detail
