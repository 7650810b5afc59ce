// Softmax regression: 1797 handwritten digits of 64 pixels, 10 classes.
#pragma once

#include <grove/models.hpp>

#include "steps.hpp"

namespace job {

template <class T = double>
using Params = grove::models::MultinomialRegression<T>;

struct Data {
  Eigen::MatrixXd x;
  Eigen::VectorXi labels;
};

const auto loss = [](const auto& p, const Eigen::MatrixXd& x, const std::vector<int>& labels) {
  return grove::mean(grove::optim::losses::softmax_cross_entropy_with_integer_labels(p.logits(x), labels));
};

inline std::vector<int> labels_of(const Data& data) { return {data.labels.begin(), data.labels.end()}; }

inline Params<> train(const Params<>& start, const Data& data) {
  const auto labels = labels_of(data);
  return adam_steps(loss, start, 200, 0.02, [&](int) { return std::tie(data.x, labels); });
}
inline double final_loss(const Params<>& params, const Data& data) {
  return grove::evaluate(loss, params, data.x, labels_of(data));
}

}  // namespace job
