// A factor of the gradient that the value does not see.
#include "optim/numerics/scale_gradient.hpp"

#include <Eigen/Core>
#include <limits>

#include "autodiff/autodiff.hpp"
#include "tests/catch.hpp"

using namespace grove::optim;
using Eigen::VectorXd;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("scale_gradient leaves the value and multiplies the gradient") {
  const VectorXd x = Eigen::Vector3d(0.1, -2, 1e300);
  const auto loss = [](double factor) {
    return [factor](const auto& p) { return grove::sum(grove::square(scale_gradient(p, factor).array())); };
  };
  CHECK(grove::value_and_grad(loss(0.25))(x).value == grove::value_and_grad(loss(1))(x).value);
  for (const double factor : {0.25, 0.0, -1.0, 1.0}) {
    CHECK((grove::grad(loss(factor))(x) - 2 * factor * x).isZero(0));
  }
  const auto of_number = [](const auto& y) { return scale_gradient(y, 3.0) * y; };
  CHECK(grove::grad(of_number)(5.0) == 20);
  CHECK(scale_gradient(2.5, 3.0) == 2.5);
  struct Pair {
    VectorXd v;
    double s;
  };
  const auto of_tree = [](const auto& p) {
    const auto& [v, s] = p;
    return grove::sum(scale_gradient(v, 2.0).array()) * scale_gradient(s, 0.5);
  };
  const Pair grads = grove::grad(of_tree)(Pair{VectorXd::Ones(2), 3});
  CHECK(grads.v == VectorXd::Constant(2, 6));
  CHECK(grads.s == 1);
  CHECK_THROWS_WITH(scale_gradient(1.0, inf), "scale_gradient: scale must be finite, got inf");
}
