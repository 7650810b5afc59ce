#include "autodiff/operations/linear_algebra/convolution.hpp"

#include "tests/autodiff/derivatives.hpp"

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using grove::Padding;
using namespace grove_test;

namespace {

// By its definition, element by element.
MatrixXd slid(const MatrixXd& x, const MatrixXd& w, bool same) {
  const Index up = same ? (w.rows() - 1) / 2 : 0, left = same ? (w.cols() - 1) / 2 : 0;
  MatrixXd y = MatrixXd::Zero(same ? x.rows() : x.rows() - w.rows() + 1, same ? x.cols() : x.cols() - w.cols() + 1);
  for (Index i = 0; i < y.rows(); ++i)
    for (Index j = 0; j < y.cols(); ++j)
      for (Index p = 0; p < w.rows(); ++p)
        for (Index q = 0; q < w.cols(); ++q) {
          const Index r = i + p - up, c = j + q - left;
          if (r >= 0 && r < x.rows() && c >= 0 && c < x.cols()) y(i, j) += w(p, q) * x(r, c);
        }
  return y;
}

}  // namespace

TEST_CASE("conv1d and conv2d have the values of their definition") {
  for (const Index n : {1, 2, 5, 8}) {
    for (const Index k : {1, 2, 3, 5, 9}) {
      const VectorXd x = sample(n, 1), w = sample(k, 1, 0.4);
      CHECK(VectorXd(grove::conv1d(x, w, Padding::same)).isApprox(slid(x, w, true), 1e-14));
      if (k <= n) CHECK(VectorXd(grove::conv1d(x, w)).isApprox(slid(x, w, false), 1e-14));
    }
  }
  const MatrixXd x = sample(5, 4), w = sample(2, 3, 0.4);
  CHECK(MatrixXd(grove::conv2d(x, w)).isApprox(slid(x, w, false), 1e-14));
  CHECK(MatrixXd(grove::conv2d(x, w, Padding::same)).isApprox(slid(x, w, true), 1e-14));
  CHECK(MatrixXd(grove::conv2d(w, x, Padding::same)).isApprox(slid(w, x, true), 1e-14));
  const Eigen::RowVectorXd row = x.row(0), kernel = w.row(0);
  CHECK(MatrixXd(grove::conv1d(row, kernel)).isApprox(slid(row, kernel, false), 1e-14));
  CHECK(grove::conv1d(VectorXd(), w.col(0), Padding::same).size() == 0);
}

TEST_CASE("conv2d: derivatives by the input and by the kernel") {
  const MatrixXd x = sample(5, 4);
  const auto loss = [](const auto& p) {
    const auto kernel = p.block(0, 0, 2, 3);
    return weigh(grove::conv2d(grove::conv2d(p, kernel, Padding::same), kernel));
  };
  check_agreement(loss, x);
}

TEST_CASE("convolutions refuse a kernel that does not fit") {
  const VectorXd x = sample(2, 1), w = sample(3, 1);
  CHECK(message_of<grove::ShapeError>([&] { grove::conv1d(x, w); }) ==
        "conv1d: the kernel is 3×1, the input 2×1; it must have an element, and be no larger than the input; or take "
        "Padding::same");
  CHECK(message_of<grove::ShapeError>([&] { grove::conv2d(x, MatrixXd(0, 1), Padding::same); }) ==
        "conv2d: the kernel is 0×1, the input 2×1; it must have an element");
}
