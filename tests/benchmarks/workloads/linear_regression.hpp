// A1, A10, B: mean squared error of a linear regression with intercept.
#pragma once

#include <fmt/format.h>

#include <Eigen/Dense>
#include <autodiff/autodiff.hpp>
#include <memory>
#include <utility>

#include "../random_data.hpp"
#include "../rows.hpp"

namespace benchmarks {

template <class T = double>
struct Line {
  grove::Vector<T> weight;
  T bias;
};

inline const auto mean_squared_error = [](const auto& p, const Eigen::MatrixXd& x, const Eigen::VectorXd& y) {
  return grove::mean(grove::square((x * p.weight).array() + p.bias - y.array()));
};

struct LineData {
  Eigen::MatrixXd x;
  Eigen::VectorXd y;
  Line<> params;

  LineData(Eigen::Index n, Eigen::Index k) {
    Random random(1);
    x = random.normal_matrix(n, k);
    y = (x * random.normal_vector(k)).array() + 0.5 + random.normal_vector(n, 0.1).array();
    params = {random.normal_vector(k), 0.1};
  }
};

/// The gradient by hand, with a residual that is allocated once.
struct LineByHand {
  Eigen::VectorXd residual;

  double operator()(const LineData& data, Line<>& grads) {
    const double n = static_cast<double>(data.y.size());
    residual.noalias() = data.x * data.params.weight;
    residual.array() += data.params.bias - data.y.array();
    grads.weight.noalias() = (2 / n) * (data.x.transpose() * residual);
    grads.bias = 2 / n * residual.sum();
    return residual.squaredNorm() / n;
  }
};

/// Grove's gradient as a new tree at each call, the shortest form.
inline Row fresh_gradient_row(const LineData& data) {
  const auto outcome = std::make_shared<Outcome<Line<>>>();
  const auto compute = [=, &data] {
    auto [value, grads] = grove::value_and_grad(mean_squared_error)(data.params, data.x, data.y);
    *outcome = {value, std::move(grads)};
  };
  return row("grove, fresh gradient", compute, [=] { return outcome->joined(); });
}

inline Workload line_workload(std::string id, Eigen::Index n, Eigen::Index k, double target) {
  const auto data = std::make_shared<const LineData>(n, k);
  Workload workload{std::move(id), fmt::format("linear regression, mean squared error, n = {}, k = {}", n, k)};
  workload.data = data;
  workload.rows = {
      primal_row("primal", mean_squared_error, data->params, data->x, data->y),
      hand_row<Line<>>([&data = *data, by_hand = LineByHand{}](auto& grads) mutable { return by_hand(data, grads); }),
      grove_row("grove", target, mean_squared_error, data->params, data->x, data->y),
      fresh_gradient_row(*data),
  };
  workload.difference = difference_of(workload.rows[1], mean_squared_error, data->params, data->x, data->y);
  return workload;
}

inline std::vector<Workload> workloads() {
  return {line_workload("A1", 100, 1, 1.25), line_workload("A10", 100, 10, 1.25), line_workload("B", 10000, 100, 1.02)};
}

}  // namespace benchmarks
