// A call that is evaluated without being recorded, and recorded when its cotangents are there.
#pragma once

#include <cstddef>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "differentiate.hpp"

namespace grove::detail {

/// A constant that a node keeps: referenced, if it is an argument of the derivative call (whose memory outlives the
/// recording), else copied.
template <class T>
class KeptConstant {
 public:
  template <class S>
  KeptConstant(const Tape<S>& tape, const T& x) {
    if (outlives(tape, x)) {
      original_ = &x;
    } else {
      copy_.emplace(x);
    }
  }
  const T& get() const { return copy_ ? *copy_ : *original_; }

 private:
  // What owns the memory of an argument is that argument.
  template <class S>
  static bool outlives(const Tape<S>& tape, const T& x) {
    if constexpr (EigenDense<T> && is_plain_object<T>) {
      return !tape.copies_every_constant && tape.constants().contains(x.data(), x.data() + x.size());
    } else {
      return false;
    }
  }
  const T* original_ = nullptr;
  std::optional<T> copy_;
};

/// The numbers of an argument of level Var<S>, kept for a later recording.
template <class Numbers>
struct KeptNumbers {
  Numbers numbers;
  const Numbers& get() const { return numbers; }
};

template <class S, class T>
auto kept_for_replay(const T& x) {
  if constexpr (is_of_level<Var<S>, T>) {
    return KeptNumbers<bare<decltype(numbers_of<S>(x))>>{numbers_of<S>(x)};
  } else {
    return KeptConstant<T>(*current_tape<S>, x);
  }
}

/// The positions, from Next on, of the arguments that are of level L.
template <class L, std::size_t Next, class Found, class... T>
struct level_positions {
  using type = Found;
};
template <class L, std::size_t Next, std::size_t... I, class T, class... Rest>
struct level_positions<L, Next, std::index_sequence<I...>, T, Rest...>
    : level_positions<L, Next + 1,
                      std::conditional_t<is_of_level<L, T>, std::index_sequence<I..., Next>, std::index_sequence<I...>>,
                      Rest...> {};

/// The numbers of f's result on arguments of which those at I… are lifted; nothing is recorded.
template <class S, std::size_t... I, class F, class Args>
auto replayed_value(std::index_sequence<I...> positions, F& f, const Args& args) {
  return with_lifted<S, false>(positions, f, args, [](const auto& result, Recording<S>&, std::size_t, auto&) {
    return result_value<S>(result);
  });
}

/// Writes the cotangents of the arguments at I… for a cotangent of f's result.
template <class S, std::size_t... I, class F, class Args, class Cotangent, class... Bars>
void replayed_pullback(std::index_sequence<I...> positions, F& f, const Args& args, const Cotangent& cotangent,
                       Bars&... bars) {
  with_lifted<S, true>(positions, f, args,
                       [&](const auto& result, Recording<S>& recording, std::size_t inputs, auto& lifted) {
                         Tape<S>& tape = recording.tape();
                         tree::detail::visit_leaves(
                             [&tape](const auto& y, const auto& c) {
                               for_each_variable(y, [&](const Var<S>& element, Index i, Index j) {
                                 if (VarAccess::is_active(element, tape))
                                   *tape.adjoint(VarAccess::slot(element)) += S(element_at(c, i, j));
                               });
                             },
                             result, cotangent);
                         tape.sweep(inputs);
                         [&]<std::size_t... K>(std::index_sequence<K...>) {
                           (take_adjoints<S>(bars, *std::get<K>(lifted)), ...);
                         }
                         (std::index_sequence_for<Bars...>{});
                         return 0;
                       });
}

}  // namespace grove::detail
