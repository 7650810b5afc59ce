#include "autodiff/operations/linear_algebra/eigh.hpp"
#include "tests/autodiff/engine/scalar/eigen_scalar.hpp"

using namespace grove_test;
using Eigen::MatrixXd;

TEST_CASE("Eigen's QR on variables") {
  check_solver([](const MatrixXv& a, const VectorXv& b) { return VectorXv(a.householderQr().solve(b)); });
  check_solver([](const MatrixXv& a, const VectorXv& b) { return VectorXv(a.colPivHouseholderQr().solve(b)); });
}

TEST_CASE("Eigen's self-adjoint eigenvalues on variables") {
  const MatrixXd a = eigen_sample(4) + eigen_sample(4).transpose();
  const auto value = [](const auto& x) {
    const MatrixXv m = variables(x);
    const MatrixXv s = (m + m.transpose()) * V(0.5);
    const Eigen::SelfAdjointEigenSolver<MatrixXv> solver(s);
    return V(solver.eigenvalues()[1]);
  };
  const Eigen::SelfAdjointEigenSolver<MatrixXd> plain(a);
  const Eigen::VectorXd v = plain.eigenvectors().col(1);
  CHECK((checked_gradient(value, a) - v * v.transpose()).norm() < 1e-9);
  const auto vectors = [](const auto& x) {
    const MatrixXv m = variables(x);
    const MatrixXv s = (m + m.transpose()) * V(0.5);
    const Eigen::SelfAdjointEigenSolver<MatrixXv> solver(s);
    return V(solver.eigenvectors()(1, 1) * solver.eigenvectors()(0, 1) + solver.eigenvectors()(2, 3));
  };
  checked_gradient(vectors, a);
}
