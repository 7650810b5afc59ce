#include "autodiff/engine/fusion/small_product.hpp"

#include "autodiff/autodiff.hpp"
#include "tests/catch.hpp"

namespace grove::test {
namespace {

using detail::strided;
using Eigen::MatrixXd;

MatrixXd waves(Eigen::Index rows, Eigen::Index cols, double start) {
  return Eigen::VectorXd::LinSpaced(rows * cols, start, start + 40).array().sin().matrix().reshaped(rows, cols);
}

TEST_CASE("a product by a small matrix is that of its sums, for every number of rows and columns") {
  const MatrixXd whole = waves(250, 9, 0), weights = waves(9, 20, 1);
  for (const Eigen::Index rows : {1, 8, 13, 24, 47, 250}) {
    for (const Eigen::Index cols : {1, 2, 5, 8, 19}) {
      const auto x = whole.topRows(rows);
      const auto w = weights.leftCols(cols);
      const MatrixXd start = waves(rows, cols, 2), turned = w.transpose();
      MatrixXd y = start;
      detail::multiply_by_small(strided(x), rows, 9, strided(w), cols, strided(y), false);
      CHECK((y - start - x.lazyProduct(w)).cwiseAbs().maxCoeff() < 1e-13);
      y.setConstant(std::numeric_limits<double>::quiet_NaN());
      detail::multiply_by_small(strided(x), rows, 9, strided(turned.transpose()), cols, strided(y), true);
      CHECK((y - x.lazyProduct(w)).cwiseAbs().maxCoeff() < 1e-13);
    }
  }
}

TEST_CASE("a small product of columns is that of their dot products") {
  const MatrixXd a = waves(405, 12, 0), b = waves(405, 11, 1);
  for (const Eigen::Index rows : {3, 192, 405}) {
    for (const Eigen::Index cols : {1, 5, 11}) {
      const auto x = a.topRows(rows);
      const auto c = b.block(0, 0, rows, cols);
      const MatrixXd start = waves(12, cols, 2);
      MatrixXd y = start;
      detail::add_small_product(strided(x), 12, strided(c), cols, rows, strided(y));
      CHECK((y - start - x.transpose().lazyProduct(c)).cwiseAbs().maxCoeff() < 1e-12);
    }
  }
}

TEST_CASE("products of matrices of all orders and strides have the values and gradients of their sums") {
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const MatrixXd x = waves(70, 6, 0), w = waves(6, 10, 1), c = waves(70, 10, 2);
  const auto loss = [&c](const auto& a, const auto& b) { return (a * b).cwiseProduct(c).sum(); };
  const MatrixXd to_x = c.lazyProduct(w.transpose()), to_w = x.transpose().lazyProduct(c);
  const auto check = [&](const auto& a, const auto& b) {
    const auto [a_bar, b_bar] = grad<0, 1>(loss)(a, b);
    CHECK((MatrixXd(a_bar) - to_x).cwiseAbs().maxCoeff() < 1e-13);
    CHECK((MatrixXd(b_bar) - to_w).cwiseAbs().maxCoeff() < 1e-13);
  };
  check(x, w);
  check(RowMajor(x), w);
  check(x, RowMajor(w));
  const MatrixXd wide = waves(80, 12, 3);
  const auto of_parts = [&](const auto& a) { return loss(a.block(2, 1, 70, 6), a.block(3, 2, 6, 10)); };
  const MatrixXd slope = grad(of_parts)(wide);
  MatrixXd expected = MatrixXd::Zero(80, 12);
  expected.block(2, 1, 70, 6) += c.lazyProduct(wide.block(3, 2, 6, 10).transpose());
  expected.block(3, 2, 6, 10) += wide.block(2, 1, 70, 6).transpose().lazyProduct(c);
  CHECK((slope - expected).cwiseAbs().maxCoeff() < 1e-13);
}

}  // namespace
}  // namespace grove::test
