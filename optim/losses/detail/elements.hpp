// What losses do to their arguments first: elements, rows, and the check that shapes agree.
#pragma once

#include <string_view>
#include <type_traits>

#include "../../../autodiff/autodiff.hpp"

namespace grove::optim::losses {
namespace detail {

using grove::detail::fill;

template <class, class T>
struct dependent {
  using type = T;
};
/// T by a name that depends on X, so that what a template computes with plain arrays is compiled where it is used, and
/// not in every program that includes it.
template <class X, class T = Eigen::ArrayXXd>
using dependent_t = typename dependent<X, T>::type;

/// The elements of a matrix as an array; numbers and arrays as they are.
template <class X>
decltype(auto) elements(const X& x) {
  if constexpr (requires { x.array(); }) {
    return x.array();
  } else {
    return (x);
  }
}

template <class X>
concept IsArray = requires(const X& x) {
  x.rows();
  x.cols();
};

/// An Eigen expression, or what is derived from one, as segments are.
template <class X>
concept IsEigen = requires(const X& x) {
  []<class Derived>(const Eigen::EigenBase<Derived>&) {}(x);
};

/// What a loss returns: a plain Eigen expression would refer to what goes out of scope, so it is evaluated here.
template <class X>
auto evaluated(const X& x) {
  if constexpr (IsEigen<X>) {
    return grove::detail::owned(x);
  } else {
    return x;
  }
}

/// A column or row by its type: one example. A matrix has an example in each row.
template <class X>
constexpr bool is_vector() {
  using T = std::remove_cvref_t<X>;
  return T::RowsAtCompileTime == 1 || T::ColsAtCompileTime == 1;
}

/// What a loss sums over: all of a vector, each row of a matrix.
template <class X>
decltype(auto) examples(const X& x) {
  if constexpr (is_vector<X>()) {
    return (x);
  } else {
    return x.rowwise();
  }
}

/// Throws: ShapeError if two arrays differ in shape.
template <class A, class B>
void check_same_shape(std::string_view function, std::string_view a_name, const A& a, std::string_view b_name,
                      const B& b) {
  if constexpr (IsArray<A> && IsArray<B>) {
    if (a.rows() != b.rows() || a.cols() != b.cols()) {
      throw ShapeError(fill("{}: {} are {}×{} and {} are {}×{}",
                            {function, a_name, a.rows(), a.cols(), b_name, b.rows(), b.cols()}));
    }
  }
}

}  // namespace detail
}  // namespace grove::optim::losses
