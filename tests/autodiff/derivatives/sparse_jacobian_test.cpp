#include "autodiff/derivatives/sparse_jacobian.hpp"

#include "tests/catch.hpp"

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

// A step of a diffusion with a reaction: row i has columns i - 1, i, i + 1.
const auto stencil = [](const auto& u) {
  using T = grove::scalar_t<decltype(u)>;
  const Index n = u.size();
  std::vector<T> next(static_cast<std::size_t>(n));
  for (Index i = 0; i < n; ++i) {
    next[std::size_t(i)] = u[i] * u[i];
    if (i > 0) next[std::size_t(i)] += 3.0 * u[i - 1];
    if (i + 1 < n) next[std::size_t(i)] += sin(u[i + 1]);
  }
  return next;
};

MatrixXd stencil_jacobian(const VectorXd& u) {
  MatrixXd j = MatrixXd::Zero(u.size(), u.size());
  for (Index i = 0; i < u.size(); ++i) {
    j(i, i) = 2 * u[i];
    if (i > 0) j(i, i - 1) = 3;
    if (i + 1 < u.size()) j(i, i + 1) = std::cos(u[i + 1]);
  }
  return j;
}

}  // namespace

TEST_CASE("sparse_jacobian of a stencil: three colours, whatever the size") {
  for (const Index n : {0, 1, 2, 40}) {
    const VectorXd u = VectorXd::LinSpaced(n, -1, 1);
    const Eigen::SparseMatrix<double> j = grove::sparse_jacobian(stencil)(u);
    CHECK(MatrixXd(j) == stencil_jacobian(u));
    CHECK(j.nonZeros() == std::max<Index>(0, 3 * n - 2));
  }
  const VectorXd u = VectorXd::LinSpaced(40, -1, 1);
  const grove::JacobianPattern pattern = grove::jacobian_pattern(stencil)(u);
  CHECK(pattern.nonzeros() == 118);
  CHECK(pattern.color_count == 3);
  CHECK_FALSE(pattern.by_rows);
  const auto known = grove::sparse_jacobian(stencil, pattern);
  const VectorXd v = VectorXd::LinSpaced(40, 3, 5);
  CHECK(MatrixXd(known(v)) == stencil_jacobian(v));
  try {
    known(VectorXd(VectorXd::Zero(39)));
    FAIL("nothing thrown");
  } catch (const grove::ShapeError& e) {
    CHECK(e.what() == std::string("sparse_jacobian: the pattern is of 40×40 entries, the derivative of 40×39; find the "
                                  "pattern with the same shapes"));
  }
}

TEST_CASE("sparse_jacobian by reverse mode, where a row is full; data are constants") {
  const auto f = [](const auto& x, const VectorXd& weights) {
    return std::pair{grove::sum(x.array() * weights.array()), (x * 3.0).eval()};
  };
  const VectorXd x = VectorXd::LinSpaced(50, 1, 2), weights = VectorXd::LinSpaced(50, -2, -1);
  const auto pattern = grove::jacobian_pattern(f)(x, weights);
  CHECK(pattern.by_rows);
  CHECK(pattern.color_count == 2);
  MatrixXd expected = MatrixXd::Zero(51, 50);
  expected.row(0) = weights.transpose();
  expected.bottomRows(50).diagonal().setConstant(3);
  CHECK(MatrixXd(grove::sparse_jacobian(f)(x, weights)) == expected);
}

TEST_CASE("The pattern of hand tracking: 226 columns, 28 colours") {
  // 26 params that are in every residual, and two for each of a hundred points, in the three residuals of that point.
  const auto hand = [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    std::vector<T> r;
    T pose = 0;
    for (Index k = 0; k < 26; ++k) pose += p[k] * double(k + 1);
    for (Index i = 26; i < 226; i += 2) {
      for (int axis = 0; axis < 3; ++axis) r.push_back(sin(pose) + p[i] * p[i + 1] * double(axis + 1));
    }
    return r;
  };
  const VectorXd p = VectorXd::LinSpaced(226, -1, 1);
  const auto pattern = grove::jacobian_pattern(hand)(p);
  CHECK(pattern.nonzeros() == 300 * 28);
  CHECK(pattern.color_count == 28);
  CHECK_FALSE(pattern.by_rows);
  CHECK((MatrixXd(grove::sparse_jacobian(hand, pattern)(p)) - grove::jacobian(hand)(p)).norm() < 1e-12);
}

TEST_CASE("sparse_jacobian: what an operation hides, or a branch changes, is not lost") {
  const auto square = [](const auto& x) { return (x.array() * x.array()).matrix().eval(); };
  const auto hidden = grove::custom_vjp(
      square,
      [square](const auto& x) {
        return std::pair{square(x), x};
      },
      [](const auto& x, const auto& c) { return (2 * x.array() * c.array()).matrix().eval(); });
  const VectorXd x = VectorXd::LinSpaced(3, 1, 3);
  CHECK(MatrixXd(grove::sparse_jacobian(hidden)(x)) == MatrixXd(Eigen::Vector3d(2, 4, 6).asDiagonal()));
  const auto branch = [](const auto& p) { return p[0] > 0.0 ? p[0] * 1.0 : p[1] * p[2]; };
  const auto pattern = grove::jacobian_pattern(branch)(x);
  CHECK(pattern.nonzeros() == 1);
  CHECK(MatrixXd(grove::sparse_jacobian(branch, pattern)(x)) == MatrixXd(Eigen::RowVector3d(1, 0, 0)));
  CHECK_THROWS_WITH(
      grove::sparse_jacobian(branch, pattern)(VectorXd(-x)),
      "sparse_jacobian: the Jacobian has entries outside the pattern; find it again with jacobian_pattern");
}
