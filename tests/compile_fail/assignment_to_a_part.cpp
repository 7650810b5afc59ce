// expect: a part of an active matrix cannot be assigned; make the whole with hcat, vcat or stack
// A view is a value: an assignment to it would be lost.
#include <autodiff/autodiff.hpp>

Eigen::MatrixXd derivative(const Eigen::MatrixXd& x) {
  const auto loss = [](const auto& p) {
    auto y = (p * 2.0).eval();
#ifdef GROVE_FIXED
    y = grove::hcat(p.col(1), y.rightCols(p.cols() - 1));
#else
    y.col(0) = p.col(1);
#endif
    return y.sum();
  };
  return grove::grad(loss)(x);
}
