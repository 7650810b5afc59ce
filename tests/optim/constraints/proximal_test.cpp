// Proximal links: against scikit-learn and SciPy, by the conditions of a minimum, and under masks.
#include "optim/constraints/proximal.hpp"

#include <Eigen/Core>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <string>

#include "autodiff/error.hpp"
#include "optim/optimizers/sgd.hpp"
#include "optim/protocol/any_transformation.hpp"
#include "optim/protocol/masked.hpp"
#include "optim/schedules/schedule.hpp"
#include "tests/optim/golden.hpp"

using namespace grove::optim;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

VectorXd reference(const std::string& name) {
  static const auto all = golden::cases("constraints.txt");
  const golden::Row& row = all.at(name);
  return Eigen::Map<const VectorXd>(row.data(), static_cast<Eigen::Index>(row.size()));
}

/// The least squares of the reference, ‖y - Xw‖² / (2 · 20) over six coefficients.
struct Regression {
  MatrixXd x = reference("constrained_x").reshaped(6, 20).transpose();
  VectorXd y = reference("constrained_y");
  MatrixXd hessian = x.transpose() * x / 20;
  double rate = 1 / hessian.norm();

  VectorXd fit(const any_transformation<VectorXd>& optimizer, int steps = 4000) const {
    VectorXd w = VectorXd::Zero(6);
    auto state = optimizer.init(w);
    for (int i = 0; i < steps; ++i) {
      VectorXd g = x.transpose() * (x * w - y) / 20;
      step(optimizer, g, state, w);
    }
    return w;
  }
};

/// The params after one step of the link from `params + updates`.
template <class P>
P after(const any_transformation<P>& link, P params, P updates) {
  auto state = link.init(params);
  step(link, updates, state, params);
  return params;
}

const double inf = std::numeric_limits<double>::infinity(), not_a_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("the lasso by proximal gradient has scikit-learn's coefficients, and its zeros are exact") {
  const Regression r;
  const VectorXd expected = reference("lasso");
  const double steady = r.rate / (1 - 0.5);  // of a step whose momentum has settled
  const any_transformation<VectorXd> optimizers[] = {
      chain(sgd(r.rate), prox_l1(r.rate, 0.4)), chain(sgd(r.rate, {.momentum = 0.5}), prox_l1(steady, 0.4)),
      chain(sgd(constant_schedule(r.rate)), prox_l1(constant_schedule(r.rate), 0.4))};
  for (const auto& optimizer : optimizers) {
    const VectorXd w = r.fit(optimizer);
    CHECK((w - expected).cwiseAbs().maxCoeff() < 1e-12);
    for (int i = 0; i < 6; ++i) CHECK((w(i) == 0) == (expected(i) == 0));
  }
}

TEST_CASE("prox_l2 after prox_l1 is the elastic net") {
  const Regression r;
  const auto optimizer = chain(sgd(r.rate), prox_l1(r.rate, 0.5 * 0.6), prox_l2(r.rate, 0.5 * 0.4));
  CHECK((r.fit(optimizer) - reference("elastic_net")).cwiseAbs().maxCoeff() < 1e-12);
}

TEST_CASE("prox_nonnegative solves nonnegative least squares as SciPy does") {
  const Regression r;
  const VectorXd w = r.fit(chain(sgd(r.rate), prox_nonnegative()));
  const VectorXd expected = reference("nonnegative_least_squares");
  CHECK((w - expected).cwiseAbs().maxCoeff() < 1e-12);
  for (int i = 0; i < 6; ++i) CHECK((w(i) == 0) == (expected(i) == 0));
}

TEST_CASE("the end of prox_group meets the conditions of the group lasso") {
  const Regression r;
  using Groups = std::map<std::string, VectorXd>;
  Groups w{{"a", VectorXd::Zero(3)}, {"b", VectorXd::Zero(3)}};
  for (const double strength : {0.1, 1.6}) {
    const any_transformation<Groups> optimizer = chain(sgd(r.rate), prox_group(r.rate, strength));
    auto state = optimizer.init(w);
    VectorXd g(6);
    for (int i = 0; i < 4000; ++i) {
      VectorXd all(6);
      all << w["a"], w["b"];
      g = r.x.transpose() * (r.x * all - r.y) / 20;
      Groups grads{{"a", g.head(3)}, {"b", g.tail(3)}};
      step(optimizer, grads, state, w);
    }
    CHECK((g.head(3) + strength * w["a"].normalized()).norm() < 1e-12);
    CHECK((w["b"].norm() == 0) == (strength > 0.2));
    CHECK((strength > 0.2 ? g.tail(3).norm() - strength : (g.tail(3) + strength * w["b"].normalized()).norm()) < 1e-12);
  }
}

