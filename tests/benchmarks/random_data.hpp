// Deterministic data: the same numbers on every machine and standard library (std::normal_distribution is not
// specified).
#pragma once

#include <Eigen/Dense>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace benchmarks {

/// A splitmix64 stream with uniform and normal draws.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t bits() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

  double uniform(double low, double high) { return low + (high - low) * static_cast<double>(bits() >> 11) * 0x1p-53; }

  double normal() {
    const double radius = std::sqrt(-2 * std::log(uniform(0x1p-53, 1)));
    return radius * std::cos(2 * std::numbers::pi * uniform(0, 1));
  }

  Eigen::MatrixXd normal_matrix(Eigen::Index rows, Eigen::Index cols, double scale = 1) {
    return Eigen::MatrixXd::NullaryExpr(rows, cols, [&] { return scale * normal(); });
  }

  Eigen::VectorXd normal_vector(Eigen::Index size, double scale = 1) { return normal_matrix(size, 1, scale); }

  Eigen::VectorXd uniform_vector(Eigen::Index size, double low, double high) {
    return Eigen::VectorXd::NullaryExpr(size, [&] { return uniform(low, high); });
  }

 private:
  std::uint64_t state_;
};

}  // namespace benchmarks
