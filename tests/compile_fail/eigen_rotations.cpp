// expect: turns matrices by rotations
#include <Eigen/Dense>
#include <autodiff/derivatives/grad.hpp>
#ifdef GROVE_FIXED
#include <autodiff/operations/linear_algebra/linear_algebra.hpp>
#endif

int main() {
  const auto loss = [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const Eigen::MatrixX<T> a = p;
    return Eigen::SelfAdjointEigenSolver<Eigen::MatrixX<T>>(a).eigenvalues()[0];
  };
  return int(grove::grad(loss)(Eigen::MatrixXd(Eigen::MatrixXd::Identity(2, 2)))(0, 1));
}
