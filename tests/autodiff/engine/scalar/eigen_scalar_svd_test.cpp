#include "autodiff/operations/linear_algebra/svd.hpp"
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
