// expect: an active matrix is made whole; begin with Zero, Ones, Constant or Identity
// A vector of variables that is filled entry by entry is one of Eigen's.
#include <autodiff/autodiff.hpp>

Eigen::VectorXd derivative(const Eigen::VectorXd& x) {
  const auto loss = [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
#ifdef GROVE_FIXED
    Eigen::Matrix<T, Eigen::Dynamic, 1> y(p.size());
    for (Eigen::Index i = 0; i < p.size(); ++i) y(i) = p(i) * p(i);
#else
    grove::Vector<T> y(p.size());
#endif
    return grove::sum(y);
  };
  return grove::grad(loss)(x);
}
