// A loss of Grove's minimised by Ceres: value and gradient for a GradientProblem.
#include <ceres/ceres.h>

#include <fmt/format.h>

#include "decay.hpp"

template <class Loss>
struct CeresFunction final : ceres::FirstOrderFunction {
  mutable Loss f;
  explicit CeresFunction(Loss loss) : f(std::move(loss)) {}
  bool Evaluate(const double* x, double* cost, double* gradient) const override {
    return std::isfinite(*cost = f(x, gradient));
  }
  int NumParameters() const override { return static_cast<int>(f.size()); }
};

int main() {
  const Measured data;
  const auto f = grove::flat(squares, Decay<>{1, 1}, data);

  const ceres::GradientProblem problem(new CeresFunction(f));
  ceres::GradientProblemSolver::Options options;
  options.function_tolerance = 0;
  ceres::GradientProblemSolver::Summary summary;
  Eigen::VectorXd x = f.start();
  ceres::Solve(options, problem, x.data(), &summary);

  const Decay<> best = f.params(x);
  fmt::print("height {:.5f}, rate {:.5f}, after {} iterations\n", best.height, best.rate, summary.iterations.size());
  return is_right(best) ? 0 : 1;
}
