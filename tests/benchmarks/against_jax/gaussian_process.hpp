// The marginal likelihood of a Gaussian process: 442 patients, 10 columns, a smooth kernel and noise.
#pragma once

#include <grove/fitting.hpp>

#include "steps.hpp"

namespace job {

template <class T = double>
using Params = grove::models::KernelSum<grove::models::SquaredExponential<T>, grove::models::WhiteNoise<T>>;

struct Data {
  Eigen::MatrixXd x;
  Eigen::VectorXd y;
};

const auto loss = [](const auto& kernel, const Eigen::MatrixXd& x, const Eigen::VectorXd& y) {
  return -grove::models::log_marginal_likelihood(kernel, x, y);
};

inline Params<> train(const Params<>& start, const Data& data) {
  return adam_steps(loss, start, 20, 0.1, [&](int) { return std::tie(data.x, data.y); });
}
inline double final_loss(const Params<>& params, const Data& data) {
  return grove::evaluate(loss, params, data.x, data.y);
}

}  // namespace job
