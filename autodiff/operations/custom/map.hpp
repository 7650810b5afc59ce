// A scalar function applied to each element of arrays.
#pragma once

#include <new>

#include "fuse.hpp"

namespace grove {
namespace detail {

/// The shape of the operands of a map; numbers and variables stand for arrays of equal elements.
template <class... X>
struct MapShape {
  Index rows = -1, cols = -1;

  explicit MapShape(const X&... x) { (add(x), ...); }

 private:
  template <class T>
  void add(const T& x) {
    if constexpr (Dense<T>) {
      if (rows < 0) rows = x.rows(), cols = x.cols();
      check_same_shape("map", rows, cols, x.rows(), x.cols());
    }
  }
};

/// The first dense one of the operands gives the result its kind and order, all give it their static sizes.
template <class S, class First, class... Rest>
struct map_result {
  using type = typename map_result<S, Rest...>::type;
};
template <class S, Dense First, class... Rest>
struct map_result<S, First, Rest...> {
  using type = with_scalar<typename First::PlainObject, S>;
};

/// The value of an operand, a term or a plain one, at (i, j).
template <class S, class X>
S map_value(const X& x, Index i, Index j) {
  if constexpr (is_number<X>) {
    return S(x);
  } else if constexpr (requires { x.value; }) {
    return x.value;
  } else {
    return S(x.map().coeff(i, j));
  }
}

template <class S, class Term>
void map_pullback(const Term& x, Index i, Index j, const S& c) {
  if constexpr (Term::has_adjoint) {
    if (!x.is_active()) return;
    if constexpr (is_array_term<Term>) {
      x.adjoint_map().coeffRef(i, j) += c;
    } else {
      *current_tape<S>->adjoint(x.slot) += c;
    }
  }
}

/// One node: values and partials come from forward mode, an element at a time.
template <class Plain, class S, class Lanes, class F, class... Terms>
struct MapNode;
template <class Plain, class S, int... Lanes, class F, class... Terms>
struct MapNode<Plain, S, std::integer_sequence<int, Lanes...>, F, Terms...> {
  static constexpr int n = (0 + ... + (Lanes >= 0 ? 1 : 0));
  using D = Dual<S, n, true>;

  static auto run(const F& f, Index rows, Index cols, const Terms&... x) {
    const bool active = (x.is_active() || ...);
    const auto y = allocate<Plain>(rows, cols, active);
    auto values = writable(y);
    S* partials = current_tape<S>->allocate_values(static_cast<std::size_t>(n * rows * cols));
    S* partial = partials;
    for (Index j = 0; j < cols; ++j) {
      for (Index i = 0; i < rows; ++i) {
        const D result(f(argument<Lanes>(map_value<S>(x, i, j))...));
        values.coeffRef(i, j) = result.value;
        for (int lane = 0; lane < n; ++lane) new (partial++) S(result.tangent[lane]);
      }
    }
    if (active) {
      record(y, [partials, x...](auto& y_bar) {
        const S* p = partials;
        for (Index j = 0; j < y_bar.cols(); ++j) {
          for (Index i = 0; i < y_bar.rows(); ++i, p += n) {
            const S c = y_bar.coeff(i, j);
            if (is_exact_zero(c)) continue;
            (map_pullback<S>(x, i, j, partial_of<Lanes>(c, p)), ...);
          }
        }
      });
    }
    return y;
  }

 private:
  template <int Lane>
  static auto argument(const S& x) {
    if constexpr (Lane >= 0) {
      return D(x, S(1), Lane);
    } else {
      return x;
    }
  }
  template <int Lane>
  static S partial_of(const S& c, const S* p) {
    return Lane >= 0 ? S(c * p[Lane < 0 ? 0 : Lane]) : S(0);
  }
};

template <class Plain, class S, class F, class... Terms>
auto run_map(const F& f, Index rows, Index cols, const Terms&... x) {
  using Lanes = typename lanes_of<S, std::conditional_t<Terms::has_adjoint, Var<S>, S>...>::type;
  return MapNode<Plain, S, Lanes, F, Terms...>::run(f, rows, cols, x...);
}

}  // namespace detail

/// f(a, b, …) of each element of arrays of one shape, as one node, however long f is; numbers and variables among the
/// arguments stand for arrays of equal elements: `map([](auto x, auto s) { return x / (1 + exp(s * x)); }, x, s)`.
///
/// f is a generic function of numbers without side effects; all variables that it depends on are among the arguments (a
/// captured variable does not compile; x.unaryExpr takes such functions, more slowly). Partials come from forward mode,
/// so derivatives of any order work. Shapes: that of the arrays. Throws: ShapeError if they differ.
template <class F, detail::Operand... X>
requires(detail::any_dense<X...>) auto map(const F& f, const X&... x) {
  using S = detail::tape_scalar_t<X...>;
  const detail::MapShape<X...> shape(x...);
  if constexpr (std::is_void_v<S>) {
    using T = decltype(f(std::declval<typename detail::element_type<X>::type>()...));
    typename detail::map_result<T, X...>::type y(shape.rows, shape.cols);
    for (Index j = 0; j < shape.cols; ++j) {
      for (Index i = 0; i < shape.rows; ++i) y.coeffRef(i, j) = f(detail::element_of(x, i, j)...);
    }
    return detail::Owned(std::move(y));
  } else {
    return detail::run_map<typename detail::map_result<S, X...>::type, S>(f, shape.rows, shape.cols,
                                                                          detail::term_of<S>(x)...);
  }
}

// ---- Members --------------------------------------------------------------------------------------------------------

namespace detail {

/// f(xᵢⱼ, …) of variables, element by element.
template <class F, class X, class... Y>
auto each_of(const F& f, const X& x, const Y&... y) {
  using S = typename X::S;
  auto* memory = current_tape<S>->template allocate_array<Var<S>>(static_cast<std::size_t>(x.size()));
  Eigen::Map<with_scalar<typename X::PlainObject, Var<S>>> variables(memory, x.rows(), x.cols());
  for (Index j = 0; j < x.cols(); ++j) {
    for (Index i = 0; i < x.rows(); ++i) new (&variables.coeffRef(i, j)) Var<S>(f(x.coeff(i, j), y.coeff(i, j)...));
  }
  return Active<typename X::PlainObject>(variables);
}

template <class Derived>
template <class F>
auto DenseOps<Derived>::unaryExpr(const F& f) const {
  return each_of(f, evaluated(self()));
}
template <class Derived>
template <class Other, class F>
auto DenseOps<Derived>::binaryExpr(const Other& other, const F& f) const {
  check_same_shape("binaryExpr", self().rows(), self().cols(), other.rows(), other.cols());
  return each_of(f, evaluated(self()), other.eval());
}

}  // namespace detail
}  // namespace grove
