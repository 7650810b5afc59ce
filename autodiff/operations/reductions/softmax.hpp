// softmax and its logarithm, of a whole array or along rows or columns.
#pragma once

#include "detail/along.hpp"

namespace grove {
namespace detail {

/// yᵢ = e^(xᵢ - m) / Σ e^(xⱼ - m), m the largest.   x̄ += y ∘ (ȳ - Σ ȳ∘y)
struct SoftmaxOf {
  static void value(const auto& x, auto&& y) {
    using S = scalar_of<decltype(x)>;
    if (x.size() == 0) return;
    y = (x - MaxOf::value(x)).exp();
    // Eigen's vectorised exp ends at a tiny positive number; an element of -inf, a mask, has weight 0.
    if constexpr (std::is_floating_point_v<S>) y = (y < 4 * std::numeric_limits<S>::min()).select(S(0), y);
    const S sum = y.sum();
    y = y / sum;
  }
  static void pullback(const auto&, const auto& y, const auto& y_bar, auto&& x_bar) {
    using S = scalar_of<decltype(y)>;
    const S mean = (y_bar * y).sum();
    x_bar += y * (y_bar - mean);
  }
  static constexpr bool takes_rows = true;
  static void value_of_rows(const auto& x, auto&& y) {
    in_groups_of_rows(x.rows(), [&](Index i, Index n, auto largest, auto sum) {
      exponentials_of_rows(x, y, i, n, largest, sum);
      for (Index j = 0; j < y.cols(); ++j) y.col(j).segment(i, n) /= sum;
    });
  }
  static void pullback_of_rows(const auto& y, const auto& y_bar, auto&& x_bar) {
    in_groups_of_rows(y.rows(), [&](Index i, Index n, auto mean, auto) {
      const auto part = [i, n](auto&& block, Index j) { return block.col(j).segment(i, n); };
      mean.setZero();
      for (Index j = 0; j < y.cols(); ++j) mean += part(y_bar, j) * part(y, j);
      for (Index j = 0; j < y.cols(); ++j) part(x_bar, j) += part(y, j) * (part(y_bar, j) - mean);
    });
  }
};

/// yᵢ = xᵢ - m - ln Σ e^(xⱼ - m), m the largest.   x̄ += ȳ - e^y Σ ȳ
struct LogSoftmaxOf {
  static void value(const auto& x, auto&& y) {
    using std::log, std::isnan;
    using S = scalar_of<decltype(x)>;
    if (x.size() == 0) return;
    y = x - MaxOf::value(x);
    const S sum = y.exp().sum();
    // Tangents of elements that are no number may be zero; those of the result must not be.
    if (isnan(sum)) y = y * S(std::numeric_limits<double>::quiet_NaN());
    const S shift = log(sum);
    y = y - shift;
  }
  static void pullback(const auto&, const auto& y, const auto& y_bar, auto&& x_bar) {
    using S = scalar_of<decltype(y)>;
    const S sum = y_bar.sum();
    x_bar += y_bar - y.exp() * sum;
  }
  static constexpr bool takes_rows = true;
  static void value_of_rows(const auto& x, auto&& y) {
    in_groups_of_rows(x.rows(), [&](Index i, Index n, auto largest, auto sum) {
      exponentials_of_rows(x, y, i, n, largest, sum);
      for (Index k = 0; k < n; ++k) sum[k] = std::log(sum[k]);
      for (Index j = 0; j < y.cols(); ++j) y.col(j).segment(i, n) = x.col(j).segment(i, n) - largest - sum;
    });
  }
  static void pullback_of_rows(const auto& y, const auto& y_bar, auto&& x_bar) {
    in_groups_of_rows(y.rows(), [&](Index i, Index n, auto sum, auto p) {
      const auto part = [i, n](auto&& block, Index j) { return block.col(j).segment(i, n); };
      sum.setZero();
      for (Index j = 0; j < y.cols(); ++j) sum += part(y_bar, j);
      for (Index j = 0; j < y.cols(); ++j) {
        p = part(y, j);
        exp_in_place(p.data(), static_cast<std::size_t>(n));
        part(x_bar, j) += part(y_bar, j) - p * sum;
      }
    });
  }
};

}  // namespace detail

/// eˣ / Σ eˣ, without overflow: positive numbers that sum to 1, over all of x or, for x.rowwise() and x.colwise(), over
/// each row or column. An element of -inf gets 0; if all are -inf, or one is +inf, the result is NaN.
template <detail::Reducible X>
auto softmax(const X& x) {
  return detail::map_along<detail::SoftmaxOf>(x);
}
/// ln softmax x = x - logsumexp x, over all of x or over each row or column.
template <detail::Reducible X>
auto log_softmax(const X& x) {
  return detail::map_along<detail::LogSoftmaxOf>(x);
}

}  // namespace grove
