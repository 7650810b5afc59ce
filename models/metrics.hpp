// How good predictions are: of numbers, of classes, of probabilities.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <vector>

#include "../autodiff/detail/message.hpp"
#include "../autodiff/error.hpp"

namespace grove::models {
namespace detail {

/// Throws: ShapeError unless both have as many entries, DataError if there are none.
template <class A, class B>
void check_pairs(const char* who, const A& truth, const B& predicted) {
  const auto n = static_cast<Eigen::Index>(truth.size()), m = static_cast<Eigen::Index>(predicted.size());
  if (n != m) throw ShapeError(grove::detail::fill("{}: there are {} observations and {} predictions", {who, n, m}));
  if (n == 0) throw DataError(grove::detail::fill("{}: there are no observations", {who}));
}

/// Throws: ShapeError unless both have the same shape (a vector may be an array), DataError if they are empty.
template <class A, class B>
void check_shapes(const char* who, const A& truth, const B& predicted) {
  if (truth.rows() != predicted.rows() || truth.cols() != predicted.cols())
    throw ShapeError(grove::detail::fill("{}: the observations are {} and the predictions {}",
                                         {who, grove::detail::shape_text(truth.rows(), truth.cols()),
                                          grove::detail::shape_text(predicted.rows(), predicted.cols())}));
  check_pairs(who, truth, predicted);
}

}  // namespace detail

/// 1 - Σ(y - ŷ)² / Σ(y - ȳ)²; of matrices the mean of that of their columns. Where y is constant it is 1 if the
/// predictions are exact, else 0.  Throws: ShapeError, DataError if there are no observations.
template <class Y, class P>
double r_squared(const Y& y, const P& predicted) {
  detail::check_shapes("r_squared", y, predicted);
  double sum = 0;
  for (Eigen::Index j = 0; j < y.cols(); ++j) {
    const Eigen::ArrayXd truth = y.col(j).array().template cast<double>();
    const double left = (truth - predicted.col(j).array().template cast<double>()).square().sum();
    const double total = (truth - truth.mean()).square().sum();
    sum += total > 0 ? 1 - left / total : (left > 0 ? 0.0 : 1.0);
  }
  return sum / static_cast<double>(y.cols());
}

/// mean |y - ŷ|.  Throws as `r_squared` does.
template <class Y, class P>
double mean_absolute_error(const Y& y, const P& predicted) {
  detail::check_shapes("mean_absolute_error", y, predicted);
  return static_cast<double>((y.array() - predicted.array()).abs().mean());
}

/// √(mean (y - ŷ)²).  Throws as `r_squared` does.
template <class Y, class P>
double root_mean_squared_error(const Y& y, const P& predicted) {
  detail::check_shapes("root_mean_squared_error", y, predicted);
  return std::sqrt(static_cast<double>((y.array() - predicted.array()).square().mean()));
}

/// The share of labels that are predicted. Both are vectors of anything that can be compared.
/// Throws: ShapeError unless they are of one length, DataError if that is zero.
template <class L, class P>
double accuracy(const L& labels, const P& predicted) {
  detail::check_pairs("accuracy", labels, predicted);
  std::ptrdiff_t right = 0;
  const auto n = labels.size();
  for (std::remove_const_t<decltype(n)> i = 0; i < n; ++i)
    right += labels[i] == predicted[static_cast<decltype(predicted.size())>(i)] ? 1 : 0;
  return static_cast<double>(right) / static_cast<double>(n);
}

/// How often class j is predicted where the label is i: row i, column j. As many rows as the largest class needs.
/// Throws: ShapeError unless they are of one length, DataError if a class is negative or there is none.
inline Eigen::MatrixXi confusion(const std::vector<int>& labels, const std::vector<int>& predicted) {
  detail::check_pairs("confusion", labels, predicted);
  const int lowest =
      std::min(*std::min_element(labels.begin(), labels.end()), *std::min_element(predicted.begin(), predicted.end()));
  if (lowest < 0) throw DataError(grove::detail::fill("confusion: classes are numbered from 0, got {}", {lowest}));
  const int classes = 1 + std::max(*std::max_element(labels.begin(), labels.end()),
                                   *std::max_element(predicted.begin(), predicted.end()));
  Eigen::MatrixXi counts = Eigen::MatrixXi::Zero(classes, classes);
  for (std::size_t i = 0; i < labels.size(); ++i) ++counts(labels[i], predicted[i]);
  return counts;
}

/// The area under the ROC curve: the probability that a random observation of label 1 has a higher score than one of
/// label 0, ties counting half. O(n log n).
/// Throws: ShapeError unless there is a score for each label, DataError unless both labels occur and no score is NaN.
template <class L, class S>
double roc_auc(const L& labels, const S& scores) {
  detail::check_pairs("roc_auc", labels, scores);
  using Index = decltype(labels.size());
  using ScoreIndex = decltype(scores.size());
  std::vector<Index> order(static_cast<std::size_t>(labels.size()));
  std::iota(order.begin(), order.end(), Index{0});
  const auto score = [&](Index i) { return static_cast<double>(scores[static_cast<ScoreIndex>(i)]); };
  for (const Index i : order) {
    if (std::isnan(score(i)))
      throw DataError(grove::detail::fill("roc_auc: score {} is {}", {static_cast<Eigen::Index>(i), score(i)}));
    if (labels[i] != 0 && labels[i] != 1)
      throw DataError(grove::detail::fill("roc_auc: label {} is {}, labels are 0 or 1",
                                          {static_cast<Eigen::Index>(i), static_cast<double>(labels[i])}));
  }
  std::sort(order.begin(), order.end(), [&](Index a, Index b) { return score(a) < score(b); });
  double zeros = 0, ones = 0, wins = 0;
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    double tied_zeros = 0, tied_ones = 0;
    for (; end < order.size() && score(order[end]) == score(order[begin]); ++end)
      ++(labels[order[end]] == 1 ? tied_ones : tied_zeros);
    wins += tied_ones * (zeros + tied_zeros / 2);
    zeros += tied_zeros;
    ones += tied_ones;
  }
  if (zeros == 0 || ones == 0) throw DataError(grove::detail::fill("roc_auc: every label is {}", {zeros == 0 ? 1 : 0}));
  return wins / (zeros * ones);
}

}  // namespace grove::models
