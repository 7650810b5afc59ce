// Reads losses.txt and losses_over.txt and compares values and gradients with it.
#pragma once

#include <Eigen/Core>
#include <map>
#include <string>

#include "autodiff/autodiff.hpp"
#include "optim/losses/detail/elements.hpp"
#include "tests/optim/golden.hpp"

namespace golden {

inline const std::map<std::string, Row>& loss_entry(const std::string& name) {
  static const auto all = [] {
    std::map<std::string, std::map<std::string, Row>> result;
    for (const auto& [file, prefix] : {std::pair{"losses.txt", ""}, std::pair{"losses_over.txt", "over "}}) {
      std::ifstream in = open(file);
      std::string line, current;
      while (std::getline(in, line)) {
        const auto space = line.find(' ');
        const std::string key = line.substr(0, space);
        if (key == "loss") {
          current = prefix + line.substr(space + 1);
        } else {
          result[current][key] = numbers(line.substr(space + 1));
        }
      }
    }
    return result;
  }();
  return all.at(name);
}

/// A matrix from numbers in row order.
inline Eigen::MatrixXd to_matrix(const Row& row, Eigen::Index rows = 4) {
  const auto cols = static_cast<Eigen::Index>(row.size()) / rows;
  return Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(row.data(), rows,
                                                                                                  cols);
}

/// sin(1), sin(2), … : the weights of the values whose sum the reference gradient is of.
inline Eigen::ArrayXXd weights(Eigen::Index rows, Eigen::Index cols) {
  return Eigen::ArrayXXd::NullaryExpr(
      rows, cols, [cols](Eigen::Index i, Eigen::Index j) { return std::sin(static_cast<double>(i * cols + j + 1)); });
}

template <class V>
auto weighted_sum(const V& value) {
  if constexpr (requires { value.rows(); }) {
    const auto& elements = grove::optim::losses::detail::elements(value);
    return grove::sum(elements * weights(value.rows(), value.cols()));
  } else {
    return value * std::sin(1.0);
  }
}

inline double matrix_distance(const Eigen::MatrixXd& got, const Eigen::MatrixXd& want) {
  return (got - want).cwiseAbs().maxCoeff() / std::max(want.cwiseAbs().maxCoeff(), 1e-300);
}

/// Value and gradient of a loss of two matrices, 4×5 unless there are other numbers of rows.
template <class F>
void check_loss(const std::string& name, F f, double tolerance = 1e-12, Eigen::Index rows = 4) {
  INFO(name);
  const auto& entry = loss_entry(name);
  const Eigen::MatrixXd predictions = to_matrix(entry.at("predictions"), rows);
  const Eigen::MatrixXd targets = to_matrix(entry.at("targets"), rows);
  const auto value = f(predictions, targets);
  if constexpr (requires { value.rows(); }) {
    const Eigen::MatrixXd plain = Eigen::ArrayXXd(grove::optim::losses::detail::elements(value)).matrix();
    const Eigen::MatrixXd want = to_matrix(entry.at("value"), plain.rows());
    CHECK(matrix_distance(plain, want) <= tolerance);
  } else {
    CHECK(value == Approx(entry.at("value")[0]).epsilon(tolerance));
  }
  const Eigen::MatrixXd grads = grove::grad([&](const auto& p) { return weighted_sum(f(p, targets)); })(predictions);
  const double error = matrix_distance(grads, to_matrix(entry.at("grad"), rows));
  CHECK(error <= tolerance);
}

}  // namespace golden
