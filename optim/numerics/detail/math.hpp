// Functions that the formulas of elementwise links use on array blocks, active arrays and active scalars alike.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <type_traits>

namespace grove::optim::detail {

/// The scalar of a leaf as tree functions show it.
template <class View>
struct ViewScalar {
  using type = View;
};
template <class View>
requires requires(const View& view) {
  typename View::Scalar;
  view.rows();
}
struct ViewScalar<View> {
  using type = typename View::Scalar;
};
template <class View>
using view_scalar_t = typename ViewScalar<std::remove_cvref_t<View>>::type;

/// A hyperparameter in the scalar of a leaf; active hyperparameters stay as they are.
template <class View, class Real>
auto in_scalar_of(const View& /*view*/, const Real& x) {
  using S = view_scalar_t<View>;
  if constexpr (std::is_floating_point_v<S> && std::is_arithmetic_v<Real>) {
    return static_cast<S>(x);
  } else {
    return x;
  }
}

/// A number as a double, a variable as it is: what is computed from it keeps its derivative.
template <class S>
auto widened(const S& x) {
  if constexpr (std::is_arithmetic_v<S>) {
    return static_cast<double>(x);
  } else {
    return x;
  }
}

/// Elements of a block: 4 KiB for each of the four or five arrays that a step touches stay in a first-level cache.
template <class Scalar>
inline constexpr Eigen::Index block_size = 4096 / static_cast<Eigen::Index>(sizeof(Scalar));

/// A copy of the block that a link works on, for formulas that need an old value after its place was written. Blocks go
/// to the stack.
template <class X>
auto copy_of(const X& x) {
  if constexpr (requires { typename X::PlainObject; }) {
    using S = typename X::Scalar;
    if constexpr (std::is_floating_point_v<S> && X::ColsAtCompileTime == 1) {
      return Eigen::Array<S, Eigen::Dynamic, 1, Eigen::ColMajor, block_size<S>, 1>(x);
    } else {
      return typename X::PlainObject(x);
    }
  } else {
    return X(x);
  }
}

/// The same for whole leaves, which may be larger than a block.
template <class X>
auto leaf_copy_of(const X& x) {
  if constexpr (requires { x.rows(); } && std::is_floating_point_v<view_scalar_t<X>>) {
    return Eigen::Array<view_scalar_t<X>, Eigen::Dynamic, Eigen::Dynamic>(x);
  } else {
    return copy_of(x);
  }
}

template <class X>
auto sqrt_of(const X& x) {
  using std::sqrt;
  return sqrt(x);
}

template <class X>
auto cbrt_of(const X& x) {
  if constexpr (requires { typename X::PlainObject; }) {  // Eigen has no cube root of arrays
    return x.unaryExpr([](const auto& element) {
      using std::cbrt;
      return cbrt(element);
    });
  } else {
    using std::cbrt;
    return cbrt(x);
  }
}

template <class X>
auto abs_of(const X& x) {
  using std::abs;
  return abs(x);
}

template <class X>
auto tanh_of(const X& x) {
  using std::tanh;
  return tanh(x);
}

/// condition ? a : b, element by element; the side that is not taken leaves no trace.
template <class C, class A, class B>
auto select(const C& condition, const A& a, const B& b) {
  if constexpr (std::is_same_v<C, bool>) {
    using R = std::conditional_t<std::is_arithmetic_v<A>, B, A>;
    return condition ? R(a) : R(b);
  } else if constexpr (requires { condition.select(a, b); }) {
    // A number in the scalar of the array, or arrays of floats would be given ints.
    if constexpr (std::is_arithmetic_v<A> && !std::is_arithmetic_v<B>) {
      return condition.select(in_scalar_of(b, a), b);
    } else if constexpr (std::is_arithmetic_v<B> && !std::is_arithmetic_v<A>) {
      return condition.select(a, in_scalar_of(a, b));
    } else {
      return condition.select(a, b);
    }
  } else {
    return where(condition, a, b);
  }
}

/// The sign of each element; 0, -0 and NaN are their own sign.
template <class X>
auto sign_of(const X& x) {
  return select(x > 0, 1, select(x < 0, -1, x));
}

/// The larger of two. NaN on either side gives NaN, unlike std::max and std::fmax.
template <class A, class B>
auto max_of(const A& a, const B& b) {
  return select(a < b, b, select(b != b, b, a));
}

}  // namespace grove::optim::detail
