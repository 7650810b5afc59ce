// Determinants by every way there is, against the polynomial, at matrices of every rank.
#include "autodiff/engine/scalar/eigen_full_lu.hpp"

#include <Eigen/Dense>
#include <cmath>
#include <string>
#include <vector>

#include "autodiff/autodiff.hpp"
#include "tests/catch.hpp"

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

template <class X>
using matrix_of = Eigen::MatrixX<grove::scalar_t<X>>;

/// The determinant as a sum of products: no division, no pivot.
template <class T>
T polynomial(const Eigen::MatrixX<T>& a) {
  if (a.rows() == 1) return a(0, 0);
  T sum(0);
  for (Index k = 0; k < a.rows(); ++k) {
    Eigen::MatrixX<T> minor(a.rows() - 1, a.rows() - 1);
    for (Index j = 0; j < minor.cols(); ++j) minor.col(j) = a.col(j + (j >= k)).tail(minor.rows());
    const T term = a(0, k) * polynomial<T>(minor);
    sum = k % 2 == 0 ? T(sum + term) : T(sum - term);
  }
  return sum;
}

std::vector<MatrixXd> matrices() {
  MatrixXd generic(3, 3), cycle = MatrixXd::Zero(3, 3), of_rank_two = MatrixXd::Zero(4, 4), of_rank_one = of_rank_two;
  generic << 2, 1, -1, 0.5, 3, 1, 1, -2, 1.5;
  cycle(0, 1) = cycle(1, 2) = cycle(2, 0) = 1;
  of_rank_two(0, 0) = 1;
  of_rank_two(2, 3) = 2;
  of_rank_one(1, 2) = 3;
  const Eigen::Vector3d left(0.1, 0.7, 0.3), right(0.3, 0.9, 1.1);  // whose products are rounded
  return {generic,
          cycle,
          of_rank_two,
          of_rank_one,
          left * right.transpose(),
          MatrixXd::Zero(1, 1),
          MatrixXd::Zero(2, 2),
          MatrixXd::Zero(3, 3),
          MatrixXd::Zero(4, 4),
          MatrixXd::Ones(3, 3),
          MatrixXd::Identity(3, 3),
          Eigen::Vector3d(1, 0, 0).asDiagonal(),
          Eigen::Vector3d(0, 2, 1).asDiagonal(),
          Eigen::Vector3d(1, 1e-12, 3).asDiagonal()};
}

template <class F>
void check_determinant(const F& determinant) {
  const auto exact = [](const auto& x) { return polynomial(matrix_of<decltype(x)>(x)); };
  for (const MatrixXd& a : matrices()) {
    INFO(a);
    CHECK((grove::grad(determinant)(a) - grove::grad(exact)(a)).norm() < 1e-12);
    CHECK((grove::hessian(determinant)(a) - grove::hessian(exact)(a)).norm() < 1e-12);
    const MatrixXd direction =
        MatrixXd::NullaryExpr(a.rows(), a.cols(), [](Index i, Index j) { return std::sin(double(3 * i + j + 1)); });
    CHECK(std::abs(grove::jvp(determinant)(a, direction).tangent - grove::jvp(exact)(a, direction).tangent) < 1e-12);
  }
}

}  // namespace

TEST_CASE("determinants are right to second order at matrices of every rank") {
  check_determinant([](const auto& x) { return matrix_of<decltype(x)>(x).determinant(); });
  check_determinant([](const auto& x) { return matrix_of<decltype(x)>(x).partialPivLu().determinant(); });
  check_determinant([](const auto& x) { return matrix_of<decltype(x)>(x).fullPivLu().determinant(); });
  check_determinant([](const auto& x) { return x.determinant(); });
  check_determinant([](const auto& x) { return x.fullPivLu().determinant(); });
}

