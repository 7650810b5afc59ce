#include "autodiff/operations/linear_algebra/cholesky.hpp"

#include "tests/autodiff/derivatives.hpp"

using Eigen::MatrixXd;
using Eigen::VectorXd;
using namespace grove_test;

namespace {

MatrixXd positive(Eigen::Index n) {
  const MatrixXd a = sample(n, n);
  return a * a.transpose() + MatrixXd::Identity(n, n);
}

}  // namespace

TEST_CASE("cholesky: the factor of the symmetric part, element by element") {
  const MatrixXd a = positive(4);
  check_agreement([](const auto& x) { return weigh(grove::cholesky(x)); }, a);
  const Eigen::Matrix3d a3 = a.topLeftCorner<3, 3>();
  check_agreement([](const auto& x) { return weigh(grove::cholesky(x)); }, a3);
  const MatrixXd l = grove::cholesky(a);
  CHECK((l * l.transpose() - a).norm() < 1e-12);
  CHECK(l(0, 1) == 0);
  const MatrixXd g = grove::grad([](const auto& x) { return grove::sum(grove::cholesky(x)); })(a);
  CHECK((g - g.transpose()).norm() < 1e-15);
  CHECK(grove::cholesky(MatrixXd(0, 0)).size() == 0);
}

TEST_CASE("cholesky: the gradient of one of several block columns is that of the formula") {
  constexpr Eigen::Index n = 107;
  const MatrixXd root = sample(n, n), a = root * root.transpose() / n + MatrixXd::Identity(n, n), c = sample(n, n);
  const MatrixXd slope = grove::grad([&c](const auto& x) { return grove::cholesky(x).cwiseProduct(c).sum(); })(a);
  const MatrixXd inverse = MatrixXd(a.llt().matrixL()).inverse(), l = a.llt().matrixL();
  MatrixXd phi = l.transpose() * MatrixXd(c.triangularView<Eigen::Lower>());
  phi.triangularView<Eigen::StrictlyUpper>().setZero();
  phi.diagonal() /= 2;
  const MatrixXd m = inverse.transpose() * phi * inverse;
  CHECK((slope - (m + m.transpose()) / 2).cwiseAbs().maxCoeff() < 1e-12 * m.cwiseAbs().maxCoeff());
}

TEST_CASE("cholesky: of a matrix that is not symmetric") {
  MatrixXd a = positive(3);
  a(0, 2) += 0.3;
  check_agreement([](const auto& x) { return weigh(grove::cholesky(x)); }, a);
}

TEST_CASE("llt_solve: both sides active, plain and mixed") {
  const MatrixXd a = positive(4), b = sample(4, 2, 0.7);
  const VectorXd v = b.col(1);
  check_agreement([&](const auto& x) { return weigh(grove::llt_solve(x, b)); }, a);
  check_agreement([&](const auto& x) { return weigh(grove::llt_solve(x, v)); }, a);
  check_agreement([&](const auto& x) { return weigh(grove::llt_solve(a, x)); }, b);
  check_agreement([&](const auto& x) { return weigh(grove::llt_solve(x, x.col(0))); }, a);
  CHECK((a * grove::llt_solve(a, b) - b).norm() < 1e-12);
}

TEST_CASE("llt_logdet: the logarithm of the determinant, by one factorization") {
  const MatrixXd a = positive(4);
  const auto loss = [](const auto& x) { return grove::llt_logdet(x); };
  check_agreement(loss, a);
  CHECK(grove::llt_logdet(a) == Approx(std::log(a.determinant())).epsilon(1e-13));
  CHECK(grove::llt_logdet(MatrixXd(0, 0)) == 0);
  CHECK(grove::llt_logdet(MatrixXd(MatrixXd::Constant(1, 1, 3.0))) == std::log(std::sqrt(3.0)) * 2);
  CHECK(grove::llt_logdet(MatrixXd(1e200 * positive(3))) > 1000);
  CHECK(message_of<grove::Error>([&] { grove::grad(loss)(MatrixXd(-a)); }) ==
        "llt_logdet: the 4×4 matrix is not positive definite; add a small multiple of the identity, or use eigh");
}

TEST_CASE("cholesky and llt_solve refuse what has no factor") {
  const MatrixXd wide = sample(2, 3), negative = -positive(3), b = sample(4, 1);
  const std::string rest =
      ": the 3×3 matrix is not positive definite; add a small multiple of the identity, or use eigh";
  CHECK(message_of<grove::Error>([&] { grove::cholesky(negative); }) == "cholesky" + rest);
  CHECK(message_of<grove::Error>([&] { grove::llt_solve(negative, negative); }) == "llt_solve" + rest);
  CHECK(message_of<grove::ShapeError>([&] { grove::cholesky(wide); }) == "cholesky: needs a square matrix, got 2×3");
  CHECK(message_of<grove::ShapeError>([&] { grove::llt_solve(negative, b); }) ==
        "llt_solve: the matrix is 3×3, the right-hand side 4×1; both need the same number of rows");
}
