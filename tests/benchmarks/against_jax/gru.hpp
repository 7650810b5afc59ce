// A gated recurrent unit of width 32 reads 128 digits row by row and says which they are.
#pragma once

#include "steps.hpp"

namespace job {

template <class T = double>
struct Params {
  grove::Matrix<T> input, state;  // for the three gates, one beside the other
  grove::RowVector<T> bias;
  grove::Matrix<T> output;
};

struct Data {
  Eigen::MatrixXd x;  // 128 rows for each time
  Eigen::VectorXi labels;
};

const auto loss = [](const auto& p, const Eigen::MatrixXd& x, const std::vector<int>& labels) {
  using T = grove::scalar_t<decltype(p)>;
  const auto batch = static_cast<Eigen::Index>(labels.size()), width = p.state.rows();
  const grove::Matrix<T> all = (x * p.input).rowwise() + p.bias;
  grove::Matrix<T> h = Eigen::MatrixXd::Zero(batch, width);
  for (Eigen::Index t = 0; t < x.rows() / batch; ++t) {
    const auto from_input = all.middleRows(t * batch, batch).array();
    const grove::Matrix<T> product = h * p.state;
    const auto from_state = product.array();
    const auto reset = grove::logistic(from_input.leftCols(width) + from_state.leftCols(width));
    const auto keep = grove::logistic(from_input.middleCols(width, width) + from_state.middleCols(width, width));
    const auto fresh = grove::tanh(from_input.rightCols(width) + reset * from_state.rightCols(width));
    h = (fresh + keep * (h.array() - fresh)).matrix();
  }
  return grove::mean(grove::optim::losses::softmax_cross_entropy_with_integer_labels((h * p.output).eval(), labels));
};

inline std::vector<int> labels_of(const Data& data) { return {data.labels.begin(), data.labels.end()}; }

inline Params<> train(const Params<>& start, const Data& data) {
  const auto labels = labels_of(data);
  return adam_steps(loss, start, 50, 0.01, [&](int) { return std::tie(data.x, labels); });
}
inline double final_loss(const Params<>& params, const Data& data) {
  return grove::evaluate(loss, params, data.x, labels_of(data));
}

}  // namespace job