TEST_CASE("a matrix of variables tells rank, kernel and image as one of doubles does") {
  MatrixXd a(3, 4);
  a << 1, 2, 0, 1, 2, 4, 0, 2, 0, 1, 3, -1;
  const Eigen::FullPivLU<MatrixXd> plain(a);
  const Eigen::FullPivLU<Eigen::MatrixX<grove::Var<double>>> lu(a.cast<grove::Var<double>>());
  CHECK(lu.rank() == plain.rank());
  CHECK(lu.nonzeroPivots() == plain.nonzeroPivots());
  CHECK(lu.maxPivot() == plain.maxPivot());
  CHECK(lu.isInvertible() == plain.isInvertible());
  CHECK(lu.isSurjective() == plain.isSurjective());
  CHECK(lu.dimensionOfKernel() == plain.dimensionOfKernel());
  const auto value = [](const grove::Var<double>& x) { return x.value(); };
  const MatrixXd kernel = lu.kernel().unaryExpr(value), image = lu.image(a.cast<grove::Var<double>>()).unaryExpr(value);
  CHECK((kernel - plain.kernel()).norm() < 1e-14);
  CHECK((image - plain.image(a)).norm() < 1e-14);
  const MatrixXd b = a * VectorXd::LinSpaced(4, -1, 2);
  const MatrixXd x = lu.solve(b.cast<grove::Var<double>>()).unaryExpr(value);
  CHECK((a * x - b).norm() < 1e-13);
  CHECK((lu.permutationP().inverse() *
             MatrixXd(plain.matrixLU()).triangularView<Eigen::UnitLower>().toDenseMatrix().leftCols(3) *
             MatrixXd(plain.matrixLU().triangularView<Eigen::Upper>()) * lu.permutationQ().inverse() -
         a)
            .norm() < 1e-14);
}

TEST_CASE("what has no derivative where the rank may change is an error") {
  const MatrixXd flat = Eigen::Vector3d(1, 2, 0).asDiagonal(), b = MatrixXd::Ones(3, 1);
  const auto solved = [&](const auto& x) { return matrix_of<decltype(x)>(x).fullPivLu().solve(b).sum(); };
  CHECK_THROWS_WITH(
      grove::grad(solved)(flat),
      "fullPivLu: solve of a matrix of rank 2, 3×3, has no derivative: the rank changes with the entries");
  const auto inverse = [](const auto& x) { return matrix_of<decltype(x)>(x).fullPivLu().inverse().sum(); };
  CHECK_THROWS_AS(grove::grad(inverse)(flat), grove::Error);
  const auto kernel = [](const auto& x) { return matrix_of<decltype(x)>(x).fullPivLu().kernel().sum(); };
  CHECK_THROWS_AS(grove::grad(kernel)(flat), grove::Error);
  const MatrixXd regular = flat + MatrixXd::Ones(3, 3);
  const MatrixXd by_hand = -regular.transpose().inverse() * MatrixXd::Ones(3, 3) * regular.transpose().inverse();
  CHECK((grove::grad(inverse)(regular) - by_hand).norm() < 1e-12);
}

TEST_CASE("shapes that do not fit are errors, with assertions and without") {
  const auto error_of = [](const auto& use) -> std::string {
    const auto loss = [&use](const auto& p) {
      Eigen::MatrixX<grove::scalar_t<decltype(p)>> a(2, 3);
      a.setConstant(p);
      return use(a);
    };
    try {
      grove::grad(loss)(1.0);
    } catch (const grove::ShapeError& error) {
      return error.what();
    }
    return "";
  };
  CHECK(error_of([](const auto& a) { return a.partialPivLu().determinant(); }) ==
        "partialPivLu: needs a square matrix, got 2×3");
  CHECK(error_of([](const auto& a) { return a.fullPivLu().determinant(); }) ==
        "fullPivLu: determinant: needs a square matrix, got 2×3");
  CHECK(error_of([](const auto& a) { return a.fullPivLu().inverse().sum(); }) ==
        "fullPivLu: inverse: needs a square matrix, got 2×3");
  const MatrixXd three = MatrixXd::Ones(3, 1);
  CHECK(error_of([&](const auto& a) { return a.fullPivLu().solve(three).sum(); }) ==
        "fullPivLu: solve: 2×3 and 3×1 have not as many rows");
  CHECK(error_of([&](const auto& a) { return a.leftCols(2).eval().partialPivLu().solve(three).sum(); }) ==
        "partialPivLu: solve: 2×2 and 3×1 have not as many rows");
  CHECK(error_of([&](const auto& a) { return a.leftCols(2).eval().partialPivLu().transpose().solve(three).sum(); }) ==
        "partialPivLu: solve: 2×2 and 3×1 have not as many rows");
}
