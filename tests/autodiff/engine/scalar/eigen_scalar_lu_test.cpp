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
