// Jacobians of functions of trees, by forward or by reverse mode.
#pragma once

#include <algorithm>
#include <type_traits>
#include <utility>

#include "../tree/detail/static_size.hpp"
#include "jvp.hpp"

namespace grove {

/// What value_and_jacobian returns.
template <class Value, class Jacobian>
struct ValueAndJacobian {
  Value value;        ///< what the function returns, in plain numbers
  Jacobian jacobian;  ///< a row for each number of the result, a column for each of the params
};

namespace detail {

template <class S>
using dense = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic>;

/// Calls visit(variable) for every active scalar of a tree, in the order of tree::flatten.
template <class T, class Visit>
void visit_variables(const T& tree, Visit&& visit) {
  tree::detail::visit_leaves(
      [&](const auto& leaf) { for_each_variable(leaf, [&](const auto& x, Index, Index) { visit(x); }); }, tree);
}

/// Gives `jacobian` its shape; one of fixed size must have it.
template <class J>
void shape_jacobian(J& jacobian, Index m, Index n) {
  if (jacobian.rows() == m && jacobian.cols() == n) return;
  if constexpr (J::RowsAtCompileTime == Eigen::Dynamic || J::ColsAtCompileTime == Eigen::Dynamic) {
    if ((J::RowsAtCompileTime == Eigen::Dynamic || J::RowsAtCompileTime == m) &&
        (J::ColsAtCompileTime == Eigen::Dynamic || J::ColsAtCompileTime == n)) {
      jacobian.resize(m, n);
      return;
    }
  }
  throw_shapes("jacobian", jacobian.rows(), jacobian.cols(), m, n);
}

/// Tangents computed at a time: all of a small tree of known size, else eight.
template <class P>
inline constexpr int lanes_for = [] {
  constexpr int n = tree::detail::static_size<P>, widest = 16;
  if (n < 1 || n > widest) return 8;
  return n <= 4 ? n : (n + 3) / 4 * 4;
}();

/// Writes the Jacobian by forward mode, a group of columns after the other. `take_value(result)` sees the result of the
/// last evaluation, in variables.
template <class S, class F, class P, class J, class Take, class... Args>
void forward_jacobian(F& f, const P& params, J& jacobian, const Take& take_value, const Args&... args) {
  constexpr Index width = lanes_for<P>;
  using D = Dual<S, static_cast<int>(width), true>;
  const Index n = tree::size(params);
  const auto tied = std::tie(params, args...);
  for (Index first = 0; first == 0 || first < n; first += width) {
    const auto seed = [first](D& x, Index k) {
      if (k >= first && k < first + width) seed_lane(x.tangent, k - first);
    };
    const auto read = [&](const auto& result, Recording<D>&, std::size_t, auto&) {
      if (first == 0) {
        Index m = 0;
        visit_variables(result, [&m](const Var<D>&) { ++m; });
        shape_jacobian(jacobian, m, n);
      }
      Index i = 0;
      const Index columns = std::min(width, n - first);
      visit_variables(result, [&](const Var<D>& y) {
        for (Index lane = 0; lane < columns; ++lane) jacobian(i, first + lane) = y.value().tangent[lane];
        ++i;
      });
      if (first + width >= n) take_value(result);
      return 0;
    };
    with_lifted<D, false>(std::index_sequence<0>{}, f, tied, read, seed);
  }
}

/// Moves the adjoints of the inputs into a row, in the order of tree::flatten, and clears them.
template <class S, class J, class A>
void take_row(J& jacobian, Index row, const A& lifted) {
  Tape<S>& tape = *current_tape<S>;
  Index k = 0;
  visit_variables(lifted, [&](const Var<S>& x) {
    S& adjoint = *tape.adjoint(VarAccess::slot(x));
    jacobian(row, k++) = adjoint;
    adjoint = S(0);
  });
}

/// Writes the Jacobian by reverse mode, a sweep for each row.
template <class S, class F, class P, class J, class Take, class... Args>
void reverse_jacobian(F& f, const P& params, J& jacobian, const Take& take_value, const Args&... args) {
  const auto tied = std::tie(params, args...);
  const Index n = tree::size(params);
  const auto read = [&](const auto& result, Recording<S>& recording, std::size_t inputs, auto& lifted) {
    Tape<S>& tape = recording.tape();
    Index m = 0;
    visit_variables(result, [&m](const Var<S>&) { ++m; });
    shape_jacobian(jacobian, m, n);
    Index i = 0;
    visit_variables(result, [&](const Var<S>& y) {
      if (VarAccess::is_active(y, tape)) {
        *tape.adjoint(VarAccess::slot(y)) = S(1);
        tape.sweep(inputs);
      }
      take_row<S>(jacobian, i++, *std::get<0>(lifted));
    });
    take_value(result);
    return 0;
  };
  with_lifted<S, true>(std::index_sequence<0>{}, f, tied, read);
}

/// The plain number in a variable of S or of a Dual of S.
template <class S, class V>
S plain_number(const V& x) {
  if constexpr (is_var<V> && !std::same_as<V, S>) {
    return plain_number<S>(x.value());
  } else if constexpr (is_dual<V> && !std::same_as<V, S>) {
    return x.value;
  } else {
    return S(x);
  }
}

/// Writes the plain values of a result into a tree like it.
template <class S, class Value, class Result>
void take_value(Value& value, const Result& result) {
  tree::detail::match_structure(value, result);
  tree::detail::visit_leaves(
      [](auto& to, const auto& from) {
        if constexpr (Dense<decltype(from)>) {
          const auto& elements = with_elements(from);
          to.resize(elements.rows(), elements.cols());
          for (Index j = 0; j < to.cols(); ++j) {
            for (Index i = 0; i < to.rows(); ++i) to(i, j) = plain_number<S>(elements(i, j));
          }
        } else {
          to = plain_number<S>(from);
        }
      },
      value, result);
}

// A tree of numbers of S for a value: an array that keeps its expressions alive is Eigen's own there.
template <class Value, class S>
struct tree_of_value {
  using type = tree_over<Value, S>;
};
template <class Plain, class S>
struct tree_of_value<Owned<Plain>, S> {
  using type = tree_over<Plain, S>;
};

// The plain tree that f returns, from its type on forward-mode variables.
template <class F, class P, class... Args>
struct plain_result_of {
  using S = innermost_scalar_t<P, Args...>;
  using D = Dual<S, lanes_for<P>, true>;
  using returned = decltype(call_loss<D>(std::declval<F&>(), std::declval<const active_tree<P, D>&>(),
                                         std::declval<const Args&>()...));
  using type = typename tree_of_value<decltype(value_of(std::declval<returned>())), S>::type;
};

/// True if forward mode is the cheaper one: up to eight tangents cost about what a sweep costs.
constexpr bool is_forward_cheaper(Index m, Index n) { return n <= 8 * m; }

/// Number of scalars in f's result.
template <class S, class F, class P, class... Args>
Index count_results(F& f, const P& params, const Args&... args) {
  const auto tied = std::tie(params, args...);
  return with_lifted<S, false>(std::index_sequence<0>{}, f, tied,
                               [](const auto& result, Recording<S>&, std::size_t, auto&) {
                                 Index count = 0;
                                 visit_variables(result, [&count](const Var<S>&) { ++count; });
                                 return count;
                               });
}

/// Writes the Jacobian by the cheaper mode; static sizes save the other mode's code.
template <class F, class P, class J, class Take, class... Args>
void any_jacobian(F& f, const P& params, J& jacobian, const Take& take_value, const Args&... args) {
  using S = innermost_scalar_t<P, Args...>;
  constexpr int n = tree::detail::static_size<P>;
  constexpr int m = tree::detail::static_size<typename plain_result_of<F, P, Args...>::type>;
  if constexpr (n >= 0 && m >= 0) {
    if constexpr (is_forward_cheaper(m, n)) {
      forward_jacobian<S>(f, params, jacobian, take_value, args...);
    } else {
      reverse_jacobian<S>(f, params, jacobian, take_value, args...);
    }
  } else if (is_forward_cheaper(count_results<S>(f, params, args...), tree::size(params))) {
    forward_jacobian<S>(f, params, jacobian, take_value, args...);
  } else {
    reverse_jacobian<S>(f, params, jacobian, take_value, args...);
  }
}

inline constexpr auto no_value = [](const auto&) {};

}  // namespace detail

/// The Jacobian of f by forward mode: m×n, both sides in the order of tree::flatten. Cost: n/8 evaluations with eight
/// tangents each, or a single one if the type of the parameters says that they are at most 16; the better choice when
/// there are fewer parameters than results.
template <class F>
auto jacfwd(F f) {
  return [f = std::move(f)]<detail::Differentiable P, class... Args>(const P& params, const Args&... args) {
    using S = detail::innermost_scalar_t<P, Args...>;
    detail::dense<S> jacobian;
    detail::forward_jacobian<S>(f, params, jacobian, detail::no_value, args...);
    return jacobian;
  };
}

/// The Jacobian of f by reverse mode: one recording and m sweeps; the better choice when there are more parameters than
/// results.
template <class F>
auto jacrev(F f) {
  return [f = std::move(f)]<detail::Differentiable P, class... Args>(const P& params, const Args&... args) {
    using S = detail::innermost_scalar_t<P, Args...>;
    detail::dense<S> jacobian;
    detail::reverse_jacobian<S>(f, params, jacobian, detail::no_value, args...);
    return jacobian;
  };
}

/// The Jacobian of f, m×n over the flattened result and parameters, by jacfwd if n ≤ 8m and else by jacrev. f may
/// return a scalar, an array or a tree. Cost: that of the mode, and one evaluation more if m or n is not known at
/// compile time.
template <class F>
auto jacobian(F f) {
  return [f = std::move(f)]<detail::Differentiable P, class... Args>(const P& params, const Args&... args) {
    detail::dense<detail::innermost_scalar_t<P, Args...>> jacobian;
    detail::any_jacobian(f, params, jacobian, detail::no_value, args...);
    return jacobian;
  };
}

/// f's value and its Jacobian: `auto [value, jacobian] = value_and_jacobian(f)(params, args…)`. `value` is a tree of
/// plain numbers; see `jacobian`.
template <class F>
auto value_and_jacobian(F f) {
  return [f = std::move(f)]<detail::Differentiable P, class... Args>(const P& params, const Args&... args) {
    using S = detail::innermost_scalar_t<P, Args...>;
    ValueAndJacobian<typename detail::plain_result_of<const F, P, Args...>::type, detail::dense<S>> both{};
    const auto take = [&both](const auto& result) { detail::take_value<S>(both.value, result); };
    detail::any_jacobian(f, params, both.jacobian, take, args...);
    return both;
  };
}

/// Value and Jacobian into existing storage: `value` is a tree like f's result, `jacobian` any dense matrix, resized if
/// it can be. Allocates nothing once they have their shapes, after a first call of the same shapes. For loops over many
/// small functions. Throws: ShapeError if `jacobian` is of another fixed size.
template <class F, detail::Differentiable P, class Value, class J, class... Args>
void value_and_jacobian_into(F&& f, const P& params, Value& value, Eigen::PlainObjectBase<J>& jacobian,
                             const Args&... args) {
  using S = detail::innermost_scalar_t<P, Args...>;
  const auto take = [&value](const auto& result) { detail::take_value<S>(value, result); };
  detail::any_jacobian(f, params, jacobian.derived(), take, args...);
}

}  // namespace grove
