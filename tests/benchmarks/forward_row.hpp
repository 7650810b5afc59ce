// Gradients by forward mode: one evaluation on numbers that carry a tangent for each input.
#pragma once

#include <Eigen/Dense>
#include <array>
#include <autodiff/autodiff.hpp>
#include <cstddef>
#include <memory>
#include <string>

#include "workload.hpp"

namespace benchmarks {

/// Grove's Dual with N directions. Peers have classes of the same shape in peers/forward.hpp.
template <int N>
struct GroveForward {
  using Scalar = grove::Dual<double, N, true>;
  static std::string name() { return "grove, forward"; }
  static Scalar variable(double value, int i) { return Scalar(value, 1.0, i); }
  static double value(const Scalar& x) { return x.value; }
  static auto gradient(const Scalar& x) {
    Eigen::Vector<double, N> gradient;
    for (int i = 0; i < N; ++i) gradient[i] = x.tangent[i];
    return gradient;
  }
};

/// A forward-mode row of `loss(make<T>(x))` at x, T the dual number of `Forward`.
template <class Forward, int N, class Loss, class Make>
Row forward_row(Loss loss, Make make, const Eigen::Vector<double, N>& at, double target = 0) {
  using T = typename Forward::Scalar;
  const auto result = std::make_shared<Eigen::VectorXd>(1 + N);
  const auto compute = [=] {
    std::array<T, static_cast<std::size_t>(N)> x;
    for (int i = 0; i < N; ++i) x[static_cast<std::size_t>(i)] = Forward::variable(at[i], i);
    const T y = loss(make.template operator()<T>(x));
    (*result)[0] = Forward::value(y);
    result->template tail<N>() = Forward::gradient(y);
  };
  return row(
      Forward::name(), compute, [=] { return *result; }, target);
}

}  // namespace benchmarks
