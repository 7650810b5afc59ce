// expect: each part of the rows would have an aux of its own
// A loss with something to hand back, on several threads.
#include <autodiff/autodiff.hpp>

#include <utility>

auto derivative(const Eigen::VectorXd& w, const Eigen::MatrixXd& x) {
#ifdef GROVE_FIXED
  const auto loss = [](const auto& p, const Eigen::MatrixXd& rows) { return grove::mean(rows * p); };
  return grove::parallel_value_and_grad(loss, 2)(w, x);
#else
  const auto loss = [](const auto& p, const Eigen::MatrixXd& rows) {
    return std::pair(grove::mean(rows * p), (rows * p).eval());
  };
  return grove::parallel_value_and_grad(loss, 2, grove::has_aux)(w, x);
#endif
}
