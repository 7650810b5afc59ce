// expect: a derivative at a point of plain numbers uses variables of the enclosing loss
// A derivative inside a loss that captures the loss's variables is taken at a point of their level.
#include <autodiff/autodiff.hpp>

Eigen::VectorXd derivative(const Eigen::VectorXd& x) {
  const auto loss = [](const auto& w) {
    const auto u = [&](const auto& t) { return grove::sum(grove::tanh(w.array() * t)); };
#ifdef GROVE_FIXED
    using T = grove::scalar_t<decltype(w)>;
    return grove::jvp(u)(T(0.4), 1.0).tangent;
#else
    return grove::jvp(u)(0.4, 1.0).tangent;
#endif
  };
  return grove::grad(loss)(x);
}
