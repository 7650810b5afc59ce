// Fixed points: their derivatives against closed forms and differences.
#include "optim/solve/fixed_point.hpp"

#include <Eigen/Core>
#include <Eigen/LU>
#include <cmath>

#include "autodiff/derivatives/grad.hpp"
#include "autodiff/gradcheck/gradcheck.hpp"
#include "tests/catch.hpp"

using namespace grove::optim;
using Eigen::MatrixXd;
using Eigen::VectorXd;

TEST_CASE("an equilibrium has the derivative of its closed form, also where the iteration is slow") {
  const MatrixXd w{{0.3, -0.4, 0.1}, {0.2, 0.5, 0.3}, {-0.1, 0.2, 0.4}};
  const VectorXd zero = VectorXd::Zero(3);
  // linear: z = (1 - W)⁻¹ b
  const auto linear = [&](const auto& b) {
    return grove::sum(
        grove::square(fixed_point([&](const auto& z, const auto& c) { return w * z + c; }, VectorXd(zero), b)));
  };
  const VectorXd b{{1, -2, 0.5}};
  const MatrixXd inverse = (MatrixXd::Identity(3, 3) - w).inverse();
  CHECK((grove::grad(linear)(b) - 2 * inverse.transpose() * inverse * b).cwiseAbs().maxCoeff() < 1e-13);
  const auto deep = [&](const auto& weights) {
    return grove::sum(
        fixed_point([&](const auto& z, const auto& m) { return grove::tanh(m * z + b); }, VectorXd(zero), weights));
  };
  CHECK_NOTHROW(grove::gradcheck(deep, w));
  // x = cos x, and x ← 0.999 x + a, whose iteration takes thousands of steps
  CHECK(fixed_point([](const auto& u) { return grove::cos(u); }, 1.0) == Approx(0.7390851332151607).epsilon(1e-15));
  const auto slow = [](const auto& a) {
    return fixed_point([](const auto& u, const auto& c) { return 0.999 * u + c; }, 0.0, a);
  };
  CHECK(slow(0.5) == Approx(500).epsilon(1e-12));
  CHECK(grove::grad(slow)(0.5) == Approx(1000).epsilon(1e-12));
  // of the fixed points ±0.957… of tanh 2u the iteration leads to the one on its side, not to 0 between them
  CHECK(fixed_point([](const auto& u) { return grove::tanh(2 * u); }, -0.1) == Approx(-0.9575040240772687));
}

TEST_CASE("fixed_point says why it found nothing") {
  CHECK_THROWS_WITH(fixed_point([](const auto& u) { return u.head(1); }, VectorXd(VectorXd::Zero(2))),
                    "fixed_point: f returns 1 numbers for 2; there must be one each");
  CHECK_THROWS_WITH(fixed_point([](const auto& u) { return u + 1; }, 0.0), Catch::Contains("fixed_point: no root"));
}
