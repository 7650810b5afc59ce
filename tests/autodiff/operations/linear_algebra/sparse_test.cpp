#include "autodiff/operations/linear_algebra/sparse.hpp"

#include <Eigen/SparseCore>

#include "tests/autodiff/derivatives.hpp"

using Eigen::MatrixXd;
using namespace grove_test;

TEST_CASE("products with a constant sparse matrix") {
  const MatrixXd dense = sample(4, 3).unaryExpr([](double x) { return std::abs(x) < 0.6 ? 0 : x; });
  const Eigen::SparseMatrix<double> by_columns = dense.sparseView();
  const Eigen::SparseMatrix<double, Eigen::RowMajor> by_rows = by_columns;
  const MatrixXd x = sample(3, 4);
  const auto left = [](const auto& p, const auto& s) { return weigh(s * p); };
  const auto right = [](const auto& p, const auto& s) { return weigh(p * s); };
  const auto check = [&](const auto& s) {
    CHECK(relative_difference(grove::grad(left)(x, s), grove::grad(left)(x, dense)) < 1e-14);
    CHECK(relative_difference(grove::grad(right)(x, s), grove::grad(right)(x, dense)) < 1e-14);
    check_derivatives([&](const auto& p) { return weigh(s * p) + weigh(p * s); }, x);
    check_derivatives([&](const auto& p) { return weigh(s.transpose() * p.transpose()); }, x);
    CHECK(message_of<grove::ShapeError>([&] { grove::grad(left)(MatrixXd(x.transpose()), s); }) ==
          "matmul: (4×3)·(4×3): inner dimensions 3 and 4 differ");
  };
  check(by_columns);
  check(by_rows);
  Eigen::SparseMatrix<double> loose = by_columns;
  loose.uncompress();
  CHECK(grove::grad(left)(x, loose) == grove::grad(left)(x, by_columns));
  // A local sparse matrix is copied.
  const auto local = [&](const auto& p) {
    Eigen::SparseMatrix<double> s = by_columns;
    auto y = s * p;
    s *= 2;
    return weigh(y);
  };
  CHECK(grove::grad(local)(x) == grove::grad(left)(x, by_columns));
}
