// The arguments of functions with a rule of the user's own: their level, their numbers, their adjoints; their results.
#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include "../../../engine/lifting/lift.hpp"
#include "../../../engine/lifting/numbers_of.hpp"
#include "../../../engine/lifting/take_adjoints.hpp"

namespace grove::detail {

template <class T>
inline constexpr bool is_std_tuple = false;
template <class... T>
inline constexpr bool is_std_tuple<std::tuple<T...>> = true;
template <class T, std::size_t N>
inline constexpr bool is_std_tuple_of = false;
template <class... T, std::size_t N>
inline constexpr bool is_std_tuple_of<std::tuple<T...>, N> = sizeof...(T) == N;

// ---- Levels -------------------------------------------------------------------------------------------------------

/// The scalar of an argument; void for what holds no numbers.
template <class T>
struct scalar_of_argument {
  static auto pick() {
    if constexpr (is_var<T> || is_dual<T>) {
      return std::type_identity<T>{};
    } else if constexpr (Dense<T>) {
      return std::type_identity<typename T::Scalar>{};
    } else if constexpr (tree::Pytree<T>) {
      if constexpr (tree::detail::has_leaves<T>) {
        return std::type_identity<scalar_t<T>>{};
      } else {
        return std::type_identity<void>{};
      }
    } else {
      return std::type_identity<void>{};
    }
  }
  using type = typename decltype(pick())::type;
};

/// The number of derivatives that are being taken of a scalar.
template <class T>
inline constexpr int depth_of = 0;
template <class S>
inline constexpr int depth_of<Var<S>> = 1 + depth_of<S>;
template <class S, int N, bool Forward>
inline constexpr int depth_of<Dual<S, N, Forward>> = 1 + depth_of<S>;

/// The scalar of the innermost derivative that any of the arguments takes part in; double for plain arguments.
template <class... Args>
struct level {
  using type = double;
};
template <class T, class... Rest>
struct level<T, Rest...> {
  using first = typename scalar_of_argument<T>::type;
  using rest = typename level<Rest...>::type;
  using type = std::conditional_t<(depth_of<first> > depth_of<rest>), first, rest>;
};
template <class... Args>
using level_t = typename level<Args...>::type;

/// True for an argument with numbers of level L, which is to get a derivative; others are constants there.
template <class L, class T>
inline constexpr bool is_of_level = std::is_same_v<typename scalar_of_argument<T>::type, L>;

// ---- Numbers ------------------------------------------------------------------------------------------------------

/// Expressions as values, so that what is kept of an argument refers to nothing; anything else as it is.
template <class T>
decltype(auto) settled(const T& x) {
  if constexpr (is_active_dense<T>) {
    return handle_t<T>(evaluated(x));
  } else if constexpr (EigenDense<T>) {
    if constexpr (is_plain_object<T>) {
      return (x);
    } else {
      return typename T::PlainObject(x);
    }
  } else {
    return (x);
  }
}

/// The argument in the numbers below level L.
template <class L, class T>
decltype(auto) numbers_below(const T& x) {
  if constexpr (!is_of_level<L, T>) {
    return settled(x);
  } else if constexpr (is_var<L>) {
    return numbers_of<typename L::Scalar>(x);
  } else {
    return lane_of(settled(x), -1);
  }
}

/// What a node keeps of an argument: variables, but nothing of constants.
struct Ignored {};
template <class L, class T>
auto kept_argument(const T& x) {
  if constexpr (is_of_level<L, T>) {
    return settled(x);
  } else {
    return Ignored{};
  }
}

/// A tree with zeros in place of its numbers; what has none is copied.
template <class T>
T zeros_of(const T& x) {
  T zeros = x;
  if constexpr (tree::Pytree<T>) {
    tree::detail::visit_leaves(
        [](auto& leaf) {
          if constexpr (EigenDense<decltype(leaf)>) {
            leaf.setZero();
          } else {
            leaf = 0;
          }
        },
        zeros);
  }
  return zeros;
}

template <class T>
bool is_all_zero(const T& x) {
  bool zero = true;
  tree::detail::visit_leaves(
      [&zero](const auto& leaf) {
        if constexpr (EigenDense<decltype(leaf)>) {
          zero = zero && !any_nonzero(leaf);
        } else {
          zero = zero && is_exact_zero(leaf);
        }
      },
      x);
  return zero;
}

/// True if a number of level D in the arguments has a tangent in the lane.
template <class D, class... Args>
bool any_tangent_in(int lane, const Args&... args) {
  const auto has = [lane](const auto& x) {
    if constexpr (is_of_level<D, bare<decltype(x)>>) {
      return !is_all_zero(lane_of(x, lane));
    } else {
      return false;
    }
  };
  return (false || ... || has(args));
}
/// The same for any lane.
template <class D, class... Args>
bool any_tangent(const Args&... args) {
  for (int lane = 0; lane < lanes_of_dual<D>; ++lane) {
    if (any_tangent_in<D>(lane, args...)) return true;
  }
  return false;
}

// ---- Variables ----------------------------------------------------------------------------------------------------

/// True if any variable of level Var<S> in the argument belongs to the open recording.
template <class S, class T>
bool has_active(const T& x) {
  bool active = false;
  if constexpr (is_of_level<Var<S>, T>) {
    tree::detail::visit_leaves(
        [&active](const auto& leaf) {
          for_each_variable(leaf, [&active](const Var<S>& v, Index, Index) {
            active = VarAccess::is_active(v, *current_tape<S>) || active;
          });
        },
        x);
  }
  return active;
}

// ---- Results ------------------------------------------------------------------------------------------------------

/// What a function of plain arguments returns, as a value: an expression might refer to what is gone.
template <class T>
auto as_value(const T& x) {
  if constexpr (EigenDense<T>) {
    return typename T::PlainObject(x);
  } else {
    return x;
  }
}

/// The result of a rule in the numbers of a tape: rebind_t<Result, S>.
template <class S, class T>
auto result_numbers(const T& result) {
  using To = rebind_t<T, S>;
  if constexpr (std::is_same_v<To, T>) {
    return result;
  } else {
    To numbers{};
    tree::detail::match_structure(numbers, result);
    tree::detail::visit_leaves(
        [](auto& to, const auto& from) {
          if constexpr (EigenDense<decltype(from)>) {
            to = from.template cast<S>();
          } else {
            to = S(from);
          }
        },
        numbers, result);
    return numbers;
  }
}

/// Numbers as constants of the tape, or as the results of the node that is recorded next.
template <class S, class T>
auto lifted_result(Lifted lifted, const T& numbers) {
  rebind_t<T, Var<S>> result{};
  lift_results<S>(*current_tape<S>, lifted, numbers, result);
  return result;
}

// ---- Rules --------------------------------------------------------------------------------------------------------

/// The parameters of a function that has one signature; void for generic functions.
template <class F>
struct parameters_of {
  using type = void;
};
template <class F>
requires requires { &F::operator(); }
struct parameters_of<F> : parameters_of<decltype(&F::operator())> {};
template <class C, class R, class... P>
struct parameters_of<R (C::*)(P...) const> {
  using type = std::tuple<bare<P>...>;
};
template <class R, class... P>
struct parameters_of<R (*)(P...)> {
  using type = std::tuple<bare<P>...>;
};

/// False where numbers with derivatives would become plain ones. Eigen's own conversions do not tell: they begin, and
/// fail in their depth.
template <class Parameter, class Argument>
consteval bool keeps_derivatives() {
  using P = typename scalar_of_argument<Parameter>::type;
  using A = typename scalar_of_argument<Argument>::type;
  return std::is_void_v<P> || std::is_void_v<A> || std::is_convertible_v<A, P>;
}
template <class Parameters, class Arguments>
inline constexpr bool keep_derivatives = true;
template <class... P, class... A>
requires(sizeof...(P) == sizeof...(A)) inline constexpr bool keep_derivatives<std::tuple<P...>, std::tuple<A...>> =
    (keeps_derivatives<P, A>() && ...);

/// True if a function of a rule can be called with the elements of a tuple.
template <class F, class Arguments>
inline constexpr bool takes = false;
template <class F, class... A>
inline constexpr bool takes<F, std::tuple<A...>> = [] {
  if constexpr (keep_derivatives<typename parameters_of<F>::type, std::tuple<bare<A>...>>) {
    return std::is_invocable_v<const F&, const bare<A>&...>;
  } else {
    return false;
  }
}();

// ---- Results, from numbers ----------------------------------------------------------------------------------------

/// A tree like `like` of other numbers.
template <class U, class T>
auto tree_of_numbers(const Eigen::Matrix<U, Eigen::Dynamic, 1>& numbers, const T& like) {
  rebind_t<T, U> result{};
  tree::detail::match_structure(result, like);
  tree::detail::visit_leaves(
      [](auto& to, const auto& from) {
        if constexpr (EigenDense<decltype(to)>) to.resize(from.rows(), from.cols());
      },
      result, like);
  tree::unflatten_into(numbers, result);
  return result;
}

}  // namespace grove::detail
