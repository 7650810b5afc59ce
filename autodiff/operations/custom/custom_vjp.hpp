// Functions with a derivative of the user's own.
#pragma once

#include <tuple>
#include <type_traits>
#include <utility>

#include "autodiff/engine/lifting/lift.hpp"
#include "autodiff/engine/lifting/take_adjoints.hpp"
#include "autodiff/operations/values/value_of.hpp"

namespace grove {
namespace detail {

template <class T>
inline constexpr bool is_std_tuple = false;
template <class... T>
inline constexpr bool is_std_tuple<std::tuple<T...>> = true;

/// True for a variable, an active matrix, or a tree with variables in it.
template <class T>
consteval bool contains_variables() {
  if constexpr (is_var<T> || is_active_dense<T> || is_eigen_of_vars<T>) {
    return true;
  } else if constexpr (EigenDense<T> || !tree::Pytree<T>) {
    return false;
  } else if constexpr (!tree::detail::has_leaves<T>) {
    return false;
  } else {
    return is_var<scalar_t<T>>;
  }
}

template <class... T>
struct tape_scalar_of_trees {
  using type = void;
};
template <class T, class... Rest>
struct tape_scalar_of_trees<T, Rest...> {
  static auto pick() {
    if constexpr (contains_variables<T>()) {
      if constexpr (is_active_dense<T>) {
        return std::type_identity<typename T::S>{};
      } else {
        return std::type_identity<typename scalar_t<T>::Scalar>{};
      }
    } else {
      return std::type_identity<typename tape_scalar_of_trees<Rest...>::type>{};
    }
  }
  using type = typename decltype(pick())::type;
};

/// An argument as the node keeps it: handles of active leaves.
template <class T>
auto keep_argument(const T& x) {
  if constexpr (is_active_dense<T>) {
    return handle_t<T>(evaluated(x));
  } else {
    return x;
  }
}

template <class S, class T>
bool any_active(const T& x) {
  bool active = false;
  tree::detail::visit_leaves(
      [&](const auto& leaf) {
        using L = bare<decltype(leaf)>;
        if constexpr (is_var<L>) {
          active = active || VarAccess::is_active(leaf, *current_tape<S>);
        } else if constexpr (is_active_handle<L>) {
          active = active || leaf.is_active();
        } else if constexpr (is_eigen_of_vars<L>) {
          for (Index k = 0; k < leaf.size(); ++k)
            active = active || VarAccess::is_active(leaf.data()[k], *current_tape<S>);
        }
      },
      x);
  return active;
}

/// Adds plain cotangents to the adjoints of active leaves.
template <class S, class T, class C>
void add_cotangents(const T& x, const C& cotangents) {
  Tape<S>& tape = *current_tape<S>;
  tree::detail::visit_leaves(
      [&tape](const auto& leaf, const auto& c) {
        using L = bare<decltype(leaf)>;
        if constexpr (is_var<L>) {
          if (VarAccess::is_active(leaf, tape)) *tape.adjoint(VarAccess::slot(leaf)) += S(c);
        } else if constexpr (is_active_handle<L>) {
          if (leaf.is_active()) leaf.adjoint_array() += c.array();
        } else {
          for (Index j = 0; j < leaf.cols(); ++j) {
            for (Index i = 0; i < leaf.rows(); ++i) {
              if (VarAccess::is_active(leaf(i, j), tape)) *tape.adjoint(VarAccess::slot(leaf(i, j))) += S(c(i, j));
            }
          }
        }
      },
      x, cotangents);
}

/// An active copy of a plain result, with fresh slots.
template <class S, class T, class A>
void activate(const T& plain, A& active) {
  Tape<S>& tape = *current_tape<S>;
  const bool copies = std::exchange(tape.copies_every_constant, true);
  lift<S>(tape, true, plain, active);
  tape.copies_every_constant = copies;
}

/// Reads the adjoints of an active tree into a plain one and clears them; true if any was nonzero.
template <class S, class T, class A>
bool collect_cotangents(T& plain, const A& active) {
  take_adjoints<S>(plain, active);
  bool nonzero = false;
  tree::detail::visit_leaves(
      [&](const auto& leaf) {
        if constexpr (EigenDense<decltype(leaf)>) {
          nonzero = nonzero || any_nonzero(leaf);
        } else {
          nonzero = nonzero || !is_exact_zero(leaf);
        }
      },
      plain);
  return nonzero;
}

template <std::size_t I, class S, class Arg, class C>
void check_and_add(const Arg& argument, const C& cotangents) {
  if constexpr (contains_variables<Arg>()) {
    using Plain = bare<decltype(value_of(argument))>;
    static_assert(std::is_convertible_v<const C&, Plain>,
                  "grove: custom_vjp: bwd must return, for each argument, a cotangent of that argument's plain type");
    const Plain c = cotangents;
    tree::check_same_structure("custom_vjp", value_of(argument), c, fill("argument {}", {I}).c_str(),
                               "the cotangent that bwd returned");
    add_cotangents<S>(argument, c);
  }
}

template <class F, class Forward, class Backward>
class CustomVjp {
 public:
  CustomVjp(F f, Forward forward, Backward backward)
      : f_(std::move(f)), forward_(std::move(forward)), backward_(std::move(backward)) {}

