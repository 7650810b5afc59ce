// A mixture of 10 normal distributions with full covariances in 8 dimensions, for 1797 digits.
#pragma once

#include "steps.hpp"

namespace job {

template <class T = double>
struct Params {
  grove::Vector<T> logits;
  grove::Matrix<T> means;  // a row for each component, as of the next two
  grove::Matrix<T> log_diagonals;
  grove::Matrix<T> factors;  // 8 rows for each, of which the strictly lower triangle counts
};

struct Data {
  Eigen::MatrixXd x;
};

const auto loss = [](const auto& p, const Eigen::MatrixXd& x) {
  using T = grove::scalar_t<decltype(p)>;
  const Eigen::Index d = x.cols(), k = p.logits.size();
  const grove::Vector<T> log_weights = grove::log_softmax(p.logits);
  std::vector<grove::Matrix<T>> columns;
  for (Eigen::Index c = 0; c < k; ++c) {
    const grove::RowVector<T> log_diagonal = p.log_diagonals.row(c);
    const grove::Matrix<T> strict =
        p.factors.middleRows(c * d, d).template triangularView<Eigen::StrictlyLower>().toDenseMatrix();
    const grove::Matrix<T> factor = strict + grove::Matrix<T>(exp(log_diagonal.array()).matrix().asDiagonal());
    const grove::Matrix<T> z = (x * factor).rowwise() - p.means.row(c) * factor;
    columns.push_back(
        ((log_weights[c] + sum(log_diagonal)) - 0.5 * grove::sum(grove::square(z).rowwise()).array()).matrix());
  }
  return -grove::mean(grove::logsumexp(grove::hcat(columns).rowwise()));
};

inline Params<> train(const Params<>& start, const Data& data) {
  return adam_steps(loss, start, 50, 0.02, [&](int) { return std::tie(data.x); });
}
inline double final_loss(const Params<>& params, const Data& data) { return grove::evaluate(loss, params, data.x); }

}  // namespace job
