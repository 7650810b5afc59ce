// Derivatives of what solves an equation, by the implicit function theorem.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <type_traits>
#include <utility>

#include "../../../autodiff/derivatives/jacobian.hpp"
#include "../../../autodiff/error.hpp"
#include "../../../autodiff/operations/custom/custom_vjp.hpp"
#include "../../../autodiff/operations/operations.hpp"
#include "../../../autodiff/tree/tree.hpp"
#include "../../numerics/detail/check.hpp"

namespace grove::optim::detail {

/// The plain numbers below all derivatives that are being taken.
template <class T>
auto plain_of(const T& x) {
  if constexpr (!tree::Pytree<T> && !grove::detail::Dense<T>) {
    return x;  // data, or a function
  } else if constexpr (grove::detail::depth_of<typename grove::detail::scalar_of_argument<T>::type> == 0) {
    return grove::detail::as_value(grove::detail::settled(x));
  } else {
    return plain_of(grove::value_of(x));
  }
}

/// The same without a copy of what is plain already.
template <class T>
decltype(auto) plain_argument(const T& x) {
  if constexpr (grove::detail::depth_of<typename grove::detail::scalar_of_argument<T>::type> == 0) {
    return grove::detail::settled(x);
  } else {
    return plain_of(x);
  }
}

/// The scalar that a function's result has.
template <class F, class... Args>
using result_scalar_t = typename grove::detail::scalar_of_argument<
    std::remove_cvref_t<std::invoke_result_t<const F&, const Args&...>>>::type;

/// The tree with f(number, position in the order of tree::flatten) in place of each number, a number of type T.
template <class T, class P, class F>
auto with_numbers(const P& like, const F& f) {
  using To = grove::detail::rebind_t<P, T>;
  To result{};
  tree::detail::match_structure(result, like);
  Eigen::Index position = 0;
  tree::detail::visit_leaves(
      [&]<class L>(auto& to, const L& from) {
        if constexpr (grove::detail::Dense<L>) {
          grove::detail::with_scalar<typename L::PlainObject, T> numbers(from.rows(), from.cols());
          for (Eigen::Index j = 0; j < from.cols(); ++j) {
            for (Eigen::Index i = 0; i < from.rows(); ++i) numbers(i, j) = f(T(from(i, j)), position++);
          }
          to = std::remove_cvref_t<decltype(to)>(numbers);
        } else {
          to = f(T(from), position++);
        }
      },
      result, like);
  return result;
}

/// The tree as constants of level T; as it is where T is a plain number.
template <class T, class P>
auto lifted(const P& x) {
  if constexpr (std::is_floating_point_v<T>) {
    return x;
  } else {
    return with_numbers<T>(x, [](const T& number, Eigen::Index) { return number; });
  }
}

/// The solution x of residual(x) = 0 with its derivatives. `solution` is a plain tree, `jacobian` the plain Jacobian
/// there; residual(x) may depend on variables of level T.
///
/// A step x - J⁻¹ residual(x) of Newton's method with a constant J gains one order of the Taylor series in whatever the
/// residual depends on. From the plain solution, which has order 0, as many steps as derivatives are being taken give
/// them all. For the first derivative this is the implicit function theorem: the residual is evaluated once with
/// variables, and the backward pass solves once with Jᵀ.
template <class T, class Residual, class P>
auto implicit_solution(const char* function, const Residual& residual, const P& solution,
                       const Eigen::MatrixXd& jacobian) {
  if constexpr (std::is_floating_point_v<T>) {
    return solution;
  } else {
    const auto correct = [&](const auto& x) {
      const auto flat = tree::flatten(grove::detail::settled(residual(x)));
      const Vector<T> rest(Eigen::Matrix<T, Eigen::Dynamic, 1>(flat.template cast<T>()));
      const Vector<T> correction = [&]() -> Vector<T> {
        try {
          return grove::solve(jacobian, rest);
        } catch (const Error&) {
          throw Error(fill("{}: the Jacobian is singular at the solution, so it has no derivative", {function}));
        }
      }();
      return with_numbers<T>(x, [&](const T& number, Eigen::Index k) { return T(number - correction(k)); });
    };
    auto x = correct(lifted<T>(solution));
    for (int order = 1; order < grove::detail::depth_of<T>; ++order) x = correct(x);
    return x;
  }
}

}  // namespace grove::optim::detail
