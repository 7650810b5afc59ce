// Runs a loss on lifted arguments, and sweeps the tape back over it.
#pragma once

#include <tuple>
#include <type_traits>
#include <utility>

#include "../../engine/lifting/lift.hpp"
#include "../../engine/lifting/numbers_of.hpp"
#include "../../engine/lifting/take_adjoints.hpp"
#include "../../engine/tape/recording.hpp"
#include "../../operations/operations.hpp"
#include "borrowed.hpp"
#include "call_loss.hpp"

namespace grove::detail {

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
  tape.keeps_values_only = !Record;
  std::tuple<Borrowed<active_tree<std::tuple_element_t<I, Args>, S>>...> lifted;
  const std::size_t first_input = tape.opened().slots;
  [&]<std::size_t... L>(std::index_sequence<L...>) {
    (lift_inputs<S>(tape, Lifted(Record), std::get<I>(args), *std::get<L>(lifted), seed), ...);
  }
  (std::make_index_sequence<sizeof...(I)>{});
  const std::size_t inputs = tape.slot_count() - first_input;
  return [&]<std::size_t... K>(std::index_sequence<K...>) {
    ((position_of<K, I...> == sizeof...(I) ? register_constants(tape.constants(), std::get<K>(args)) : void()), ...);
    return use(call_loss<S>(f, choose_argument<K>(positions, lifted, args)...), recording, inputs, lifted);
  }
  (std::make_index_sequence<std::tuple_size_v<Args>>{});
}

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
    return numbers_of<S>(result);
  }
}

struct Nothing {};

/// Value and gradients of f with respect to the arguments I…, into existing storage; returns the plain aux, if there is
/// one. A loss that does not depend on its parameters has gradient zero; one that returns a variable of an enclosing
/// recording too, but then its value would lose a derivative.
template <class S, bool WithAux, bool ValueMatters, std::size_t... I, class F, class Args, class Value, class... Grads>
auto differentiate(std::index_sequence<I...> positions, F& f, const Args& args, Value& value, Grads&... grads) {
  static_assert(((std::same_as<S, scalar_t<std::tuple_element_t<I, Args>>> ||
                  is_enclosing<scalar_t<std::tuple_element_t<I, Args>>, S>)&&...),
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
                                    return numbers_of<S>(result.second);
                                  } else {
                                    return Nothing{};
                                  }
                                }();
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

/// Positions given to grad<I…>; the first argument if none.
template <std::size_t... I>
using positions_t = std::conditional_t<sizeof...(I) == 0, std::index_sequence<0>, std::index_sequence<I...>>;

}  // namespace grove::detail
