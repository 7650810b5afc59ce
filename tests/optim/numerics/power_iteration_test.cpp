// Eigenvalues and roots of matrices against optax, and against what they are by definition.
#include "optim/numerics/power_iteration.hpp"

#include <Eigen/Core>
#include <cmath>
#include <limits>

#include "tests/optim/golden.hpp"

using namespace grove::optim;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
const MatrixXd a = (MatrixXd(4, 3) << 1.5, -2.0, 0.25, 0.5, 3.0, -1.0, -0.75, 0.1, 2.0, 1.0, 1.0, 0.3).finished();

}  // namespace

TEST_CASE("power_iteration follows optax") {
  const MatrixXd gram = a.transpose() * a;
  const golden::Row& row = golden::numeric_case("power_iteration");
  const PowerIterationOptions exact{.num_iters = 2000, .error_tolerance = 1e-13};
  const auto found = power_iteration(gram, exact);
  CHECK(found.eigenvalue == Approx(row[0]).epsilon(1e-12));
  const double sign = found.eigenvector(0) > 0 ? 1 : -1;
  CHECK((sign * found.eigenvector - golden::matrix_of(row, 1, 3, 1)).norm() < 1e-9);
  CHECK(power_iteration(MatrixXd(-gram), exact).eigenvalue == Approx(-row[0]).epsilon(1e-12));
  CHECK(power_iteration(MatrixXd(MatrixXd::Zero(2, 2))).eigenvalue == 0);

  struct Point {
    double x;
    VectorXd rest;
  };
  const auto stretch = [](const Point& p) { return Point{-5 * p.x, 3 * p.rest}; };
  const auto of_tree = power_iteration(stretch, Point{1, VectorXd::Ones(2)}, exact);
  CHECK(of_tree.eigenvalue == Approx(-5));
  CHECK(std::abs(of_tree.eigenvector.x) == Approx(1));
  CHECK_THROWS_WITH(power_iteration(a), "power_iteration: the matrix is 4×3 and must be square");
  CHECK_THROWS_WITH(power_iteration(gram, {.num_iters = 0}), "power_iteration: num_iters must be positive, got 0");
}

TEST_CASE("matrix_inverse_pth_root follows optax, whose iteration is in single precision") {
  const MatrixXd gram = a.transpose() * a;
  const auto check = [&](int p, const char* name) {
    const MatrixXd want = golden::matrix_of(golden::numeric_case(name), 0, 3, 3),
                   got = matrix_inverse_pth_root(gram, p, 1e-2);
    CHECK((got - want).norm() < 2e-4 * want.norm());
    MatrixXd power = got;
    for (int i = 1; i < p; ++i) power *= got;
    const MatrixXd damped = gram + 1e-2 * golden::numeric_case("power_iteration")[0] * MatrixXd::Identity(3, 3);
    CHECK((power * damped - MatrixXd::Identity(3, 3)).norm() < 1e-12);
  };
  check(1, "matrix_inverse_pth_root_1");
  check(2, "matrix_inverse_pth_root_2");
  check(4, "matrix_inverse_pth_root_4");
  CHECK(matrix_inverse_pth_root(MatrixXd::Constant(1, 1, 8.0), 3, 0)(0, 0) == Approx(0.5));
  CHECK(matrix_inverse_pth_root(MatrixXd::Constant(1, 1, inf), 3).array().isNaN().all());
  CHECK_THROWS_WITH(matrix_inverse_pth_root(gram, 0), "matrix_inverse_pth_root: p must be positive, got 0");
  CHECK_THROWS_WITH(matrix_inverse_pth_root(MatrixXd(-MatrixXd::Identity(2, 2)), 2),
                    "matrix_inverse_pth_root: the smallest eigenvalue must not be negative, got -1");
  CHECK_THROWS_AS(matrix_inverse_pth_root(a, 2), grove::ShapeError);
}
