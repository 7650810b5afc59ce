// A perceptron 64-64-10 with tanh on the digits; perceptron_full_batch.hpp and perceptron_small_batches.hpp train it.
#pragma once

#include <grove/models.hpp>

#include "steps.hpp"

namespace job {

template <class T = double>
struct Params {
  grove::models::DenseLayer<T> hidden, output;
};

struct Data {
  Eigen::MatrixXd x;
  Eigen::VectorXi labels;
};

const auto loss = [](const auto& p, const Eigen::MatrixXd& x, const std::vector<int>& labels) {
  const auto logits = p.output(grove::tanh(p.hidden(x)));
  return grove::mean(grove::optim::losses::softmax_cross_entropy_with_integer_labels(logits, labels));
};

inline double final_loss(const Params<>& params, const Data& data) {
  return grove::evaluate(loss, params, data.x, std::vector<int>(data.labels.begin(), data.labels.end()));
}

}  // namespace job
