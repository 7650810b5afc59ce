#include "optim/numerics/projections.hpp"

#include "autodiff/detail/random_bits.hpp"
#include "tests/catch.hpp"

using namespace grove::optim;
using Eigen::Vector3d;
using Eigen::VectorXd;

namespace {

const VectorXd x = Vector3d(0.5, -2, 3);

/// A projection does not move what lies in the set already.
template <class F>
void check_projection(F project, const VectorXd& want) {
  const VectorXd got = project(x);
  INFO("got " << got.transpose());
  CHECK((got - want).norm() < 1e-12);
  CHECK((project(got) - got).norm() < 1e-12);
}

}  // namespace

TEST_CASE("projections onto boxes") {
  check_projection([](const VectorXd& v) { return projection_non_negative(v); }, Vector3d(0.5, 0, 3));
  check_projection([](const VectorXd& v) { return projection_box(v, -1, 2); }, Vector3d(0.5, -1, 2));
  check_projection([](const VectorXd& v) { return projection_hypercube(v); }, Vector3d(0.5, 0, 1));
  check_projection([](const VectorXd& v) { return projection_linf_ball(v, 2.5); }, Vector3d(0.5, -2, 2.5));
  CHECK_THROWS_WITH(projection_box(x, 1, 0), "projection_box: lower = 1 exceeds upper = 0");
}

TEST_CASE("projections onto simplex, spheres and balls") {
  check_projection([](const VectorXd& v) { return projection_simplex(v, 3); }, Vector3d(0.25, 0, 2.75));
  check_projection([](const VectorXd& v) { return projection_l1_sphere(v, 2); }, Vector3d(0, -0.5, 1.5));
  check_projection([](const VectorXd& v) { return projection_l1_ball(v, 10); }, x);
  check_projection([](const VectorXd& v) { return projection_l2_sphere(v, 2); }, 2 * x / x.norm());
  check_projection([](const VectorXd& v) { return projection_l2_ball(v, 10); }, x);
}

TEST_CASE("projections onto lines, planes and halfspaces") {
  const VectorXd a = Vector3d(1, 1, 0);
  check_projection([&](const VectorXd& v) { return projection_vector(v, a); }, Vector3d(-0.75, -0.75, 0));
  check_projection([&](const VectorXd& v) { return projection_hyperplane(v, a, 0.5); }, Vector3d(1.5, -1, 3));
  check_projection([&](const VectorXd& v) { return projection_halfspace(v, a, 0.0); }, x);
}

// The nearest point of a convex set is where no corner of the set lies on the side of what was projected.
TEST_CASE("the projection onto the simplex is the nearest point, for vectors of every length") {
  std::uint64_t random = 5;
  const auto uniform = [&] { return static_cast<double>(grove::detail::split_mix(random) >> 11) * 0x1p-52 - 1; };
  for (int n = 1; n <= 9; ++n) {
    for (int trial = 0; trial < 20; ++trial) {
      const double scale = 1.5 + uniform();
      VectorXd v(n);
      for (double& entry : v) entry = 2 * uniform();
      if (trial == 0) v.setConstant(0.3);
      const VectorXd got = projection_simplex(v, scale);
      CHECK(got.minCoeff() >= 0);
      CHECK(got.sum() == Approx(scale));
      for (int corner = 0; corner < n; ++corner) CHECK((v - got).dot(VectorXd::Unit(n, corner) * scale - got) < 1e-12);
    }
  }
}
