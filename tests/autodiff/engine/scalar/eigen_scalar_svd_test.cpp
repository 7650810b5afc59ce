#include "autodiff/operations/linear_algebra/svd.hpp"

#include "autodiff/operations/linear_algebra/eigh.hpp"
#include "tests/autodiff/engine/scalar/eigen_scalar.hpp"

using namespace grove_test;
using Eigen::MatrixXd;

namespace {

template <class Matrix>
auto jacobi(const Matrix& a) {
#if EIGEN_VERSION_AT_LEAST(3, 4, 90)
  return Eigen::JacobiSVD<Matrix, Eigen::ComputeThinU | Eigen::ComputeThinV>(a);
#else
  return Eigen::JacobiSVD<Matrix>(a, Eigen::ComputeThinU | Eigen::ComputeThinV);
#endif
}
template <class Matrix>
auto divide_and_conquer(const Matrix& a) {
#if EIGEN_VERSION_AT_LEAST(3, 4, 90)
  Eigen::BDCSVD<Matrix, Eigen::ComputeThinU | Eigen::ComputeThinV> svd;
  svd.setSwitchSize(4);
  svd.compute(a);
#else
  Eigen::BDCSVD<Matrix> svd;
  svd.setSwitchSize(4);
  svd.compute(a, Eigen::ComputeThinU | Eigen::ComputeThinV);
#endif
  return svd;
}

}  // namespace

TEST_CASE("Eigen's singular values on variables") {
  check_solver([](const MatrixXv& a, const VectorXv& b) { return VectorXv(jacobi(a).solve(b)); });
  const MatrixXd a = eigen_sample(6);
  const auto plain = jacobi(a);
  const MatrixXd expected = plain.matrixU().col(1) * plain.matrixV().col(1).transpose();
  const MatrixXd by_jacobi =
      checked_gradient([](const auto& x) { return V(jacobi(variables(x)).singularValues()[1]); }, a);
  CHECK((by_jacobi - expected).norm() < 1e-9);
  const MatrixXd by_dividing =
      checked_gradient([](const auto& x) { return V(divide_and_conquer(variables(x)).singularValues()[1]); }, a);
  checked_gradient([](const auto& x) { return V(variables(x).bdcSvd().singularValues()[0]); }, a);
  CHECK((by_dividing - expected).norm() < 1e-9);
}

namespace {

constexpr int functions = 4;
template <class P>
auto decomposed(int function, const P& p) {
  using T = grove::scalar_t<P>;
  const Eigen::MatrixX<T> a = p;
  Eigen::VectorX<T> b = Eigen::VectorX<T>::Ones(a.rows());
  b[1] = T(0);
  if (function < 2) {
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixX<T>> solver(a);
    const Eigen::MatrixX<T> v = solver.eigenvectors(), l = solver.eigenvalues().asDiagonal();
    return function == 0 ? T(solver.eigenvalues().array().exp().sum()) : T((v * l * l * v.transpose()).sum());
  }
  const auto svd = jacobi(a);
  if (function == 2) return T(svd.singularValues().squaredNorm());
  const Eigen::VectorX<T> x = svd.solve(b);
  return T(x.squaredNorm() + x[0]);
}

/// Against differences of the plain values. Where the vectors have no derivative an error says so.
void check_decompositions(const MatrixXd& a) {
  for (int function = a.rows() == a.cols() ? 0 : 2; function < functions; ++function) {
    INFO("function " << function << " of\n" << a);
    const auto loss = [function](const auto& p) { return decomposed(function, p); };
    MatrixXd gradient;
    try {
      gradient = grove::grad(loss)(a);
    } catch (const grove::Error&) {
      CHECK((function == 1 || function == 3));
      continue;
    }
    for (Eigen::Index k = 0; k < a.size(); ++k) {
      MatrixXd up = a, down = a;
      up.data()[k] += 1e-5;
      down.data()[k] -= 1e-5;
      CHECK(gradient.data()[k] == Approx((loss(up) - loss(down)) / 2e-5).epsilon(1e-7).margin(1e-7));
    }
  }
}

}  // namespace

TEST_CASE("Eigen's iterative decompositions of structured matrices of variables") {
  MatrixXd generic(3, 3), tall(4, 2), zeros = MatrixXd::Zero(4, 2);
  generic << 4, 1, .5, 1, 3, -.2, .5, -.2, -2;
  tall << 1, 2, 3, 4, -1, .5, .3, .2;
  zeros(0, 0) = zeros(2, 1) = 2;
  check_decompositions(generic);
  check_decompositions(MatrixXd::Identity(3, 3));
  check_decompositions(Eigen::Vector3d(2, -1, 5).asDiagonal());
  check_decompositions(MatrixXd::Ones(2, 2));
  check_decompositions(tall);
  check_decompositions(tall.transpose());
  check_decompositions(zeros);
  check_decompositions(zeros.transpose());
}
