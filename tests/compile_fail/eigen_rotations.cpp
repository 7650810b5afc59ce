// expect: turns matrices by rotations
#include <Eigen/Dense>
#include <autodiff/autodiff.hpp>

int main() {
  const auto loss = [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const Eigen::MatrixX<T> a = p;
#ifdef GROVE_FIXED
    return T(Eigen::SelfAdjointEigenSolver<Eigen::MatrixX<T>>(a).eigenvalues()[0]);
#else
    const Eigen::RealSchur<Eigen::MatrixX<T>> schur(a);
    return T(schur.matrixT()(0, 0));
#endif
  };
  return int(grove::grad(loss)(Eigen::MatrixXd(Eigen::MatrixXd::Identity(2, 2)))(0, 1));
}
