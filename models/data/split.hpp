// Shuffling and splitting of rows: seeded, and the same on every platform.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <random>  // std::mt19937_64: its output is fixed by the standard, that of the distributions is not
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "../../autodiff/error.hpp"

namespace grove::models {

/// Row numbers.
using Rows = std::vector<Eigen::Index>;

namespace detail {

// Uniform in [0, bound) without bias: draws beyond the last whole multiple of the bound are thrown away.
inline std::uint64_t draw_below(std::uint64_t bound, std::mt19937_64& rng) {
  const std::uint64_t limit = std::mt19937_64::max() - std::mt19937_64::max() % bound;
  std::uint64_t drawn = rng();
  while (drawn >= limit) drawn = rng();
  return drawn % bound;
}

}  // namespace detail

/// The numbers 0 … n-1 in an order that depends on the seed alone.
inline Rows permutation(Eigen::Index n, std::uint64_t seed) {
  Rows result(static_cast<std::size_t>(n));
  std::iota(result.begin(), result.end(), Eigen::Index{0});
  std::mt19937_64 rng(seed);
  for (std::size_t i = result.size(); i > 1; --i) std::swap(result[i - 1], result[detail::draw_below(i, rng)]);
  return result;
}

/// The rows of `x` of those numbers, in that order.  Throws: grove::ShapeError if a number is out of range.
template <class Derived>
typename Derived::PlainObject select_rows(const Eigen::DenseBase<Derived>& x, const Rows& rows) {
  typename Derived::PlainObject result(static_cast<Eigen::Index>(rows.size()), x.cols());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] < 0 || rows[i] >= x.rows())
      throw ShapeError(fmt::format("select_rows: row {} of {} asked for", rows[i], x.rows()));
    result.row(static_cast<Eigen::Index>(i)) = x.row(rows[i]);
  }
  return result;
}

/// Rows to fit on and rows held back.
struct Split {
  Rows train;  ///< rows to fit to
  Rows test;   ///< rows held back
};

/// How `split` divides.
struct SplitOptions {
  double test_fraction = 0.2;  ///< in (0, 1); at least one row goes to either side
  std::uint64_t seed = 0;      ///< the same seed divides in the same way
};

/// Divides n rows at random into train and test.
///
///   auto [train, test] = split(x.rows(), {.test_fraction = 0.25, .seed = 1});
///   Eigen::MatrixXd x_train = select_rows(x, train);
///
/// Throws: grove::HyperparameterError for a fraction outside (0, 1); grove::DataError if there are fewer than two rows.
inline Split split(Eigen::Index n, const SplitOptions& options = {}) {
  if (!(options.test_fraction > 0 && options.test_fraction < 1))
    throw HyperparameterError(fmt::format("split: test_fraction must lie in (0, 1), got {}", options.test_fraction));
  if (n < 2) throw DataError(fmt::format("split: {} row(s) cannot be divided into train and test", n));
  const Rows order = permutation(n, options.seed);
  const double wanted = std::round(options.test_fraction * static_cast<double>(n));
  const auto held_back = static_cast<std::ptrdiff_t>(std::min(std::max(wanted, 1.0), static_cast<double>(n - 1)));
  return {Rows(order.begin() + held_back, order.end()), Rows(order.begin(), order.begin() + held_back)};
}

/// k splits whose test parts are disjoint and together hold every row (cross-validation).
/// Throws: grove::HyperparameterError unless 2 ≤ k ≤ n.
inline std::vector<Split> k_fold(Eigen::Index n, Eigen::Index k, std::uint64_t seed = 0) {
  if (k < 2 || k > n) throw HyperparameterError(fmt::format("k_fold: k must lie in [2, {}], got {}", n, k));
  const Rows order = permutation(n, seed);
  std::vector<Split> folds(static_cast<std::size_t>(k));
  for (std::size_t i = 0; i < order.size(); ++i)
    for (std::size_t fold = 0; fold < folds.size(); ++fold)
      (i % folds.size() == fold ? folds[fold].test : folds[fold].train).push_back(order[i]);
  return folds;
}

}  // namespace grove::models
