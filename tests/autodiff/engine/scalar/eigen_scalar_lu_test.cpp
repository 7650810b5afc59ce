#include "autodiff/derivatives/hessian.hpp"
#include "tests/autodiff/engine/scalar/eigen_scalar.hpp"

using namespace grove_test;
using Eigen::MatrixXd;
using Eigen::VectorXd;

TEST_CASE("Eigen's LU on variables") {
  check_solver([](const MatrixXv& a, const VectorXv& b) { return VectorXv(a.partialPivLu().solve(b)); });
  check_solver([](const MatrixXv& a, const VectorXv& b) { return VectorXv(a.fullPivLu().solve(b)); });
  check_solver([](const MatrixXv& a, const VectorXv& b) { return VectorXv(MatrixXv(a.inverse()) * b); });
}

TEST_CASE("Eigen's Cholesky on variables") {
  check_solver([](const MatrixXv& a, const VectorXv& b) {
    const MatrixXv normal = a.transpose() * a;
    return VectorXv(normal.llt().solve(a.transpose() * b));
  });
  check_solver([](const MatrixXv& a, const VectorXv& b) {
    const MatrixXv normal = a.transpose() * a;
    return VectorXv(normal.ldlt().solve(a.transpose() * b));
  });
}

TEST_CASE("Eigen's determinant and inverse on variables, static and dynamic sizes") {
  const MatrixXd a = eigen_sample(3);
  const MatrixXd cofactors = a.determinant() * a.inverse().transpose();
  CHECK((checked_gradient([](const auto& x) { return variables(x).determinant(); }, a) - cofactors).norm() < 1e-9);
  CHECK((checked_gradient([](const auto& x) { return variables<3, 3>(x).determinant(); }, a) - cofactors).norm() <
        1e-9);
  checked_gradient([](const auto& x) { return variables<3, 3>(x).inverse().squaredNorm(); }, a);
  checked_gradient([](const auto& x) { return variables(x).inverse().sum(); }, a);
}

TEST_CASE("Eigen matrices of variables mix with plain matrices and numbers") {
  const MatrixXd a = eigen_sample(3);
  const VectorXd b = a.col(1);
  const auto f = [&](const auto& x) {
    const MatrixXv m = variables(x);
    const MatrixXv products = m * a + a * m - (a - m) + a.cwiseProduct(m);
    const VectorXv vectors = m * b + a * (m * b);
    const MatrixXv scaled = m * 2.0 + 2.0 * m + m * m(0, 0) + m(0, 0) * m + m / 2.0 + m / m(1, 1);
    const auto ours = a * m(0, 0);  // a plain matrix times a variable is an active matrix of ours
    const auto mine = m(0, 0) * a;
    return V(products.squaredNorm() + vectors.squaredNorm() + scaled.sum() + b.dot(vectors) + vectors.dot(b)) +
           ours.sum() * mine(0, 1);
  };
  checked_gradient(f, a);
}

TEST_CASE("norms of an Eigen vector of variables that are zero have slope zero") {
  const VectorXd zeros = VectorXd::Zero(2), ahead{{0.0, 2.0}};
  const auto norm = [](const auto& x) { return Eigen::VectorX<grove::scalar_t<decltype(x)>>(x).norm(); };
  const auto cubic = [](const auto& x) { return Eigen::VectorX<grove::scalar_t<decltype(x)>>(x).template lpNorm<3>(); };
  const auto by_hand = [](const auto& x) { return sqrt(x[0] * x[0] + x[1] * x[1]); };
  CHECK(grove::grad(norm)(zeros) == zeros);
  CHECK(grove::grad(cubic)(zeros) == zeros);
  CHECK(grove::grad(by_hand)(zeros) == zeros);
  CHECK(grove::grad(norm)(ahead) == VectorXd::Unit(2, 1));
  const VectorXd root = grove::grad([](const auto& x) { return sqrt(x[0] + x[1] * x[1]); })(zeros);
  CHECK(std::isinf(root[0]));
  CHECK(root[1] == 0);
}

TEST_CASE("plain decompositions solve for variables that are zero") {
  const MatrixXd a = eigen_sample(3), normal = a.transpose() * a, lower = a.triangularView<Eigen::Lower>();
  const VectorXd b = VectorXd::Unit(3, 1), ones = VectorXd::Ones(3);
  const auto gradient = [&](const auto& solve) -> VectorXd {
    return grove::grad([&](const auto& p) {
      using T = grove::scalar_t<decltype(p)>;
      const Eigen::VectorX<T> side = p, x = solve(side);
      return T(x.sum());
    })(b);
  };
  const VectorXd of_a = a.inverse().transpose() * ones, of_transposed = a.inverse() * ones,
                 of_normal = normal.inverse() * ones, of_lower = lower.inverse().transpose() * ones;
  CHECK((gradient([&](const auto& x) { return a.partialPivLu().solve(x).eval(); }) - of_a).norm() < 1e-13);
  CHECK((gradient([&](const auto& x) { return a.partialPivLu().transpose().solve(x).eval(); }) - of_transposed).norm() <
        1e-13);
  CHECK((gradient([&](const auto& x) { return normal.llt().solve(x).eval(); }) - of_normal).norm() < 1e-13);
  CHECK((gradient([&](const auto& x) { return a.householderQr().solve(x).eval(); }) - of_a).norm() < 1e-13);
  CHECK((gradient([&](const auto& x) { return a.triangularView<Eigen::Lower>().solve(x).eval(); }) - of_lower).norm() <
        1e-13);
}

TEST_CASE("the determinant of a singular Eigen matrix of variables has its cofactors as gradient") {
  const auto determinant = [](const auto& x) { return Eigen::MatrixX<grove::scalar_t<decltype(x)>>(x).determinant(); };
  MatrixXd gap(2, 2), empty_column = eigen_sample(3), rank_two = eigen_sample(4);
  gap << 0, 1, 0, 1;
  empty_column.col(1).setZero();
  rank_two.row(2) = rank_two.row(0);
  rank_two.row(3) = rank_two.row(1);
  for (const MatrixXd& a : {gap, empty_column, rank_two, MatrixXd(MatrixXd::Zero(2, 2)), MatrixXd(MatrixXd::Zero(3, 3)),
                            MatrixXd(MatrixXd::Ones(3, 3)), MatrixXd(MatrixXd::Zero(1, 1))}) {
    MatrixXd cofactors(a.rows(), a.cols()), direction = MatrixXd::Zero(a.rows(), a.cols());
    const auto cofactor = [&](const MatrixXd& m, Eigen::Index i, Eigen::Index j) {
      MatrixXd minor = m;  // det of m with row i replaced by the unit vector j
      minor.row(i) = Eigen::RowVectorXd::Unit(m.cols(), j);
      return minor.fullPivLu().determinant();
    };
    for (Eigen::Index k = 0; k < a.size(); ++k) {
      cofactors.data()[k] = cofactor(a, k % a.rows(), k / a.rows());
      direction.data()[k] = std::cos(double(k * k));
    }
    INFO(a);
    CHECK((grove::grad(determinant)(a) - cofactors).norm() < 1e-12);
    const MatrixXd second = grove::hvp(determinant)(a, direction), up = a + 1e-4 * direction,
                   down = a - 1e-4 * direction;
    for (Eigen::Index k = 0; k < a.size(); ++k) {
      const Eigen::Index i = k % a.rows(), j = k / a.rows();
      CHECK(second.data()[k] == Approx((cofactor(up, i, j) - cofactor(down, i, j)) / 2e-4).epsilon(1e-6).margin(1e-6));
    }
  }
}
