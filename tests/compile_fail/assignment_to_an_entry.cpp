// expect: an entry of an active array cannot be assigned; fill an Eigen::MatrixX<T> or Eigen::VectorX<T>
// An entry is a value: an assignment to it would be lost.
#include <autodiff/autodiff.hpp>

Eigen::VectorXd derivative(const Eigen::VectorXd& x) {
  const auto loss = [](const auto& p) {
#ifdef GROVE_FIXED
    Eigen::VectorX<grove::scalar_t<decltype(p)>> y = p;
#else
    auto y = (p * 2.0).eval();
#endif
    y[0] = p[1];
    y(1) += p[0];
    return y.sum();
  };
  return grove::grad(loss)(x);
}
