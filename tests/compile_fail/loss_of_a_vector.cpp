// expect: grad: the loss must return a scalar
// A loss that returns a vector.
#include <autodiff/autodiff.hpp>

double first_derivative(const Eigen::VectorXd& x) {
  const auto loss = [](const auto& p) {
#ifdef GROVE_FIXED
    return grove::sum(grove::square(p));
#else
    return grove::square(p);
#endif
  };
  return grove::grad(loss)(x)[0];
}
