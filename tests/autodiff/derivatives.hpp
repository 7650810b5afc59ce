// Checks of first and second derivatives of a loss of one matrix by central differences.
#pragma once

#include <Eigen/Core>

#include "autodiff/autodiff.hpp"
#include "tests/autodiff/agreement.hpp"
#include "tests/catch.hpp"

namespace grove_test {

/// The largest difference, relative to the larger array or to 1.
inline double relative_difference(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
  if (a.size() == 0) return 0;
  const double scale = std::max({1.0, a.cwiseAbs().maxCoeff(), b.cwiseAbs().maxCoeff()});
  const double difference = (a - b).cwiseAbs().maxCoeff();
  return std::isfinite(difference) ? difference / scale : 1e300;
}

/// The derivative of g (a number or a matrix, as a matrix) in element k of x (by columns), with an error of O(h⁴).
template <class G, class X>
Eigen::MatrixXd central_difference(const G& g, const X& x, Eigen::Index k, double h) {
  const auto at = [&](double step) {
    X moved = x;
    moved(k % x.rows(), k / x.rows()) += step;
    return Eigen::MatrixXd(g(moved));
  };
  return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
}

template <class F, class X>
double gradient_error(const F& f, const X& x) {
  const X gradient = grove::grad(f)(x);
  X numeric = x;
  const auto value = [&](const X& at) { return Eigen::MatrixXd::Constant(1, 1, grove::evaluate(f, at)); };
  for (Eigen::Index k = 0; k < x.size(); ++k)
    numeric(k % x.rows(), k / x.rows()) = central_difference(value, x, k, 3e-4)(0, 0);
  return relative_difference(gradient, numeric);
}

template <class F, class X>
double hessian_error(const F& f, const X& x) {
  const Eigen::MatrixXd exact = grove::hessian(f)(x);
  Eigen::MatrixXd numeric(x.size(), x.size());
  const auto gradient = [&](const X& at) {
    const Eigen::MatrixXd g = grove::grad(f)(at);
    return Eigen::MatrixXd(g.reshaped());
  };
  for (Eigen::Index k = 0; k < x.size(); ++k) numeric.col(k) = central_difference(gradient, x, k, 3e-4);
  return relative_difference(exact, numeric);
}

/// First and second derivatives of f at x.
template <class F, class X>
void check_derivatives(const F& f, const X& x) {
  CHECK(gradient_error(f, x) < 1e-8);
  CHECK(hessian_error(f, x) < 1e-7);
}

/// The same, of members of Eigen's: f has the value that it has on plain Eigen.
template <class F, class X>
void check_like_eigen(const F& f, const X& x) {
  CHECK(grove::evaluate(f, x) == Approx(f(x)).epsilon(1e-12));
  check_derivatives(f, x);
}

/// f has its value, gradient and Hessian at x, in either mode and by differences of plain values: see agreement.hpp.
template <class F, class X>
void check_agreement(const F& f, const X& x) {
  CHECK(grove::test::second_order_disagreement({}, f, x) == "");
}

/// The message of the exception of type E that f throws, or a remark that it threw none.
template <class E, class F>
std::string message_of(const F& f) {
  try {
    f();
  } catch (const E& e) {
    return e.what();
  }
  return "nothing thrown";
}

/// A well conditioned matrix that is the same in every run.
inline Eigen::MatrixXd sample(Eigen::Index rows, Eigen::Index cols, double shift = 0) {
  Eigen::MatrixXd a(rows, cols);
  for (Eigen::Index j = 0; j < cols; ++j) {
    for (Eigen::Index i = 0; i < rows; ++i)
      a(i, j) = std::sin(1.7 * double(i) + 2.9 * double(j) + 0.8 * double(i * j) + shift) + (i == j ? 2.5 : 0.0);
  }
  return a;
}

/// Sum of the squares and of a fixed pattern of weights: a scalar in which every element of x counts differently.
/// Element by element, since a fused sum would be compiled anew for each expression x.
template <class X>
auto weigh(const X& x) {
  const Eigen::MatrixXd w = sample(x.rows(), x.cols(), 0.3);
  const auto& y = x.eval();
  auto total = y(0, 0) * 0.0;
  for (Eigen::Index j = 0; j < w.cols(); ++j) {
    for (Eigen::Index i = 0; i < w.rows(); ++i) {
      const auto element = y(i, j);
      total += element * element * 0.5;
      total += element * w(i, j);
    }
  }
  return total;
}

}  // namespace grove_test
