#include "autodiff/operations/linear_algebra/solve.hpp"

#include <Eigen/LU>

#include "tests/autodiff/derivatives.hpp"

using Eigen::MatrixXd;
using Eigen::VectorXd;
using namespace grove_test;

TEST_CASE("solve: both sides active, plain and mixed") {
  const MatrixXd a = sample(4, 4), b = sample(4, 2, 0.7);
  const VectorXd v = b.col(0);
  check_derivatives([&](const auto& x) { return weigh(grove::solve(x, b)); }, a);
  check_derivatives([&](const auto& x) { return weigh(grove::solve(x, v)); }, a);
  check_derivatives([&](const auto& x) { return weigh(grove::solve(a, x)); }, b);
  check_derivatives([&](const auto& x) { return weigh(grove::solve(x, x.leftCols(2) * x(0, 0))); }, a);
  check_derivatives([&](const auto& x) { return weigh(grove::solve(x.transpose(), x.row(1).transpose())); }, a);
  const Eigen::Matrix3d a3 = a.topLeftCorner<3, 3>();
  check_derivatives([](const auto& x) { return weigh(grove::solve(x, x.col(0))); }, a3);
  CHECK((a * grove::solve(a, b) - b).norm() < 1e-12);
  CHECK((a.cast<float>() * grove::solve(MatrixXd(a).cast<float>(), b.cast<float>()) - b.cast<float>()).norm() < 1e-5F);
}

TEST_CASE("solve: larger than the panel of the factorisation") {
  const Eigen::Index n = 45;
  MatrixXd a = MatrixXd::Random(n, n);
  const VectorXd b = VectorXd::Random(n);
  const VectorXd x = a.partialPivLu().solve(b);
  CHECK(relative_difference(grove::solve(a, b), x) < 1e-10);
  CHECK(grove::determinant(a) == Approx(a.determinant()));
  CHECK(relative_difference(grove::inverse(a), a.inverse()) < 1e-9);
  const VectorXd g = grove::grad([&](const auto& r) { return grove::sum(grove::solve(a, r)); })(b);
  CHECK(relative_difference(g, a.transpose().partialPivLu().solve(VectorXd::Ones(n))) < 1e-10);
  a.col(30) = a.col(4);
  a.row(7).setZero();
  CHECK(grove::determinant(a) == 0);
}

TEST_CASE("triangular solves read one triangle only") {
  const MatrixXd a = sample(4, 4), b = sample(4, 2, 0.7);
  const auto lower = [&](const auto& x) { return weigh(grove::solve_lower(x, b)) + weigh(grove::solve_lower(x, x)); };
  const auto upper = [&](const auto& x) { return weigh(grove::solve_upper(x, b)) + weigh(grove::solve_upper(a, x)); };
  check_derivatives(lower, a);
  check_derivatives(upper, a);
  const MatrixXd g = grove::grad([&](const auto& x) { return weigh(grove::solve_lower(x, b)); })(a);
  CHECK(g.triangularView<Eigen::StrictlyUpper>().toDenseMatrix().norm() == 0);
  const MatrixXd l = a.triangularView<Eigen::Lower>();
  CHECK((l * grove::solve_lower(a, b) - b).norm() < 1e-12);
}

TEST_CASE("inverse, determinant and logdet") {
  const MatrixXd a = sample(4, 4);
  check_derivatives([](const auto& x) { return weigh(grove::inverse(x)); }, a);
  check_derivatives([](const auto& x) { return weigh(x.transpose().inverse()); }, a);
  check_derivatives([](const auto& x) { return grove::determinant(x) + x.determinant() * x(0, 1); }, a);
  check_derivatives([](const auto& x) { return grove::logdet(x) * x(1, 1); }, a);
  MatrixXd swapped = a;
  swapped.row(0).swap(swapped.row(3));  // a negative determinant
  CHECK(grove::determinant(swapped) == Approx(-a.determinant()));
  CHECK(grove::logdet(swapped) == Approx(std::log(std::abs(a.determinant()))));
  check_derivatives([](const auto& x) { return grove::logdet(x); }, swapped);
  check_derivatives([](const auto& x) { return grove::sum((x.array() + 3).inverse()); }, a);
}

TEST_CASE("the determinant of a singular matrix has the cofactors as its gradient") {
  MatrixXd a = sample(4, 4);
  const auto det = [](const auto& x) { return grove::determinant(x); };
  a.row(3) = a.row(1);
  check_derivatives(det, a);
  a.row(2).setZero();
  a.row(3).setZero();
  check_derivatives(det, a);
  check_derivatives(det, MatrixXd(MatrixXd::Zero(2, 2)));
  CHECK(grove::grad(det)(MatrixXd(MatrixXd::Zero(1, 1)))(0, 0) == 1);
  CHECK(grove::determinant(MatrixXd(0, 0)) == 1);
}

TEST_CASE("solve and its kin say what does not fit") {
  const MatrixXd a = sample(3, 3), b = sample(4, 2), wide = sample(2, 3);
  MatrixXd singular = a;
  singular.col(1).setZero();
  using grove::Error;
  using grove::ShapeError;
  CHECK(message_of<ShapeError>([&] { grove::solve(a, b); }) ==
        "solve: the matrix is 3×3, the right-hand side 4×2; both need the same number of rows");
  CHECK(message_of<ShapeError>([&] { grove::solve(wide, wide); }) == "solve: needs a square matrix, got 2×3");
  CHECK(message_of<ShapeError>([&] { grove::inverse(wide); }) == "inverse: needs a square matrix, got 2×3");
  CHECK(message_of<ShapeError>([&] { grove::logdet(wide); }) == "logdet: needs a square matrix, got 2×3");
  CHECK(message_of<ShapeError>([&] { grove::determinant(wide); }) == "determinant: needs a square matrix, got 2×3");
  const std::string rest =
      ": the matrix is singular (pivot 1 is zero); add a small multiple of the identity, or use the svd";
  CHECK(message_of<Error>([&] { grove::solve(singular, a); }) == "solve" + rest);
  CHECK(message_of<Error>([&] { grove::inverse(singular); }) == "inverse" + rest);
  CHECK(message_of<Error>([&] { grove::logdet(singular); }) == "logdet" + rest);
  singular.setIdentity();
  singular(1, 1) = 0;
  CHECK(message_of<Error>([&] { grove::solve_lower(singular, a); }) == "solve_lower" + rest);
  CHECK(message_of<Error>([&] { grove::solve_upper(singular, a); }) == "solve_upper" + rest);
  CHECK(message_of<Error>([&] {
          grove::grad([](const auto& x) { return grove::sum(grove::inverse(x)); })(singular);
        }) == "inverse" + rest);
}

TEST_CASE("a NaN in the matrix becomes NaN, not an error") {
  MatrixXd a = sample(3, 3);
  a(1, 1) = std::nan("");
  CHECK(std::isnan(grove::determinant(a)));
  CHECK(grove::solve(a, a).hasNaN());
}
