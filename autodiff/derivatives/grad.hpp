// Gradients: value_and_grad, grad, value_and_grad_into, and evaluate (the value alone).
#pragma once

#include <tuple>
#include <type_traits>
#include <utility>

#include "detail/derivative_of.hpp"
#include "detail/differentiate.hpp"

namespace grove {

/// What value_and_grad returns. `grads` has the type of the parameters.
template <class Value, class Grads>
struct ValueAndGrad {
  Value value;  ///< the loss, or the pair {loss, aux}
  Grads grads;  ///< a tree like the params, or a tuple of trees
};

/// Marks a loss that returns std::pair{value, aux}; `aux` (any tree, or anything else) is handed back as plain values.
struct HasAux {};
/// See HasAux.
inline constexpr HasAux has_aux{};

namespace detail {

template <std::size_t First, std::size_t...>
inline constexpr std::size_t first_of = First;

template <bool Aux, std::size_t... I, class F, class... Args>
auto value_and_grad_of(std::index_sequence<I...> positions, F& f, const Args&... args) {
  const auto tied = std::tie(args...);
  using Tuple = std::tuple<Args...>;
  using S = innermost_scalar_t<std::tuple_element_t<first_of<I...>, Tuple>, Args...>;
  S value{};
  if constexpr (sizeof...(I) == 1) {
    auto grads = copy_over<S>(std::get<I...>(tied));
    auto aux = differentiate<S, Aux, true>(positions, f, tied, value, grads);
    using G = decltype(grads);
    if constexpr (Aux) {
      return ValueAndGrad<std::pair<S, decltype(aux)>, G>{{value, std::move(aux)}, std::move(grads)};
    } else {
      return ValueAndGrad<S, G>{value, std::move(grads)};
    }
  } else {
    std::tuple<tree_over<std::tuple_element_t<I, Tuple>, S>...> grads{copy_over<S>(std::get<I>(tied))...};
    auto aux =
        std::apply([&](auto&... g) { return differentiate<S, Aux, true>(positions, f, tied, value, g...); }, grads);
    using G = decltype(grads);
    if constexpr (Aux) {
      return ValueAndGrad<std::pair<S, decltype(aux)>, G>{{value, std::move(aux)}, std::move(grads)};
    } else {
      return ValueAndGrad<S, G>{value, std::move(grads)};
    }
  }
}

template <bool Aux, std::size_t... I, class F, class... Args>
auto grad_of(std::index_sequence<I...> positions, F& f, const Args&... args) {
  const auto tied = std::tie(args...);
  using Tuple = std::tuple<Args...>;
  using S = innermost_scalar_t<std::tuple_element_t<first_of<I...>, Tuple>, Args...>;
  S value{};
  const auto finish = [](auto&& grads, auto&& aux) {
    if constexpr (Aux) {
      return std::pair(std::move(grads), std::move(aux));
    } else {
      return std::move(grads);
    }
  };
  if constexpr (sizeof...(I) == 1) {
    auto grads = copy_over<S>(std::get<I...>(tied));
    auto aux = differentiate<S, Aux, false>(positions, f, tied, value, grads);
    return finish(std::move(grads), std::move(aux));
  } else {
    std::tuple<tree_over<std::tuple_element_t<I, Tuple>, S>...> grads{copy_over<S>(std::get<I>(tied))...};
    auto aux =
        std::apply([&](auto&... g) { return differentiate<S, Aux, false>(positions, f, tied, value, g...); }, grads);
    return finish(std::move(grads), std::move(aux));
  }
}

template <class P>
concept Differentiable = tree::Pytree<bare<P>>;

}  // namespace detail

/// The value and the gradient of a loss, as a callable: `auto [value, grads] = value_and_grad(loss)(params, data...)`.
///
/// `loss(params, data...)` is a generic lambda, a function object or a model; it returns a scalar. Arguments other than
/// those at the positions I… (default: the first) are constants and are passed on as they are. `grads` is a tree of the
/// type of the parameters; with several positions a tuple of trees. With `has_aux` the loss returns a pair {value,
/// aux}, and `value` is that pair, in plain numbers.
///
/// Inside another loss, to any depth, variables of the enclosing losses may be captured or passed; they lift into the
/// inner level, and the result keeps their derivatives. Where variables are captured the point must be of their level
/// too: `grad(u)(T(0.4))` with `using T = scalar_t<decltype(p)>;`, not `grad(u)(0.4)`. Cost: a small multiple of the
/// loss's own. Throws: what the loss throws; ShapeError; nothing recorded survives.
template <std::size_t... I, class F>
auto value_and_grad(F f) {
  return detail::derivative_of<F, detail::FirstOrder, detail::positions_t<I...>>(
      [f = std::move(f)](const auto& first, const auto&... rest) {
        if constexpr (detail::are_parameters<detail::positions_t<I...>, decltype(first), decltype(rest)...>)
          return detail::value_and_grad_of<false>(detail::positions_t<I...>{}, f, first, rest...);
      });
}
/// The same of a loss that returns a pair {value, aux}; see `has_aux`.
template <std::size_t... I, class F>
auto value_and_grad(F f, HasAux) {
  return [f = std::move(f)](const auto& first, const auto&... rest) {
    if constexpr (detail::are_parameters<detail::positions_t<I...>, decltype(first), decltype(rest)...>)
      return detail::value_and_grad_of<true>(detail::positions_t<I...>{}, f, first, rest...);
  };
}

/// The gradient of a loss, as a callable; see value_and_grad. With `has_aux` it returns a pair {gradient, aux}.
template <std::size_t... I, class F>
auto grad(F f) {
  return detail::derivative_of<F, detail::FirstOrder, detail::positions_t<I...>>(
      [f = std::move(f)](const auto& first, const auto&... rest) {
        if constexpr (detail::are_parameters<detail::positions_t<I...>, decltype(first), decltype(rest)...>)
          return detail::grad_of<false>(detail::positions_t<I...>{}, f, first, rest...);
      });
}
/// The same of a loss that returns a pair {value, aux}; see `has_aux`.
template <std::size_t... I, class F>
auto grad(F f, HasAux) {
  return [f = std::move(f)](const auto& first, const auto&... rest) {
    if constexpr (detail::are_parameters<detail::positions_t<I...>, decltype(first), decltype(rest)...>)
      return detail::grad_of<true>(detail::positions_t<I...>{}, f, first, rest...);
  };
}

/// Value and gradient into existing storage: allocates nothing once `grads` has the shape of `params`, after a first
/// call of the same shapes. For loops that run often.
template <class F, detail::Differentiable P, class Value, class... Args>
void value_and_grad_into(F&& f, const P& params, Value& value, P& grads, const Args&... args) {
  const auto tied = std::tie(params, args...);
  detail::differentiate<scalar_t<P>, false, true>(std::index_sequence<0>{}, f, tied, value, grads);
}

/// The plain value of a function at `params`: a number for a loss, an Eigen array of the same kind for residuals, a
/// tree of such for a tree, a pair for {value, aux}. By the same operations that value_and_grad and jacobian perform,
/// so that all agree to the last bit; nothing is kept for a backward pass.
///
///   const Eigen::VectorXd r = grove::evaluate(residuals, params, x, y);
///
/// `f` may return what jacobian may; arguments after `params` are constants. Throws: what `f` throws; ShapeError.
template <class F, detail::Differentiable P, class... Args>
auto evaluate(F&& f, const P& params, const Args&... args) {
  using S = detail::innermost_scalar_t<P, Args...>;
  const auto tied = std::tie(params, args...);
  return detail::with_lifted<S, false>(
      std::index_sequence<0>{}, f, tied,
      [](const auto& result, detail::Recording<S>&, std::size_t, auto&) { return detail::result_value<S>(result); });
}

}  // namespace grove