TEST_CASE("groups are leaves, rows or columns") {
  const MatrixXd zero = MatrixXd::Zero(2, 3), x{{3, 4, 0}, {0.1, 0.2, 0.2}};
  const MatrixXd rows = after<MatrixXd>(prox_group(0.5, 2, Group::row), zero, x);
  CHECK((rows - MatrixXd{{2.4, 3.2, 0}, {0, 0, 0}}).cwiseAbs().maxCoeff() < 1e-15);
  const MatrixXd columns = after<MatrixXd>(prox_group(0.5, 2, Group::column), zero, x);
  CHECK(columns.col(2).isZero(0));
  CHECK(std::abs(columns.col(0).norm() - (std::hypot(3, 0.1) - 1)) < 1e-15);
  CHECK(std::abs(after<MatrixXd>(prox_group(0.5, 2), zero, x).norm() - (x.norm() - 1)) < 1e-14);
  CHECK(after<double>(prox_group(0.5, 2), 0, -3) == -2);
  CHECK(after<double>(prox_group(0.5, 0), 0, 0) == 0);
  CHECK(after<MatrixXd>(prox_group(0.5, 2), MatrixXd(0, 3), MatrixXd(0, 3)).size() == 0);
  const MatrixXd huge = after<MatrixXd>(prox_group(1, 1), zero, MatrixXd::Constant(2, 3, 1e300));
  CHECK(huge(0, 0) == Approx(1e300));
}

TEST_CASE("what is not finite stays, and a threshold keeps signs of large numbers") {
  const VectorXd zero = VectorXd::Zero(5), x{{3, -3, 0.25, not_a_number, -inf}};
  const VectorXd y = after<VectorXd>(prox_l1(0.1, 10), zero, x);
  CHECK(y.head(3) == Eigen::Vector3d(2, -2, 0));
  CHECK((std::isnan(y(3)) && y(4) == -inf));
  CHECK(after<VectorXd>(prox_l1(0.0, 10), zero, x).head(3) == x.head(3));
  CHECK(after<Eigen::VectorXf>(prox_l2(0.5, 2), Eigen::VectorXf::Zero(1), Eigen::VectorXf::Constant(1, 3))(0) == 1.5F);
}

TEST_CASE("prox_simplex joins the leaves that take part, and a mask says which") {
  using Tree = std::map<std::string, VectorXd>;
  const Tree zero{{"a", VectorXd::Zero(2)}, {"b", VectorXd::Zero(2)}};
  const Tree x{{"a", Eigen::Vector2d(2, 1.5)}, {"b", Eigen::Vector2d(-1, 5)}};
  const Tree all = after<Tree>(prox_simplex(), zero, x);
  CHECK((all.at("a").isZero(0) && all.at("b") == Eigen::Vector2d(0, 1)));
  const Tree one = after<Tree>(masked(prox_simplex(), {{"a", true}, {"b", false}}), zero, x);
  CHECK((one.at("a") - Eigen::Vector2d(0.75, 0.25)).norm() < 1e-15);
  CHECK(one.at("b") == x.at("b"));
  CHECK(after<Tree>(prox_simplex(3), zero, x).at("a").sum() + after<Tree>(prox_simplex(3), zero, x).at("b").sum() ==
        Approx(3));
}

TEST_CASE("proximal links check their hyperparameters") {
  CHECK_THROWS_WITH(prox_l1(-0.5, 1), "prox_l1: learning_rate must not be negative, got -0.5");
  CHECK_THROWS_WITH(prox_l1(0.5, -1), "prox_l1: strength must not be negative, got -1");
  CHECK_THROWS_WITH(prox_l2(0.5, inf), "prox_l2: strength must be finite, got inf");
  CHECK_THROWS_WITH(prox_group(0.5, not_a_number), "prox_group: strength must not be negative, got nan");
  CHECK_THROWS_WITH(prox_simplex(0), "prox_simplex: scale must be positive, got 0");
}
