// What scikit-learn, statsmodels and SciPy answered: the cases of tests/golden/models.txt.
#pragma once

#include <Eigen/Core>
#include <map>
#include <string>
#include <vector>

#include "tests/optim/golden.hpp"

namespace recorded {

inline const golden::Row& row(const std::string& name) {
  static const std::map<std::string, golden::Row> all = golden::cases("models.txt");
  return all.at(name);
}

inline Eigen::VectorXd vector(const std::string& name) {
  return Eigen::Map<const Eigen::VectorXd>(row(name).data(), static_cast<Eigen::Index>(row(name).size()));
}

/// The numbers as a matrix, row by row.
inline Eigen::MatrixXd matrix(const std::string& name, Eigen::Index cols) {
  return golden::matrix_of(row(name), 0, static_cast<Eigen::Index>(row(name).size()) / cols, cols);
}

inline std::vector<int> integers(const std::string& name) { return {row(name).begin(), row(name).end()}; }

/// The largest difference, relative to the recorded value.
inline double distance(const Eigen::VectorXd& got, const std::string& name) {
  const Eigen::VectorXd want = vector(name);
  if (got.size() != want.size()) return 1e300;
  return ((got - want).array() / want.array().abs()).abs().maxCoeff();
}

}  // namespace recorded
