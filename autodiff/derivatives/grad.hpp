// Gradients: value_and_grad, grad, value_and_grad_into, and evaluate (the value alone).
#pragma once

#include <tuple>
#include <type_traits>
#include <utility>

#include "autodiff/derivatives/detail/borrowed.hpp"
#include "autodiff/derivatives/detail/call_loss.hpp"
#include "autodiff/engine/lifting/lift.hpp"
#include "autodiff/engine/lifting/take_adjoints.hpp"
#include "autodiff/engine/tape/recording.hpp"
#include "autodiff/operations/arrangement/join.hpp"
#include "autodiff/operations/elementwise/members.hpp"
#include "autodiff/operations/reductions/reductions.hpp"
#include "autodiff/operations/values/value_of.hpp"

namespace grove {

/// What value_and_grad returns. `grads` has the type of the parameters.
template <class Value, class Grads>
struct ValueAndGrad {
  Value value;
  Grads grads;
};

/// Marks a loss that returns std::pair{value, aux}; `aux` (any tree, or anything else) is handed back as plain values.
struct HasAux {};
inline constexpr HasAux has_aux{};

namespace detail {

template <class T>
using scalar_of_tree = scalar_t<T>;
template <class P, class S>
using active_tree = rebind_t<bare<P>, Var<S>>;

/// The I-th of the lifted arguments where I is differentiated, else the argument itself.
template <std::size_t K, std::size_t... I>
inline constexpr std::size_t position_of = [] {
  std::size_t found = sizeof...(I), at = 0;
  ((I == K ? (found = at, ++at) : ++at), ...);
  return found;
}();

template <std::size_t K, std::size_t... I, class Lifted, class Args>
const auto& choose_argument(std::index_sequence<I...>, Lifted& lifted, const Args& args) {
  if constexpr (position_of<K, I...> < sizeof...(I)) {
    return *std::get<position_of<K, I...>>(lifted);
  } else {
    return std::get<K>(args);
  }
}

/// Runs `f` on lifted arguments I…, then `use(result, recording, number of inputs, lifted)`.
template <class S, bool Record, std::size_t... I, class F, class Args, class Use, class Seed = NoSeed>
auto with_lifted(std::index_sequence<I...> positions, F& f, const Args& args, Use&& use, const Seed& seed = {}) {
  static_assert(((I < std::tuple_size_v<Args>)&&...), "grove: grad<I…>: there is no argument at that position");
  static_assert(
      !Record || is_recordable<S>,
      "grove: grad of plain forward-mode numbers inside jvp or jacfwd; differentiate the variables themselves");
  Recording<S> recording;
  Tape<S>& tape = recording.tape();
  std::tuple<Borrowed<active_tree<std::tuple_element_t<I, Args>, S>>...> lifted;
  const std::size_t first_input = tape.opened().slots;
  [&]<std::size_t... L>(std::index_sequence<L...>) {
    (lift<S>(tape, Record, std::get<I>(args), *std::get<L>(lifted), seed), ...);
  }
  (std::make_index_sequence<sizeof...(I)>{});
  const std::size_t inputs = tape.slot_count() - first_input;
  return [&]<std::size_t... K>(std::index_sequence<K...>) {
    ((position_of<K, I...> == sizeof...(I) ? register_constants(tape.constants(), std::get<K>(args)) : void()), ...);
    return use(call_loss<S>(f, choose_argument<K>(positions, lifted, args)...), recording, inputs, lifted);
  }
  (std::make_index_sequence<std::tuple_size_v<Args>>{});
}

struct Nothing {};

/// Value and gradients of f with respect to the arguments I…, into existing storage; returns the plain aux, if there is
/// one. A loss that does not depend on its parameters has gradient zero; one that returns a variable of an enclosing
/// recording too, but then its value would lose a derivative.
template <bool WithAux, bool ValueMatters, std::size_t... I, class F, class Args, class Value, class... Grads>
auto differentiate(std::index_sequence<I...> positions, F& f, const Args& args, Value& value, Grads&... grads) {
  using S = scalar_of_tree<std::tuple_element_t<std::get<0>(std::tuple(I...)), Args>>;
  static_assert((std::same_as<S, scalar_of_tree<std::tuple_element_t<I, Args>>> && ...),
                "grove: grad<I…>: the arguments must have one scalar type");
  return with_lifted<S, true>(positions, f, args,
                              [&](const auto& result, Recording<S>& recording, std::size_t inputs, auto& lifted) {
                                Tape<S>& tape = recording.tape();
                                const auto& returned = [&]() -> const auto& {
                                  if constexpr (WithAux) {
                                    return result.first;
                                  } else {
                                    return result;
                                  }
                                }
                                ();
                                const Var<S> loss = loss_value<S>(returned);
                                const auto aux = [&] {
                                  if constexpr (WithAux) {
                                    return value_of(result.second);
                                  } else {
                                    return Nothing{};
                                  }
                                }();
                                tape.prepare_adjoints();
                                if (VarAccess::is_live(loss, tape)) {
                                  *tape.adjoint(VarAccess::slot(loss)) = S(1);
                                  tape.sweep(inputs);
                                } else if (ValueMatters || !tape.encloses(VarAccess::tag(loss))) {
                                  VarAccess::is_active(loss, tape);
                                }
                                [&]<std::size_t... L>(std::index_sequence<L...>) {
                                  (tree::detail::match_structure(grads, std::get<I>(args)), ...);
                                  (take_adjoints<S>(grads, *std::get<L>(lifted)), ...);
                                }
                                (std::make_index_sequence<sizeof...(I)>{});
                                value = loss.value();
                                return aux;
                              });
}

template <class P>
using gradient_t = bare<P>;

template <bool Aux, std::size_t... I, class F, class... Args>
auto value_and_grad_of(std::index_sequence<I...> positions, F& f, const Args&... args) {
  const auto tied = std::tie(args...);
  using Tuple = std::tuple<Args...>;
  using S = scalar_of_tree<std::tuple_element_t<std::get<0>(std::tuple(I...)), Tuple>>;
  S value{};
  if constexpr (sizeof...(I) == 1) {
    auto grads = std::get<I...>(tied);
    auto aux = differentiate<Aux, true>(positions, f, tied, value, grads);
    using G = decltype(grads);
    if constexpr (Aux) {
      return ValueAndGrad<std::pair<S, decltype(aux)>, G>{{value, std::move(aux)}, std::move(grads)};
    } else {
      return ValueAndGrad<S, G>{value, std::move(grads)};
    }
  } else {
    std::tuple<std::tuple_element_t<I, Tuple>...> grads{std::get<I>(tied)...};
    auto aux = std::apply([&](auto&... g) { return differentiate<Aux, true>(positions, f, tied, value, g...); }, grads);
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
  using S = scalar_of_tree<std::tuple_element_t<std::get<0>(std::tuple(I...)), Tuple>>;
  S value{};
  const auto finish = [](auto&& grads, auto&& aux) {
    if constexpr (Aux) {
      return std::pair(std::move(grads), std::move(aux));
    } else {
      return std::move(grads);
    }
  };
  if constexpr (sizeof...(I) == 1) {
    auto grads = std::get<I...>(tied);
    auto aux = differentiate<Aux, false>(positions, f, tied, value, grads);
    return finish(std::move(grads), std::move(aux));
  } else {
    std::tuple<std::tuple_element_t<I, Tuple>...> grads{std::get<I>(tied)...};
    auto aux =
        std::apply([&](auto&... g) { return differentiate<Aux, false>(positions, f, tied, value, g...); }, grads);
    return finish(std::move(grads), std::move(aux));
  }
}

/// Positions given to grad<I…>; the first argument if none.
template <std::size_t... I>
using positions_t = std::conditional_t<sizeof...(I) == 0, std::index_sequence<0>, std::index_sequence<I...>>;

template <class T>
inline constexpr bool is_pair = false;
template <class A, class B>
inline constexpr bool is_pair<std::pair<A, B>> = true;

/// What a function of variables of S returned, in plain numbers that outlive the recording.
template <class S, class Result>
auto result_value(const Result& result) {
  if constexpr (std::is_convertible_v<const Result&, Var<S>>) {
    return loss_value<S>(result).value();
  } else if constexpr (is_pair<Result>) {
    return std::pair(result_value<S>(result.first), result_value<S>(result.second));
  } else {
    return value_of(result);
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
/// aux}, and `value` is that pair, in plain numbers. Cost: a small multiple of the loss's own. Throws: what the loss
/// throws; ShapeError; nothing recorded survives.
template <std::size_t... I, class F>
auto value_and_grad(F f) {
  return [f = std::move(f)](const auto& first, const auto&... rest) {
    if constexpr (detail::are_parameters<detail::positions_t<I...>, decltype(first), decltype(rest)...>)
      return detail::value_and_grad_of<false>(detail::positions_t<I...>{}, f, first, rest...);
  };
}
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
  return [f = std::move(f)](const auto& first, const auto&... rest) {
    if constexpr (detail::are_parameters<detail::positions_t<I...>, decltype(first), decltype(rest)...>)
      return detail::grad_of<false>(detail::positions_t<I...>{}, f, first, rest...);
  };
}
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
  detail::differentiate<false, true>(std::index_sequence<0>{}, f, tied, value, grads);
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
  using S = detail::scalar_of_tree<P>;
  const auto tied = std::tie(params, args...);
  return detail::with_lifted<S, false>(
      std::index_sequence<0>{}, f, tied,
      [](const auto& result, detail::Recording<S>&, std::size_t, auto&) { return detail::result_value<S>(result); });
}

}  // namespace grove
