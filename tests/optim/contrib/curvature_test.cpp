// Muon against optax; sophia, whose random numbers differ, on optax's problems.
// Headers: optim/contrib/{hutchinson,muon,sophia}.hpp
#include <Eigen/Core>

#include "optim/contrib/hutchinson.hpp"
#include "optim/contrib/muon.hpp"
#include "optim/contrib/sophia.hpp"
#include "optim/protocol/masked.hpp"
#include "optim/protocol/step.hpp"
#include "tests/optim/golden.hpp"

using namespace grove::optim;
using namespace grove::optim::contrib;

TEST_CASE("muon follows optax") {
  const auto check = [](const std::string& name, const auto& optimizer) {
    INFO(name);
    CHECK(golden::worst_distance(optimizer, "contrib.txt", name, true, 1e-12) <= 1e-12);
  };
  check("muon", muon(0.1));
  check("muon_options", muon(0.1, {.ns_steps = 3,
                                   .beta = 0.8,
                                   .weight_decay = 0.01,
                                   .nesterov = false,
                                   .adaptive = true,
                                   .adam_weight_decay = 0.1,
                                   .consistent_rms = 0.2}));
  check("muon_dion", muon(0.1, {.ns_coeffs = dion_ns_coeffs(), .preconditioning = MuonPreconditioning::spectral}));
  check("muon_aol", muon(0.1, {.adaptive = true, .preconditioning = MuonPreconditioning::aol}));
  check("muon_schatten", muon(0.1, {.ns_steps = 7, .preconditioning = MuonPreconditioning::schatten}));
  CHECK_THROWS_WITH(muon(0.1, {.ns_coeffs = dion_ns_coeffs(), .ns_steps = 4}),
                    "muon: the number of ns_coeffs must lie in [1, ns_steps], got 5");
}

TEST_CASE("sophia converges on a parabola") {
  const Eigen::VectorXd optimum = Eigen::Vector3d(1, -1, 1);
  Eigen::VectorXd x = Eigen::Vector3d(-1, 10, 1);
  const auto optimizer = sophia(1e-2);
  auto state = optimizer.init(x);
  const auto hvp = [](const Eigen::VectorXd&, const Eigen::VectorXd& v) { return Eigen::VectorXd(2 * v); };
  for (int i = 0; i < 30000; ++i) {
    Eigen::VectorXd grads = 2 * (x - optimum);
    step(optimizer, grads, state, x, with_hvp_fn(hvp));
  }
  CHECK((x - optimum).cwiseAbs().maxCoeff() < 1e-3);
}

TEST_CASE("sophia converges on Rosenbrock's function") {
  Eigen::VectorXd x = Eigen::Vector2d(0, 0);
  const auto optimizer = sophia(1e-2);
  auto state = optimizer.init(x);
  const auto hvp = [](const Eigen::VectorXd& p, const Eigen::VectorXd& v) {
    Eigen::Matrix2d h;
    h << 2 - 400 * (p(1) - 3 * p(0) * p(0)), -400 * p(0), -400 * p(0), 200;
    return Eigen::VectorXd(h * v);
  };
  for (int i = 0; i < 30000; ++i) {
    const double a = 1 - x(0), b = x(1) - x(0) * x(0);
    Eigen::VectorXd grads = Eigen::Vector2d(-2 * a - 400 * b * x(0), 200 * b);
    step(optimizer, grads, state, x, with_hvp_fn(hvp));
  }
  CHECK((x - Eigen::Vector2d(1, 1)).cwiseAbs().maxCoeff() < 6e-2);
}

TEST_CASE("hutchinson_estimator_diag_hessian is exact for diagonal Hessians and right on average for others") {
  const Eigen::VectorXd x = Eigen::Vector3d(1, 2, 3);
  const auto estimator = hutchinson_estimator_diag_hessian(7);
  auto state = estimator.init(x);
  const Eigen::Vector3d diagonal(2, -1, 0.5);
  const auto of_diagonal = [&](const Eigen::VectorXd&, const Eigen::VectorXd& v) {
    return Eigen::VectorXd(diagonal.asDiagonal() * v);
  };
  CHECK(estimator.update(x, state, x, with_hvp_fn(of_diagonal)).updates == Eigen::VectorXd(diagonal));
  Eigen::Matrix3d h;
  h << 2, 0.5, -0.3, 0.5, -1, 0.2, -0.3, 0.2, 0.5;
  const auto of_full = [&](const Eigen::VectorXd&, const Eigen::VectorXd& v) { return Eigen::VectorXd(h * v); };
  Eigen::VectorXd mean = Eigen::VectorXd::Zero(3);
  const int draws = 20000;
  for (int i = 0; i < draws; ++i) {
    auto [updates, next] = estimator.update(x, state, x, with_hvp_fn(of_full));
    mean += updates / draws;
    state = next;
  }
  CHECK((mean - diagonal).cwiseAbs().maxCoeff() < 0.03);
  // Under a mask the other leaves take no part: neither as signs nor in what is replaced.
  using Tree = std::pair<Eigen::VectorXd, double>;
  const auto inside = masked(estimator, [](const grove::tree::Path& path) { return path.string() == "[0]"; });
  const auto sum = [](const Tree&, const Tree& v) { return Tree(v.first.array() * 2 + v.second, v.first.sum()); };
  const Tree params(x, 5);
  const auto got = inside.update(params, inside.init(params), params, with_hvp_fn(sum)).updates;
  CHECK(got.first == Eigen::VectorXd::Constant(3, 2));
  CHECK(got.second == 5);
}
