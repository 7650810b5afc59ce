// C: a multilayer perceptron 10-64-64-1 with tanh, mean squared error over a batch of 256.
#pragma once

#include <Eigen/Dense>
#include <array>
#include <autodiff/autodiff.hpp>
#include <memory>

#include "../random_data.hpp"
#include "../rows.hpp"

namespace benchmarks {

template <class T = double>
struct Dense {
  grove::Matrix<T> weight;
  grove::Vector<T> bias;
};

template <class T = double>
struct Mlp {
  std::array<Dense<T>, 3> layers;
};

inline const auto mlp_loss = [](const auto& p, const Eigen::MatrixXd& x, const Eigen::RowVectorXd& y) {
  using T = grove::scalar_t<decltype(p)>;
  const auto& [first, second, last] = p.layers;
  const grove::Matrix<T> h1 = grove::tanh(((first.weight * x).colwise() + first.bias).array()).matrix();
  const grove::Matrix<T> h2 = grove::tanh(((second.weight * h1).colwise() + second.bias).array()).matrix();
  return grove::mean(grove::square(((last.weight * h2).colwise() + last.bias).array() - y.array()));
};

/// The same with a row for each sample, as threads share them out.
inline const auto mlp_loss_of_rows = [](const auto& p, const Eigen::MatrixXd& x, const Eigen::VectorXd& y) {
  using T = grove::scalar_t<decltype(p)>;
  const auto& [first, second, last] = p.layers;
  const auto layer = [](const auto& h, const auto& dense) {
    return ((h * dense.weight.transpose()).rowwise() + dense.bias.transpose()).array();
  };
  const grove::Matrix<T> h1 = grove::tanh(layer(x, first)).matrix();
  const grove::Matrix<T> h2 = grove::tanh(layer(h1, second)).matrix();
  return grove::mean(grove::square(layer(h2, last) - y.array()));
};

struct MlpData {
  Eigen::MatrixXd x;
  Eigen::RowVectorXd y;
  Eigen::MatrixXd x_rows;
  Eigen::VectorXd y_rows;
  Mlp<> params;

  MlpData() {
    Random random(2);
    constexpr std::array<Eigen::Index, 4> widths = {10, 64, 64, 1};
    x = random.normal_matrix(widths[0], 256);
    y = x.colwise().norm().array().sin();
    x_rows = x.transpose();
    y_rows = y.transpose();
    for (std::size_t i = 0; i < params.layers.size(); ++i) {
      const double scale = 1 / std::sqrt(static_cast<double>(widths[i]));
      params.layers[i] = {random.normal_matrix(widths[i + 1], widths[i], scale),
                          random.normal_vector(widths[i + 1], 0.1)};
    }
  }
};

/// Backpropagation by hand in Eigen's matrices, activations allocated once.
struct MlpByHand {
  Eigen::MatrixXd h1, h2, h1_bar, h2_bar;
  Eigen::RowVectorXd residual;

  double operator()(const MlpData& data, Mlp<>& grads) {
    const auto& [first, second, last] = data.params.layers;
    const double n = static_cast<double>(data.y.size());
    h1.noalias() = first.weight * data.x;
    h1 = (h1.colwise() + first.bias).array().tanh();
    h2.noalias() = second.weight * h1;
    h2 = (h2.colwise() + second.bias).array().tanh();
    residual.noalias() = last.weight * h2;
    residual.array() += last.bias(0) - data.y.array();
    const double value = residual.squaredNorm() / n;

    auto& [first_grad, second_grad, last_grad] = grads.layers;
    residual *= 2 / n;
    last_grad.weight.noalias() = residual * h2.transpose();
    last_grad.bias.setConstant(1, residual.sum());
    h2_bar.noalias() = last.weight.transpose() * residual;
    h2_bar.array() *= 1 - h2.array().square();
    second_grad.weight.noalias() = h2_bar * h1.transpose();
    second_grad.bias = h2_bar.rowwise().sum();
    h1_bar.noalias() = second.weight.transpose() * h2_bar;
    h1_bar.array() *= 1 - h1.array().square();
    first_grad.weight.noalias() = h1_bar * data.x.transpose();
    first_grad.bias = h1_bar.rowwise().sum();
    return value;
  }
};

inline std::vector<Workload> workloads() {
  const auto data = std::make_shared<const MlpData>();
  Workload workload{"C", "perceptron 10-64-64-1, tanh, batch 256, mean squared error, 4929 parameters"};
  workload.data = data;
  workload.rows = {
      primal_row("primal", mlp_loss, data->params, data->x, data->y),
      hand_row<Mlp<>>([&data = *data, by_hand = MlpByHand{}](auto& grads) mutable { return by_hand(data, grads); }),
      grove_row("grove", 0.30, mlp_loss, data->params, data->x, data->y),
      threads_row(1, 0, 1, mlp_loss_of_rows, data->params, data->x_rows, data->y_rows),
      threads_row(2, 0.30 / 1.8, 1, mlp_loss_of_rows, data->params, data->x_rows, data->y_rows),
  };
  workload.difference = difference_of(workload.rows[1], mlp_loss, data->params, data->x, data->y);
  return {workload};
}

}  // namespace benchmarks
