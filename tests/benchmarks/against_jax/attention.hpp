// Attention over 128 digits, the 8 rows of each being its tokens.
#pragma once

#include "steps.hpp"

namespace job {

template <class T = double>
struct Params {
  grove::Matrix<T> embed, query, key, value, mix, output;
};

struct Data {
  Eigen::MatrixXd x;  // 8 rows for each digit
  Eigen::VectorXi labels;
};

const auto loss = [](const auto& p, const Eigen::MatrixXd& x, const std::vector<int>& labels) {
  using T = grove::scalar_t<decltype(p)>;
  const auto batch = static_cast<Eigen::Index>(labels.size()), tokens = x.rows() / batch;
  const grove::Matrix<T> h = x * p.embed;
  const double scale = 1 / std::sqrt(static_cast<double>(p.query.cols()));
  const auto scores = grove::batched_matmul_transposed(h * p.query, h * p.key, batch);
  const auto weights = grove::softmax((scale * scores).rowwise());
  const grove::Matrix<T> mixed = h + grove::batched_matmul(weights, h * p.value, batch) * p.mix;
  const Eigen::MatrixXd mean = Eigen::MatrixXd::Constant(batch, tokens, 1.0 / static_cast<double>(tokens));
  const grove::Matrix<T> pooled = grove::batched_matmul(mean, grove::tanh(mixed), batch);
  return grove::mean(
      grove::optim::losses::softmax_cross_entropy_with_integer_labels((pooled * p.output).eval(), labels));
};

inline std::vector<int> labels_of(const Data& data) { return {data.labels.begin(), data.labels.end()}; }

inline Params<> train(const Params<>& start, const Data& data) {
  const auto labels = labels_of(data);
  return adam_steps(loss, start, 50, 0.005, [&](int) { return std::tie(data.x, labels); });
}
inline double final_loss(const Params<>& params, const Data& data) {
  return grove::evaluate(loss, params, data.x, labels_of(data));
}

}  // namespace job
