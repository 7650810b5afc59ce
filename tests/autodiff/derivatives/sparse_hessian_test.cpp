#include "autodiff/derivatives/sparse_hessian.hpp"

#include "tests/catch.hpp"

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

TEST_CASE("sparse_hessian of a chain: three colours, whatever the size") {
  const auto rosenbrock = [](const auto& x) {
    grove::scalar_t<decltype(x)> total = 0;
    for (Index i = 0; i + 1 < x.size(); ++i)
      total += 100.0 * grove::square(x[i + 1] - x[i] * x[i]) + grove::square(1.0 - x[i]);
    return total;
  };
  for (const Index n : {0, 1, 2, 30}) {
    const VectorXd x = VectorXd::LinSpaced(n, -1, 1);
    MatrixXd expected = MatrixXd::Zero(n, n);
    for (Index i = 0; i + 1 < n; ++i) {
      expected(i, i) += 1200 * x[i] * x[i] - 400 * x[i + 1] + 2;
      expected(i + 1, i + 1) += 200;
      expected(i, i + 1) = expected(i + 1, i) = -400 * x[i];
    }
    const Eigen::SparseMatrix<double> h = grove::sparse_hessian(rosenbrock)(x);
    CHECK((MatrixXd(h) - expected).cwiseAbs().sum() < 1e-9);
    CHECK(h.nonZeros() == std::max<Index>(0, 3 * n - 2));
  }
  const VectorXd x = VectorXd::LinSpaced(30, -1, 1);
  const grove::HessianPattern pattern = grove::hessian_pattern(rosenbrock)(x);
  CHECK(pattern.color_count <= 3);
  CHECK_THROWS_AS(grove::sparse_hessian(rosenbrock, pattern)(VectorXd(VectorXd::Zero(3))), grove::ShapeError);
}

TEST_CASE("sparse_hessian of an arrow: its full row costs one colour") {
  const auto loss = [](const auto& p, const VectorXd& data) {
    const auto& [scale, x] = p;
    return grove::sum(exp(x.array() * scale) / data.array()) + grove::sum(3.0 * x.array() - abs(x.array()));
  };
  const std::pair<double, VectorXd> at{0.5, VectorXd::LinSpaced(25, 0.1, 2)};
  const VectorXd data = VectorXd::LinSpaced(25, 1, 3);
  const grove::HessianPattern pattern = grove::hessian_pattern(loss)(at, data);
  CHECK(pattern.color_count == 2);
  const auto& x = at.second;
  const Eigen::ArrayXd e = (x.array() * 0.5).exp() / data.array();
  MatrixXd expected = MatrixXd::Zero(26, 26);
  expected(0, 0) = (e * x.array().square()).sum();
  expected.row(0).tail(25) = (e * (1 + 0.5 * x.array())).matrix().transpose();
  expected.col(0) = expected.row(0).transpose();
  expected.diagonal().tail(25) = 0.25 * e.matrix();
  const Eigen::SparseMatrix<double> h = grove::sparse_hessian(loss, pattern)(at, data);
  CHECK(h.nonZeros() == 76);
  CHECK(MatrixXd(h).isApprox(expected, 1e-13));
  CHECK(MatrixXd(h) == MatrixXd(h.transpose()));
}

TEST_CASE("sparse_hessian: which operations join parameters") {
  // A product, a quotient, a power; sums and constants do not.
  const auto loss = [](const auto& x) { return 2.0 * x[0] + x[1] * x[2] + x[3] / x[4] + pow(x[5] + x[0], 3.0); };
  const VectorXd x = VectorXd::LinSpaced(6, 1, 2);
  const auto pattern = grove::hessian_pattern(loss)(x);
  using Rows = std::vector<std::vector<Index>>;
  CHECK(pattern.entries == Rows{{0, 5}, {1, 2}, {1, 2}, {3, 4}, {3, 4}, {0, 5}});
}
