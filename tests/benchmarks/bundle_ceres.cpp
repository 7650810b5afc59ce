// Grove and Ceres on the bundle adjustment of examples/15_bundle_adjustment.cpp, for docs/least_squares.md. By hand,
// with Debian's libceres-dev:
//
//   g++ -std=c++20 -O3 -I. -isystem /usr/include/eigen3 tests/benchmarks/bundle_ceres.cpp -o bundle_ceres -lceres
//   -lglog -lfmt
//   ./bundle_ceres
//
// Both start at the same scene, eliminate the points, run on one thread and end when a step lowers the cost by at most
// a millionth. Ceres has exact derivatives of the same function by its own numbers.
#include <ceres/ceres.h>
#include <fmt/format.h>

#include <ctime>
#include <utility>

#include "examples/bundle.hpp"
#include "optim/least_squares/sparse.hpp"

namespace {

struct Run {
  double seconds = 0, cost = 0;
  std::int64_t steps = 0, jacobians = 0;
};

template <class F>
Run timed(const F& fit) {
  Run best{.seconds = 1e300};
  for (int i = 0; i < 5; ++i) {
    const std::clock_t begin = std::clock();  // of this process alone, however busy the machine is
    Run run = fit();
    run.seconds = double(std::clock() - begin) / CLOCKS_PER_SEC;
    if (run.seconds < best.seconds) best = run;
  }
  return best;
}

Run by_grove(const Bundle& bundle, double tolerance) {
  const auto fit = grove::optim::least_squares(grove::optim::sparse(misses, {.eliminate = {"points"}}), bundle.start,
                                               {.cost_tolerance = tolerance}, bundle.sights);
  return {0, fit.cost, fit.steps, fit.jacobian_evaluations};
}

struct Miss {
  Eigen::Vector2d pixel;

  template <class T>
  bool operator()(const T* camera, const T* point, T* miss) const {
    const Camera<T> c{
        {camera[0], camera[1], camera[2]}, {camera[3], camera[4], camera[5]}, camera[6], camera[7], camera[8]};
    const Eigen::Matrix<T, 2, 1> seen = project(c, point[0], point[1], point[2]);
    miss[0] = seen(0) - pixel(0);
    miss[1] = seen(1) - pixel(1);
    return true;
  }
};

Run by_ceres(const Bundle& bundle, double tolerance) {
  Scene<> scene = bundle.start;
  std::vector<Eigen::Matrix<double, 9, 1>> cameras;
  for (const Camera<>& c : scene.cameras)
    cameras.push_back((Eigen::Matrix<double, 9, 1>() << c.turn, c.move, c.focal, c.k1, c.k2).finished());
  ceres::Problem problem;
  ceres::Solver::Options options;
  auto* order = new ceres::ParameterBlockOrdering;
  for (const Sight& s : bundle.sights) {
    double *camera = cameras[s.camera].data(), *point = scene.points.col(s.point).data();
    problem.AddResidualBlock(new ceres::AutoDiffCostFunction<Miss, 2, 9, 3>(new Miss{s.pixel}), nullptr, camera, point);
    order->AddElementToGroup(point, 0);
    order->AddElementToGroup(camera, 1);
  }
  options.linear_solver_type = ceres::DENSE_SCHUR;
  options.linear_solver_ordering.reset(order);
  options.function_tolerance = tolerance;
  options.gradient_tolerance = options.parameter_tolerance = 0;
  options.max_num_iterations = 1000;
  options.logging_type = ceres::SILENT;
  ceres::Solver::Summary summary;
  ceres::Solve(options, &problem, &summary);
  return {0, summary.final_cost, summary.num_linear_solves, summary.num_jacobian_evaluations};
}

void print(const char* name, const Run& run) {
  fmt::print("{:5} {:6} steps {:4} Jacobians {:8.3f} s {:8.1f} ms/step   cost {:.9g}\n", name, run.steps, run.jacobians,
             run.seconds, 1e3 * run.seconds / double(run.steps), run.cost);
}

}  // namespace

int main() {
  const Bundle bundle;
  for (const double tolerance : {1e-6, 1e-12}) {
    fmt::print("tolerance {}\n", tolerance);
    print("Grove", timed([&] { return by_grove(bundle, tolerance); }));
    print("Ceres", timed([&] { return by_ceres(bundle, tolerance); }));
  }
}
