// Links that keep params in a set.
#include "optim/constraints/project.hpp"

#include <Eigen/Core>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <string>

#include "autodiff/error.hpp"
#include "optim/optimizers/adam.hpp"
#include "optim/optimizers/sgd.hpp"
#include "optim/protocol/any_transformation.hpp"
#include "optim/protocol/masked.hpp"
#include "optim/protocol/step.hpp"
#include "optim/wrappers/flatten.hpp"
#include "tests/catch.hpp"

using namespace grove::optim;
using Eigen::VectorXd;
using Tree = std::map<std::string, VectorXd>;

namespace {

template <class P>
P after(const any_transformation<P>& link, P params, P updates) {
  auto state = link.init(params);
  step(link, updates, state, params);
  return params;
}

const double inf = std::numeric_limits<double>::infinity(), not_a_number = std::numeric_limits<double>::quiet_NaN();
const auto onto_simplex = [](auto params) { return projection_simplex(std::move(params)); };

}  // namespace

TEST_CASE("projected gradient ends at the nearest point of the set") {
  const VectorXd target = Eigen::Vector3d(0.9, 0.4, -2);
  const any_transformation<VectorXd> optimizer = chain(sgd(0.2), project(onto_simplex));
  VectorXd x = VectorXd::Zero(3);
  auto state = optimizer.init(x);
  for (int i = 0; i < 200; ++i) {
    VectorXd g = x - target;
    step(optimizer, g, state, x);
  }
  CHECK((x - Eigen::Vector3d(0.75, 0.25, 0)).cwiseAbs().maxCoeff() < 1e-14);
}

TEST_CASE("project under a mask sees zeros elsewhere, and with flatten only the leaves that take part") {
  const Tree zero{{"a", VectorXd::Zero(2)}, {"b", VectorXd::Zero(1)}};
  const Tree x{{"a", Eigen::Vector2d(0.1, 0.3)}, {"b", VectorXd::Constant(1, 5)}};
  const std::map<std::string, bool> mask{{"a", true}, {"b", false}};
  const Tree y = after<Tree>(masked(flatten(project(onto_simplex)), mask), zero, x);
  CHECK((y.at("a") - Eigen::Vector2d(0.4, 0.6)).norm() < 1e-15);
  CHECK(y.at("b")(0) == 5);
  const Tree seen = after<Tree>(masked(project([](Tree t) {
                                         CHECK(t["b"](0) == 0);
                                         return t;
                                       }),
                                       mask),
                                zero, x);
  CHECK(seen.at("b")(0) == 5);
  CHECK_THROWS_WITH(after<Tree>(project([](Tree t) {
                                  t.erase("b");
                                  return t;
                                }),
                                zero, x),
                    Catch::Contains("project: ") && Catch::Contains("what f returned"));
}

TEST_CASE("no param leaves its box, also not by rounding") {
  std::mt19937 random(1);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> exponent(-18, 18);
  const auto draw = [&] { return normal(random) * std::exp2(exponent(random)); };
  for (int i = 0; i < 20000; ++i) {
    double low = draw(), high = draw();
    if (low > high) std::swap(low, high);
    const double p = draw(), u = draw();
    const double next = p + detail::update_into(p, u, low, high);
    const double eps = std::numeric_limits<double>::epsilon();
    CHECK((next >= low && next <= high));
    CHECK(std::abs(next - std::clamp(p + u, low, high)) <= eps * (std::abs(p) + std::abs(u) + std::abs(next)));
    const auto f = static_cast<float>(p), a = static_cast<float>(low), b = static_cast<float>(high);
    const float sum = f + detail::update_into(f, static_cast<float>(u), a, b);
    const bool reachable = b - a > std::numeric_limits<float>::epsilon() * std::abs(f);
    CHECK((!reachable || (sum >= a && sum <= b)));
  }
}

TEST_CASE("boxes are numbers or trees, and a mask chooses the leaves") {
  const VectorXd p = Eigen::Vector3d(0, 0, 0), u = Eigen::Vector3d(-1, 0.5, 5);
  const VectorXd low = Eigen::Vector3d(0, 1, 0), high = Eigen::Vector3d(1, 3, inf);
  CHECK(after<VectorXd>(keep_in_box(0.0, 1.0), p, u) == Eigen::Vector3d(0, 0.5, 1));
  CHECK(after<VectorXd>(keep_in_box(0, 1), p, u) == Eigen::Vector3d(0, 0.5, 1));
  CHECK(after<VectorXd>(keep_in_box(low, high), p, u) == Eigen::Vector3d(0, 1, 5));
  CHECK(after<VectorXd>(keep_in_box(-inf, high), p, u) == Eigen::Vector3d(-1, 0.5, 5));
  CHECK(after<VectorXd>(keep_in_box(low, 4.0), p, u) == Eigen::Vector3d(0, 1, 4));
  CHECK(after<VectorXd>(keep_in_box(-inf, inf), p, u) == u);
  CHECK(std::isnan(after<double>(keep_in_box(0, 1), 0.5, not_a_number)));
  CHECK(after<double>(keep_in_box(0.3, 0.3), 0.1, -inf) == 0.3);
  const Tree t{{"a", p}, {"b", p}}, move{{"a", u}, {"b", u}};
  const Tree y = after<Tree>(masked(keep_in_box(0, 1), {{"a", true}, {"b", false}}), t, move);
  CHECK((y.at("a")(2) == 1 && y.at("b")(2) == 5));
}

TEST_CASE("adam in a box ends at the bound that the minimum lies behind") {
  const any_transformation<VectorXd> optimizer = chain(adam(0.05), keep_in_box(-1, 0.3));
  VectorXd x = VectorXd::Zero(2);
  auto state = optimizer.init(x);
  for (int i = 0; i < 500; ++i) {
    VectorXd g = x - Eigen::Vector2d(2, -0.5);
    step(optimizer, g, state, x);
  }
  CHECK(x(0) == 0.3);
  CHECK(x(1) == Approx(-0.5).margin(1e-3));
}

TEST_CASE("boxes say what is wrong with them") {
  const VectorXd two = VectorXd::Zero(2), three = VectorXd::Zero(3);
  CHECK_THROWS_WITH(keep_in_box(1, 0), "keep_in_box: lower = 1 exceeds upper = 0");
  CHECK_THROWS_WITH(keep_in_box(not_a_number, 0), "keep_in_box: lower = nan exceeds upper = 0");
  CHECK_THROWS_WITH(keep_in_box(two, -1), "keep_in_box: lower exceeds upper, or one of them is NaN");
  CHECK_THROWS_WITH(keep_in_box(two, three), Catch::Contains("keep_in_box") && Catch::Contains("upper"));
  CHECK_THROWS_WITH(keep_in_box(two, inf).init(three), Catch::Contains("keep_in_box") && Catch::Contains("lower"));
}
