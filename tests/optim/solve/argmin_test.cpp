// Minima as functions: their derivatives against closed forms and differences.
#include "optim/solve/argmin.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <cmath>
#include <limits>

#include "autodiff/derivatives/grad.hpp"
#include "autodiff/derivatives/jacobian.hpp"
#include "autodiff/gradcheck/gradcheck.hpp"
#include "tests/catch.hpp"

using namespace grove::optim;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

const MatrixXd x =
    (MatrixXd(5, 3) << 1, 0.3, -0.5, 0.2, 1.5, 0.4, -0.7, 0.1, 1.1, 0.5, 0.5, 0.9, -0.2, 0.8, -1.3).finished();
const VectorXd y{{1, -0.5, 0.3, 0.8, 0.1}};
const MatrixXd x_held_out = (MatrixXd(2, 3) << 0.4, -0.6, 0.2, 1.0, 0.3, 0.3).finished();
const VectorXd y_held_out{{0.7, -0.2}};

const auto ridge = [](const auto& w, const auto& penalty) {
  return 0.5 * grove::sum(grove::square(x * w - y)) + 0.5 * penalty * grove::sum(grove::square(w));
};
const auto validation = [](const auto& penalty) {
  const auto w = argmin(ridge, VectorXd(VectorXd::Zero(3)), penalty);
  return 0.5 * grove::sum(grove::square(x_held_out * w - y_held_out));
};

}  // namespace

TEST_CASE("the slope of ridge regression's hyper-parameter is that of its closed form") {
  const double penalty = 0.4;
  const MatrixXd hessian = x.transpose() * x + penalty * MatrixXd::Identity(3, 3);
  const VectorXd w = hessian.llt().solve(x.transpose() * y);
  CHECK((argmin(ridge, VectorXd(VectorXd::Zero(3)), penalty) - w).cwiseAbs().maxCoeff() < 1e-15);
  const double expected = (x_held_out * w - y_held_out).dot(-x_held_out * hessian.llt().solve(w));
  CHECK(grove::grad(validation)(penalty) == Approx(expected).epsilon(1e-13));
  CHECK_NOTHROW(grove::gradcheck(validation, penalty));
}

TEST_CASE("argmin finds minima of losses that are not convex where it starts") {
  const auto rosenbrock = [](const auto& u, const auto& a) {
    return grove::square(a - u[0]) + 100 * grove::square(u[1] - u[0] * u[0]);
  };
  const VectorXd found = argmin(rosenbrock, VectorXd{{-1.2, 1}}, 1.0);
  CHECK((found - VectorXd::Ones(2)).cwiseAbs().maxCoeff() < 1e-14);
  const MatrixXd slope = grove::jacobian([&](const auto& a) {
    return argmin(rosenbrock, VectorXd{{-1.2, 1}}, a);
  })(1.5);
  CHECK((slope - MatrixXd{{1}, {3}}).cwiseAbs().maxCoeff() < 1e-12);
  const auto well = [](const auto& u) { return -grove::exp(-u * u); };
  CHECK(std::abs(argmin(well, 1.5)) < 1e-12);  // from the concave rim
  const auto entropy = [](const auto& u) {
    if (grove::value_of(u) <= 0) throw grove::DataError("the logarithm of nothing");
    return u * log(u);
  };
  CHECK(argmin(entropy, 3.0) == Approx(std::exp(-1.0)).epsilon(1e-13));  // whose first step leads below 0
}

TEST_CASE("argmin says why it found nothing") {
  CHECK_THROWS_WITH(argmin([](const auto& u) { return u; }, 0.0), Catch::Contains("argmin: "));
  CHECK_THROWS_WITH(argmin([](const auto& u) { return u * u * u; }, 0.0),
                    Catch::Contains("where the Hessian is not positive definite"));
  CHECK_THROWS_WITH(argmin([](const auto& u) { return std::numeric_limits<double>::quiet_NaN() * u; }, 1.0),
                    Catch::Contains("argmin: not finite at x0"));
}
