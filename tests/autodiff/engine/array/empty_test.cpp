// Arrays without elements, through views, reductions, joins and products. What they do to null pointers is for the
// sanitizer to see.
#include <Eigen/Dense>
#include <autodiff/autodiff.hpp>
#include <utility>

#include "tests/catch.hpp"

using namespace grove;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

/// All that can be done to an r×c matrix with r·c = 0; 0 for any of them.
template <class T>
auto nothing_of(const T& x) {
  scalar_t<T> zero = 0;
  const Index r = x.rows(), c = x.cols();
  for (Index i = 0; i < r; ++i) zero += sum(x.row(i)) + x.row(i).squaredNorm();
  for (Index j = 0; j < c; ++j) zero += sum(x.col(j)) + sum(square(x.col(j).array()));
  const auto both = [&](const auto& part) {
    zero += sum(part) + sum(square(part.array()) * 2.0) + part.squaredNorm() + sum(exp(part));
    zero += sum(part.transpose()) + sum(part.array() + part.array());
  };
  both(x);
  both(x.topRows(r));
  both(x.bottomRows(r / 2));
  both(x.leftCols(c / 2));
  both(x.rightCols(c));
  both(x.block(r / 2, c / 2, r - r / 2, c - c / 2));
  both(x.block(r, c, 0, 0));
  both(x.middleRows(r, 0));
  both(x.middleCols(c, 0));
  both(x.bottomRightCorner(r, c));
  zero += sum(x.rowwise().sum()) + sum(x.colwise().sum()) + sum(x.diagonal());
  zero += sum(x.reshaped(c, r)) + sum(x.reverse()) + sum(x.replicate(2, 3));
  zero += sum(x * x.transpose()) + sum(x.transpose() * x) + sum(x.transpose() * MatrixXd::Ones(r, 2));
  zero += sum(MatrixXd::Ones(2, r) * x) + sum(hcat(x, x)) + sum(vcat(x, x));
  zero += sum(map([](const auto& a) { return a * a; }, x));
  zero += sum(where(value_of(x).array() > 0, x.array(), 2.0 * x.array()));
  return zero;
}

template <class T>
auto nothing_of_vector(const T& x) {
  scalar_t<T> zero = sum(x) + x.squaredNorm() + x.dot(x);
  for (const auto& part : {x.head(0), x.tail(0), x.segment(0, 0)}) zero += sum(part);
  for (const auto& entry : x) zero += entry;
  zero += sum(cumsum(x)) + sum(x.array() * VectorXd::Ones(0).array()) + sum(x * x.transpose());
  zero += sum(x.transpose() * MatrixXd::Ones(0, 3)) + sum(MatrixXd::Ones(3, 0) * x);
  return zero;
}

}  // namespace

TEST_CASE("arrays without elements give sums of 0 and gradients without elements") {
  for (const auto& [rows, cols] : {std::pair{0, 0}, {0, 3}, {3, 0}, {1, 0}, {0, 1}}) {
    CAPTURE(rows, cols);
    const auto loss = [](const auto& x) { return nothing_of(x); };
    const auto [value, gradient] = value_and_grad(loss)(MatrixXd(rows, cols));
    CHECK(value == 0);
    CHECK(gradient.rows() == rows);
    CHECK(gradient.cols() == cols);
    CHECK(evaluate(loss, MatrixXd(rows, cols)) == 0);
  }
  const auto loss = [](const auto& x) { return nothing_of_vector(x); };
  CHECK(grad(loss)(VectorXd(0)).size() == 0);
}

TEST_CASE("an empty view of an array with elements, and elements beside an empty array") {
  const auto loss = [](const auto& x) {
    auto none = x.leftCols(0);
    auto all = hcat(none, x, none);
    return sum(square(all.array())) + sum(x.row(0).head(0)) + sum(x.col(1).tail(0)) + nothing_of(none);
  };
  const MatrixXd x = MatrixXd::Ones(3, 2);
  CHECK(grad(loss)(x) == 2 * x);
}
