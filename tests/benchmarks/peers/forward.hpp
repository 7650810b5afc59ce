// Peers in forward mode, all directions at once: Eigen's AutoDiffScalar and Ceres' Jet.
#pragma once

#include <Eigen/Dense>
#include <string>
#include <unsupported/Eigen/AutoDiff>
#ifdef GROVE_BENCHMARK_WITH_CERES
#include <ceres/jet.h>
#endif

namespace benchmarks {

/// Eigen's AutoDiffScalar with N directions.
template <int N>
struct EigenForward {
  using Scalar = Eigen::AutoDiffScalar<Eigen::Matrix<double, N, 1>>;
  static std::string name() { return "eigen AutoDiffScalar"; }
  static Scalar variable(double value, int i) { return Scalar(value, N, i); }
  static double value(const Scalar& x) { return x.value(); }
  static const auto& gradient(const Scalar& x) { return x.derivatives(); }
};

#ifdef GROVE_BENCHMARK_WITH_CERES
/// Ceres' Jet with N directions.
template <int N>
struct CeresForward {
  using Scalar = ceres::Jet<double, N>;
  static std::string name() { return "ceres Jet"; }
  static Scalar variable(double value, int i) { return Scalar(value, i); }
  static double value(const Scalar& x) { return x.a; }
  static const auto& gradient(const Scalar& x) { return x.v; }
};
#endif

}  // namespace benchmarks
