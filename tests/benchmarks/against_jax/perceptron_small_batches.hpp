// The perceptron, 32 digits in each step, in their order.
#pragma once

#include "perceptron.hpp"

namespace job {

inline Params<> train(const Params<>& start, const Data& data) {
  constexpr Eigen::Index size = 32;
  const Eigen::Index batches = data.x.rows() / size;
  return adam_steps(loss, start, 1000, 0.002, [&](int i) {
    const Eigen::Index first = i % batches * size;
    const auto labels = data.labels.segment(first, size);
    return std::tuple(Eigen::MatrixXd(data.x.middleRows(first, size)), std::vector<int>(labels.begin(), labels.end()));
  });
}

}  // namespace job
