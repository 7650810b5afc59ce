// An LSTM of width 32 reads 64 digits pixel by pixel and says which they are.
#pragma once

#include "steps.hpp"

namespace job {

template <class T = double>
struct Params {
  grove::RowVector<T> input;  // for the four gates, one beside the other
  grove::Matrix<T> state;
  grove::RowVector<T> bias;
  grove::Matrix<T> output;
};

struct Data {
  Eigen::MatrixXd x;  // a column for each time
  Eigen::VectorXi labels;
};

const auto loss = [](const auto& p, const Eigen::MatrixXd& x, const std::vector<int>& labels) {
  using T = grove::scalar_t<decltype(p)>;
  const Eigen::Index width = p.state.rows();
  grove::Matrix<T> h = Eigen::MatrixXd::Zero(x.rows(), width), cell = h;
  for (Eigen::Index t = 0; t < x.cols(); ++t) {
    const grove::Matrix<T> gates = (h * p.state + grove::outer(x.col(t), p.input)).rowwise() + p.bias;
    const auto ingate = grove::logistic(gates.leftCols(width).array());
    const auto forget = grove::logistic(gates.middleCols(width, width).array());
    const auto change = grove::tanh(gates.middleCols(2 * width, width).array());
    const auto outgate = grove::logistic(gates.rightCols(width).array());
    cell = (forget * cell.array() + ingate * change).matrix();
    h = (outgate * grove::tanh(cell.array())).matrix();
  }
  return grove::mean(grove::optim::losses::softmax_cross_entropy_with_integer_labels((h * p.output).eval(), labels));
};

inline std::vector<int> labels_of(const Data& data) { return {data.labels.begin(), data.labels.end()}; }

inline Params<> train(const Params<>& start, const Data& data) {
  const auto labels = labels_of(data);
  return adam_steps(loss, start, 20, 0.01, [&](int) { return std::tie(data.x, labels); });
}
inline double final_loss(const Params<>& params, const Data& data) {
  return grove::evaluate(loss, params, data.x, labels_of(data));
}

}  // namespace job
