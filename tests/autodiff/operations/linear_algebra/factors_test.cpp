#include "autodiff/operations/linear_algebra/factors.hpp"

#include <Eigen/Dense>

#include "tests/autodiff/derivatives.hpp"

using Eigen::MatrixXd;
using namespace grove_test;

TEST_CASE("triangles as matrices, as factors and as equations") {
  const MatrixXd a = sample(3, 3), b = sample(3, 2, 0.4);
  check_like_eigen(
      [&](const auto& x) {
        return weigh(x.template triangularView<Eigen::Lower>().toDenseMatrix()) +
               weigh(x.template triangularView<Eigen::UnitUpper>() * b) +
               weigh(b.transpose() * x.template triangularView<Eigen::StrictlyLower>());
      },
      a);
  check_like_eigen(
      [&](const auto& x) {
        return weigh(x.template triangularView<Eigen::Upper>().solve(b)) +
               weigh(x.template triangularView<Eigen::UnitLower>().solve(x.col(1))) +
               weigh(x.template triangularView<Eigen::Lower>().transpose().solve(b));
      },
      a);
  const auto upper_gets_nothing = grove::grad([](const auto& x) {
    const grove::Matrix<grove::scalar_t<decltype(x)>> l = x.template triangularView<Eigen::Lower>();
    return l.squaredNorm();
  })(a);
  CHECK(upper_gets_nothing == MatrixXd((2 * a).triangularView<Eigen::Lower>()));
}

TEST_CASE("symmetric views and factors read one triangle, as Eigen's do") {
  const MatrixXd a = sample(3, 3) + 2 * MatrixXd::Identity(3, 3), b = sample(3, 2, 0.4);
  check_like_eigen(
      [&](const auto& x) {
        return weigh(x.template selfadjointView<Eigen::Upper>() * b) +
               weigh(x.template selfadjointView<Eigen::Lower>() * x.col(0));
      },
      a);
  check_like_eigen(
      [&](const auto& x) {
        const auto factors = x.llt();
        return weigh(factors.solve(b)) + weigh(factors.solve(x.col(0)));
      },
      a);
  check_derivatives([](const auto& x) { return weigh(x.llt().matrixL().toDenseMatrix()); }, a);
  check_like_eigen([&](const auto& x) { return weigh(x.ldlt().solve(b)); }, a);
  CHECK(grove::grad([](const auto& x) { return x.llt().solve(x.col(0)).sum(); })(a)(0, 2) == 0);
}

TEST_CASE("LU and QR factors serve several equations") {
  const MatrixXd a = sample(3, 3), b = sample(3, 2, 0.4), tall = sample(4, 2);
  check_like_eigen(
      [&](const auto& x) {
        const auto factors = x.lu();
        return weigh(factors.solve(b)) + weigh(factors.solve(x.col(1))) + factors.determinant() +
               weigh(x.partialPivLu().inverse());
      },
      a);
  const MatrixXd y = sample(4, 1, 0.9);
  check_like_eigen([&](const auto& x) { return weigh(x.colPivHouseholderQr().solve(y)); }, tall);
  check_like_eigen([&](const auto& x) { return weigh(x.householderQr().solve(x.col(1) + y)); }, tall);
}

TEST_CASE("factors that do not exist are errors") {
  const auto message = [](const auto& f, const MatrixXd& at) {
    return message_of<grove::Error>([&] { grove::evaluate([&](const auto& x) { return f(x).sum(); }, at); });
  };
  const MatrixXd singular = MatrixXd::Ones(2, 2), wide = sample(2, 3);
  const auto lu = [](const auto& x) { return x.lu().solve(x); };
  const auto llt = [](const auto& x) { return x.llt().solve(x); };
  const auto qr = [](const auto& x) { return x.householderQr().solve(x); };
  CHECK(message(lu, singular) ==
        "solve: the matrix is singular (pivot 1 is zero); add a small multiple of the "
        "identity, or use the svd");
  CHECK(message(lu, wide) == "lu: needs a square matrix, got 2×3");
  CHECK(message(llt, wide) == "selfadjointView: needs a square matrix, got 2×3");
  CHECK(message(llt, -MatrixXd::Identity(2, 2)) ==
        "cholesky: the 2×2 matrix is not positive definite; add a small multiple of the identity, or use eigh");
  CHECK(message(qr, wide) ==
        "qr: solves 2×3 with a right-hand side of 2×3; it needs as many rows as that, and no fewer rows than columns");
}