  template <class... Args>
  auto operator()(const Args&... args) const {
    if constexpr ((false || ... || contains_variables<Args>())) {
      using S = typename tape_scalar_of_trees<Args...>::type;
      return call_active<S>(args...);
    } else {
      return f_(args...);
    }
  }

 private:
  template <class S, class... Args>
  auto call_active(const Args&... args) const {
    auto [value, kept_residuals] = forward_(value_of(args)...);
    using Residuals = bare<decltype(kept_residuals)>;
    using Plain = bare<decltype(value)>;
    using A = rebind_t<Plain, Var<S>>;
    Tape<S>& tape = *current_tape<S>;
    auto kept = std::make_tuple(keep_argument(args)...);
    const bool active = std::apply([](const auto&... a) { return (false || ... || argument_is_active<S>(a)); }, kept);
    A result{};
    if (!active) {
      const bool copies = std::exchange(tape.copies_every_constant, true);
      lift<S>(tape, false, value, result);
      tape.copies_every_constant = copies;
      return result;
    }
    activate<S>(value, result);
    struct Node {
      Backward backward;
      Residuals residuals;
      decltype(kept) arguments;
      A result;
      Plain cotangent;

      void pull_back() {
        if (!collect_cotangents<S>(cotangent, result)) return;
        const auto returned = backward(residuals, cotangent);
        using R = bare<decltype(returned)>;
        if constexpr (is_std_tuple<R> &&
                      !(sizeof...(Args) == 1 &&
                        std::is_convertible_v<R, bare<decltype(value_of(std::get<0>(arguments)))>>)) {
          static_assert(std::tuple_size_v<R> == sizeof...(Args),
                        "grove: custom_vjp: bwd must return one cotangent for each argument");
          [&]<std::size_t... I>(std::index_sequence<I...>) {
            (check_and_add<I, S>(std::get<I>(arguments), std::get<I>(returned)), ...);
          }
          (std::make_index_sequence<sizeof...(Args)>{});
        } else {
          static_assert(sizeof...(Args) == 1,
                        "grove: custom_vjp: bwd must return a std::tuple with one cotangent for each argument");
          check_and_add<0, S>(std::get<0>(arguments), returned);
        }
      }
    };
    Node* node = tape.own(Node{backward_, std::move(kept_residuals), std::move(kept), result, value});
    tape.record([node] { node->pull_back(); });
    return result;
  }

  template <class S, class A>
  static bool argument_is_active(const A& argument) {
    if constexpr (contains_variables<A>()) {
      return any_active<S>(argument);
    } else {
      return false;
    }
  }

  F f_;
  Forward forward_;
  Backward backward_;
};

}  // namespace detail

/// A function with a derivative of your own, for use inside losses: iterative solvers, external code,
/// better-conditioned formulas.
///
///   auto root = grove::custom_vjp(f, fwd, bwd);
///
/// `f(x…)` is the function on plain values. `fwd(x…)` returns std::pair{f(x…), residuals}; `bwd(residuals, y_bar)`
/// returns the cotangents of the arguments, each like its argument's plain value: a std::tuple, or the cotangent itself
/// for one argument. Arguments may be scalars, arrays or trees; those that are plain in a call get no cotangent.
/// gradcheck works on it unchanged. Throws: StructureError in the backward pass if a cotangent is not like its
/// argument.
template <class F, class Forward, class Backward>
auto custom_vjp(F f, Forward fwd, Backward bwd) {
  return detail::CustomVjp<F, Forward, Backward>(std::move(f), std::move(fwd), std::move(bwd));
}

}  // namespace grove
