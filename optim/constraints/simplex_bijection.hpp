// The bijection onto the simplex.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>

#include "detail/bijection_entries.hpp"

namespace grove::optim::bijections {

/// What `simplex` returns.
struct Simplex {
  static constexpr bool elementwise = false;

  template <class X>
  auto forward(const X& x) const {
    using T = detail::number_t<X>;
    const auto in = detail::entries("simplex", x);
    const auto shifted = weights(in);
    T total = shifted.sum();
    detail::Column<T> y(in.size() + 1);
    for (Eigen::Index i = 0; i < y.size(); ++i) y(i) = shifted(i) / total;
    return Vector<T>(y);
  }
  template <class Y>
  auto inverse(const Y& y) const {
    using T = detail::number_t<Y>;
    using std::log;
    const auto in = detail::entries("simplex", y);
    if (in.size() == 0) throw ShapeError("simplex: inverse: there is no simplex of 0 numbers");
    for (Eigen::Index i = 0; i < in.size(); ++i) {
      if (!(detail::od::plain(in(i)) > 0)) detail::throw_outside("simplex", in(i), "positive");
    }
    detail::Column<T> x(in.size() - 1);
    const T last = log(in(in.size() - 1));
    for (Eigen::Index i = 0; i < x.size(); ++i) x(i) = log(in(i)) - last;
    return Vector<T>(x);
  }
  /// Σ ln yᵢ over all n
  template <class X>
  auto log_det_jacobian(const X& x) const {
    using T = detail::number_t<X>;
    using std::log;
    const auto in = detail::entries("simplex", x);
    T sum = 0;
    for (Eigen::Index i = 0; i < in.size(); ++i) sum += in(i);
    const T total = weights(in).sum();
    const auto number = [&](double value) { return detail::od::in_scalar_of(total, value); };
    return T(sum - number(static_cast<double>(in.size() + 1)) * (log(total) + number(largest(in))));
  }

 private:
  template <class T>
  static double largest(const detail::Column<T>& in) {
    double most = 0;
    for (Eigen::Index i = 0; i < in.size(); ++i) most = std::max(most, detail::od::plain(in(i)));
    return most;
  }
  /// e^(xᵢ - m), and last e^(0 - m), with m the largest of all.
  template <class T>
  static detail::Column<T> weights(const detail::Column<T>& in) {
    using std::exp;
    const double most = largest(in);
    detail::Column<T> result(in.size() + 1);
    for (Eigen::Index i = 0; i < in.size(); ++i) result(i) = exp(in(i)-detail::od::in_scalar_of(in(i), most));
    result(in.size()) = T(std::exp(-most));
    return result;
  }
};

/// n positive numbers that sum to 1, of n - 1 unconstrained ones: y = softmax(x₁ … xₙ₋₁, 0). xᵢ = ln(yᵢ / yₙ).
///
/// The determinant is that of the first n - 1 entries of y: ln |det| = Σ ln yᵢ over all n.
/// Source: Aitchison 1982, the additive log-ratio
inline Simplex simplex() { return {}; }

}  // namespace grove::optim::bijections
