// vmap: one gradient for each row.
#include <autodiff/derivatives/grad.hpp>
#include <autodiff/derivatives/vmap.hpp>
#include <autodiff/operations/operations.hpp>

#include "smoke.hpp"

int main() {
  const auto energy = [](const auto& p) { return p(0) * exp(p(1)); };
  const Eigen::MatrixXd points = Eigen::MatrixXd::Random(37, 2);
  const Eigen::MatrixXd slopes = grove::vmap(grove::grad(energy))(points);
  for (Eigen::Index i = 0; i < points.rows(); ++i) {
    smoke::expect("by the first", smoke::near(slopes(i, 0), std::exp(points(i, 1))));
    smoke::expect("by the second", smoke::near(slopes(i, 1), points(i, 0) * std::exp(points(i, 1))));
  }
  return smoke::failures;
}
