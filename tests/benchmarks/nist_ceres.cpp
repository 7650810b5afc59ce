// Grove and Ceres on the certified problems of tests/optim/least_squares/nist.txt, for docs/least_squares.md. By hand,
// with Debian's libceres-dev:
//
//   g++ -std=c++20 -O2 -I. -Itests -isystem /usr/include/eigen3 tests/benchmarks/nist_ceres.cpp -o nist_ceres -lceres
//   -lglog -lfmt
//   ./nist_ceres
//
// Ceres has the options of its own statement on these problems (examples/nist.cc): tolerances 1e-10 times the default
// ones, dense QR, exact derivatives.
#include <ceres/ceres.h>
#include <fmt/format.h>
#include <glog/logging.h>

#include <ctime>

#include "optim/least_squares/least_squares.hpp"
#include "tests/optim/least_squares/nist.hpp"

namespace {

struct Row {
  double digits = 0;
  std::int64_t evaluations = 0, jacobians = 0;
  double milliseconds = 0;
};

template <class F>
Row timed(const F& fit) {
  Row row = fit();
  constexpr int times = 20;
  const std::clock_t begin = std::clock();  // CPU time, since machines are busy
  for (int i = 0; i < times; ++i) row = fit();
  row.milliseconds = 1e3 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC / times;
  return row;
}

Row by_grove(const nist::Problem& problem, int start) {
  const auto fit = grove::optim::least_squares(nist::residuals, problem.starts[start], {}, problem);
  return {nist::digits(problem, fit.params, problem.certified), fit.residual_evaluations, fit.jacobian_evaluations};
}

struct Residuals {
  const nist::Problem& problem;

  template <class T>
  bool operator()(T const* const* b, T* r) const {
    const nist::Model<T> f = nist::model<T>(problem.model);
    for (Eigen::Index i = 0; i < problem.y.size(); ++i)
      r[i] = f(b[0], problem.x(i), problem.z.size() == 0 ? 0.0 : problem.z(i)) - problem.y(i);
    return true;
  }
};

Row by_ceres(const nist::Problem& problem, int start) {
  Eigen::VectorXd b = problem.starts[start];
  ceres::Problem fit;
  auto* cost = new ceres::DynamicAutoDiffCostFunction<Residuals, 8>(new Residuals{problem});
  cost->AddParameterBlock(static_cast<int>(b.size()));
  cost->SetNumResiduals(static_cast<int>(problem.y.size()));
  fit.AddResidualBlock(cost, nullptr, b.data());
  ceres::Solver::Options options;
  options.linear_solver_type = ceres::DENSE_QR;
  options.max_num_iterations = 10000;
  options.function_tolerance *= 1e-10;
  options.gradient_tolerance *= 1e-10;
  options.parameter_tolerance *= 1e-10;
  options.logging_type = ceres::SILENT;
  ceres::Solver::Summary summary;
  ceres::Solve(options, &fit, &summary);
  return {nist::digits(problem, b, problem.certified), summary.num_residual_evaluations,
          summary.num_jacobian_evaluations};
}

}  // namespace

int main(int, char** arguments) {
  FLAGS_minloglevel = 3;  // Ceres reports every rejected trial
  google::InitGoogleLogging(arguments[0]);
  Row grove_sum, ceres_sum;
  int grove_reached[3] = {}, ceres_reached[3] = {};
  const auto add = [](Row& sum, int* reached, const Row& row) {
    sum.digits += row.digits / 54;
    sum.evaluations += row.evaluations;
    sum.jacobians += row.jacobians;
    sum.milliseconds += row.milliseconds;
    for (int k = 0; k < 3; ++k) reached[k] += row.digits >= 4 + 2 * k;
  };
  const auto print = [](const Row& g, const Row& c) {
    fmt::print("{:6.1f} {:6} {:6} {:8.2f}    {:6.1f} {:6} {:6} {:8.2f}\n", g.digits, g.evaluations, g.jacobians,
               g.milliseconds, c.digits, c.evaluations, c.jacobians, c.milliseconds);
  };
  fmt::print("{:11} {:>6} {:>6} {:>6} {:>8}    {:>6} {:>6} {:>6} {:>8}\n", "", "Grove", "r", "J", "ms", "Ceres", "r",
             "J", "ms");
  for (const nist::Problem& problem : nist::read_problems()) {
    for (int start = 0; start < 2; ++start) {
      const Row g = timed([&] { return by_grove(problem, start); });
      const Row c = timed([&] { return by_ceres(problem, start); });
      add(grove_sum, grove_reached, g);
      add(ceres_sum, ceres_reached, c);
      fmt::print("{:9} {} ", problem.name, start + 1);
      print(g, c);
    }
  }
  fmt::print("{:12}", "all");
  print(grove_sum, ceres_sum);
  fmt::print("4/6/8 digits: {}/{}/{} and {}/{}/{}\n", grove_reached[0], grove_reached[1], grove_reached[2],
             ceres_reached[0], ceres_reached[1], ceres_reached[2]);
}
