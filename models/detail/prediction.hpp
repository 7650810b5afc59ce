// What models are made of: products and sums that check shapes for plain data too, and results that nothing outlives.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "../../autodiff/autodiff.hpp"

namespace grove::models::detail {

/// x · w.  Throws: ShapeError, for plain operands as for active ones.
template <class X, class W>
auto product(const X& x, const W& w) {
  grove::detail::check_inner_sizes("matmul", x.rows(), x.cols(), w.rows(), w.cols());
  return x * w;
}

/// The same vector added to every row of x.  Throws: ShapeError.
template <class X, class V>
auto add_to_rows(const X& x, const V& v) {
  if (v.size() != x.cols()) grove::detail::throw_shapes("rowwise", x.rows(), x.cols(), v.rows(), v.cols());
  return x.rowwise() + v;
}

/// What a model returns: a number, or the value of an expression, safe inside others.
template <class Y>
auto prediction(const Y& y) {
  if constexpr (grove::detail::Number<Y>) {
    return y;
  } else if constexpr (grove::detail::EigenDense<Y>) {
    return grove::detail::owned(y);
  } else {
    return y.eval();
  }
}

/// The column of the largest value of each row.
inline std::vector<int> largest_of_rows(const Eigen::MatrixXd& values) {
  std::vector<int> result;
  result.reserve(static_cast<std::size_t>(values.rows()));
  for (Eigen::Index i = 0; i < values.rows(); ++i) {
    Eigen::Index best = 0;
    values.row(i).maxCoeff(&best);
    result.push_back(static_cast<int>(best));
  }
  return result;
}

}  // namespace grove::models::detail
