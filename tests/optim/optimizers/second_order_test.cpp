// Second-order and quasi-Newton optimizers: beside SciPy's methods of the same kind, in boxes, at saddles, under masks.
// Headers: optim/optimizers/{bfgs,gauss_newton,lbfgsb,newton,trust_region_newton}.hpp
#include <Eigen/Core>
#include <cmath>
#include <fstream>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "autodiff/error.hpp"
#include "optim/optimizers/bfgs.hpp"
#include "optim/optimizers/gauss_newton.hpp"
#include "optim/optimizers/lbfgsb.hpp"
#include "optim/optimizers/newton.hpp"
#include "optim/optimizers/trust_region_newton.hpp"
#include "optim/protocol/any_transformation.hpp"
#include "optim/protocol/masked.hpp"
#include "optim/wrappers/flatten.hpp"
#include "tests/optim/golden.hpp"

using namespace grove::optim;
using Eigen::MatrixXd;
using Eigen::Vector2d;
using Eigen::VectorXd;
using Any = any_transformation<VectorXd>;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

struct Problem {
  VectorXd start;
  std::function<double(const VectorXd& x, VectorXd& gradient)> value_and_grad;
  std::function<MatrixXd(const VectorXd& x)> hessian;
  std::function<void(const VectorXd& x, VectorXd& residuals, MatrixXd& jacobian)> residuals{};
};

void rosenbrock_residuals(const VectorXd& x, VectorXd& residuals, MatrixXd& jacobian) {
  residuals = Vector2d(1 - x[0], 10 * (x[1] - x[0] * x[0]));
  jacobian = MatrixXd{{-1, 0}, {-20 * x[0], 10}};
}

void beale_residuals(const VectorXd& x, VectorXd& residuals, MatrixXd& jacobian) {
  const double a = x[0], b = x[1];
  residuals = Eigen::Vector3d(1.5 - a + a * b, 2.25 - a + a * b * b, 2.625 - a + a * b * b * b);
  jacobian = MatrixXd{{b - 1, a}, {b * b - 1, 2 * a * b}, {b * b * b - 1, 3 * a * b * b}};
}

/// The problems of tests/golden/make_scipy.py.
const Problem& problem(const std::string& name) {
  static const VectorXd curvatures = [] {
    VectorXd c(10);
    for (int i = 0; i < 10; ++i) c(i) = std::pow(10, i / 3.0);
    return c;
  }();
  static const std::map<std::string, Problem> all{
      {"rosenbrock",
       {Vector2d(-1.2, 1),
        [](const VectorXd& x, VectorXd& g) {
          const double a = 1 - x[0], b = x[1] - x[0] * x[0];
          g = Vector2d(-2 * a - 400 * b * x[0], 200 * b);
          return a * a + 100 * b * b;
        },
        [](const VectorXd& x) {
          return MatrixXd{{2 - 400 * (x[1] - 3 * x[0] * x[0]), -400 * x[0]}, {-400 * x[0], 200}};
        },
        rosenbrock_residuals}},
      {"beale",
       {Vector2d(1, 1),
        [](const VectorXd& x, VectorXd& g) {
          VectorXd r;
          MatrixXd j;
          beale_residuals(x, r, j);
          g = 2 * j.transpose() * r;
          return r.squaredNorm();
        },
        [](const VectorXd& x) {
          const double a = x[0], b = x[1];
          VectorXd r;
          MatrixXd j;
          beale_residuals(x, r, j);
          MatrixXd h = 2 * j.transpose() * j;
          const double off = 2 * r.dot(Eigen::Vector3d(1, 2 * b, 3 * b * b));
          h += MatrixXd{{0, off}, {off, 2 * r.dot(Eigen::Vector3d(0, 2 * a, 6 * a * b))}};
          return h;
        },
        beale_residuals}},
      {"quadratic",
       {VectorXd::Zero(10),
        [](const VectorXd& x, VectorXd& g) {
          const VectorXd d = x - VectorXd::Ones(10);
          g = curvatures.cwiseProduct(d);
          return g.dot(d) / 2;
        },
        [](const VectorXd&) { return MatrixXd(curvatures.asDiagonal()); }}},
      {"saddle",
       {Vector2d(1e-3, 1),
        [](const VectorXd& x, VectorXd& g) {
          g = Vector2d(x[0] * x[0] * x[0] - x[0], x[1]);
          return std::pow(x[0], 4) / 4 - x[0] * x[0] / 2 + x[1] * x[1] / 2;
        },
        [](const VectorXd& x) {
          return MatrixXd{{3 * x[0] * x[0] - 1, 0}, {0, 1}};
        }}}};
  return all.at(name);
}

struct Run {
  VectorXd x;
  double value;
  int evaluations;  ///< with gradient
};

/// As `minimize` does it: where the last trial was, nothing is evaluated again.
Run run(const Any& optimizer, const Problem& p, int steps = 500, double tolerance = 1e-8) {
  VectorXd x = p.start, g = x, trial, trial_gradient;
  Run result{x, 0, 0};
  double trial_value = 0;
  const auto value_and_grad = [&](const VectorXd& at, VectorXd& gradient) {
    ++result.evaluations;
    trial_value = p.value_and_grad(at, gradient);
    trial = at;
    trial_gradient = gradient;
    return trial_value;
  };
  const auto hvp = [&](const VectorXd& at, const VectorXd& v) { return VectorXd(p.hessian(at) * v); };
  auto state = optimizer.init(x);
  for (int i = 0; i < steps; ++i) {
    if (trial.size() == 0 || trial != x) value_and_grad(x, g);
    result.value = trial_value;
    g = trial_gradient;
    if (g.norm() <= tolerance) break;
    const VectorXd raw = g, before = x;
    step(optimizer, g, state, x, with_value(result.value), with_grad(raw), with_value_and_grad_fn(value_and_grad),
         with_hessian_fn(p.hessian), with_hvp_fn(hvp), with_residuals_fn(p.residuals));
    if (x == before) break;
  }
  result.x = x;
  return result;
}

const golden::Row& reference(const std::string& name) {
  static const auto all = golden::cases("second_order.txt");
  return all.at(name);
}

/// `optimizer` on the problem after the last underscore is as good as SciPy, with at most `share` of its evaluations.
void compare(const std::string& name, const Any& optimizer, double share) {
  INFO(name);
  const golden::Row& scipy = reference(name);
  const Problem& p = problem(name.substr(name.rfind('_') + 1));
  const Run found = run(optimizer, p);
  CHECK(found.value <= scipy[0] + 1e-12 * (1 + std::abs(scipy[0])));
  for (Eigen::Index i = 0; i < found.x.size(); ++i)
    CHECK(found.x(i) == Approx(scipy[static_cast<std::size_t>(i + 2)]).margin(1e-6));
  CHECK(found.evaluations <= share * scipy[1] + 2);
}

}  // namespace

TEST_CASE("second-order optimizers end where SciPy's do, with about as many evaluations") {
  for (const std::string name : {"newton_rosenbrock", "newton_beale", "newton_quadratic", "newton_saddle"})
    compare(name, newton(), 1);
  for (const std::string name : {"trust_region_newton_rosenbrock", "trust_region_newton_beale",
                                 "trust_region_newton_quadratic", "trust_region_newton_saddle"})
    compare(name, trust_region_newton(), 1.2);
  for (const std::string name : {"bfgs_rosenbrock", "bfgs_beale", "bfgs_saddle"}) compare(name, bfgs(), 1.5);
  compare("bfgs_quadratic", bfgs(), 3);  // SciPy's first trials of a search are short, which suits here
  for (const std::string name : {"lbfgsb_rosenbrock", "lbfgsb_beale", "lbfgsb_quadratic"})
    compare(name, lbfgsb(-inf, inf), 1.2);
  compare("lbfgsb_saddle", lbfgsb(-inf, inf), 2);
  // beside MINPACK's method of Levenberg and Marquardt, whose steps through the valley are shorter
  for (const std::string name : {"gauss_newton_rosenbrock", "gauss_newton_beale"}) compare(name, gauss_newton(), 1.6);
}

TEST_CASE("lbfgsb ends at SciPy's minimum in a box, exactly at its bounds") {
  struct Row {
    const char* name;
    VectorXd lower, upper;
  };
  const std::vector<Row> rows{{"lbfgsb_box_rosenbrock", Vector2d(-2, -2), Vector2d(0.5, 2)},
                              {"lbfgsb_box_beale", Vector2d(-4, 0.6), Vector2d(2.5, 4)},
                              {"lbfgsb_box_quadratic", VectorXd::Constant(10, -1), VectorXd::Constant(10, 0.5)},
                              {"lbfgsb_box_saddle", Vector2d(-0.7, 0.2), Vector2d(3, 2)}};
  for (const Row& row : rows) {
    compare(row.name, lbfgsb(row.lower, row.upper), 2);
    const Run found = run(lbfgsb(row.lower, row.upper), problem(std::string(row.name).substr(11)));
    CHECK(((found.x.array() >= row.lower.array()) && (found.x.array() <= row.upper.array())).all());
  }
  const Run at = run(lbfgsb(-1.0, 0.5), problem("quadratic"));
  CHECK((at.x.array() == 0.5).all());
  Problem outside = problem("rosenbrock");
  outside.start = Vector2d(50, -50);
  CHECK((run(lbfgsb(-2.0, 0.5), outside).x - Vector2d(0.5, 0.25)).norm() < 1e-7);
}

TEST_CASE("params may be a matrix, of which quasi-Newton states have more") {
  const MatrixXd start{{1, -2, 3}, {0.5, 4, -1}}, scales{{1, 2, 3}, {4, 5, 6}};
  const auto value_and_grad = [&](const MatrixXd& x, MatrixXd& g) {
    g = scales.cwiseProduct(x);
    return x.cwiseProduct(g).sum() / 2;
  };
  for (const any_transformation<MatrixXd>& optimizer :
       {any_transformation<MatrixXd>(bfgs()), any_transformation<MatrixXd>(lbfgsb(-inf, inf))}) {
    MatrixXd x = start, g;
    auto state = optimizer.init(x);
    for (int i = 0; i < 40; ++i) {
      const double value = value_and_grad(x, g);
      const MatrixXd raw = g;
      step(optimizer, g, state, x, with_value(value), with_grad(raw), with_value_and_grad_fn(value_and_grad));
    }
    CHECK(x.norm() < 1e-6);
    MatrixXd other = MatrixXd::Ones(3, 2);
    CHECK_THROWS_AS(
        step(optimizer, other, state, other, with_value(1.0), with_grad(other), with_value_and_grad_fn(value_and_grad)),
        grove::StructureError);
  }
}

TEST_CASE("lbfgsb never evaluates the loss outside the box") {
  Problem p = problem("rosenbrock");
  p.start = Vector2d(-1.2, 0.5);
  p.value_and_grad = [inner = p.value_and_grad](const VectorXd& x, VectorXd& g) {
    CHECK((x.maxCoeff() <= 0.7 && x.minCoeff() >= -1.3));
    return inner(x, g);
  };
  CHECK((run(lbfgsb(-1.3, 0.7), p).x - Vector2d(0.7, 0.49)).norm() < 1e-7);
}

TEST_CASE("newton is one step on a quadratic, and leaves a place of negative curvature downwards") {
  CHECK(run(newton(), problem("quadratic")).evaluations == 2);
  CHECK(run(newton({}, identity()), problem("quadratic"), 1).x.isOnes(1e-13));
  Problem well{
      VectorXd::Constant(1, 1.5),
      [](const VectorXd& x, VectorXd& g) {
        const double e = -std::exp(-x[0] * x[0]);
        g = -2 * x * e;
        return e;
      },
      [](const VectorXd& x) { return MatrixXd::Constant(1, 1, (2 - 4 * x[0] * x[0]) * std::exp(-x[0] * x[0])); }};
  CHECK(std::abs(run(newton(), well).x[0]) < 1e-8);
  CHECK(std::abs(run(trust_region_newton(), well).x[0]) < 1e-8);
  // a Hessian of zeros, of low rank, and one that is not finite
  bool modified = false;
  const VectorXd g = Vector2d(1, 2);
  CHECK(detail::newton_direction(MatrixXd::Zero(2, 2), g, 1e-8, &modified) == g);
  CHECK(modified);
  CHECK(detail::newton_direction(MatrixXd{{1, 1}, {1, 1}}, g, 1e-8).dot(g) > 0);
  CHECK(std::isnan(detail::newton_direction(MatrixXd::Constant(2, 2, inf), g, 1e-8)[0]));
}

TEST_CASE("many starts step at once, each row by its own Hessian") {
  // the sum of x⁴/4 - x²/2 + a y²/2 over rows, of which each has its own a
  using Starts = Eigen::MatrixXd;
  const Starts start{{1.5, 1}, {-0.8, 2}, {2, -3}};
  const Eigen::Array3d a(1, 10, 0.5);
  const auto gradient = [&](const Starts& x) {
    Starts g = x;
    g.col(0) = x.col(0).array().cube() - x.col(0).array();
    g.col(1) = a * x.col(1).array();
    return g;
  };
  const auto hvp = [&](const Starts& x, const Starts& v) {
    Starts product = v;
    product.col(0) = (3 * x.col(0).array().square() - 1) * v.col(0).array();
    product.col(1) = a * v.col(1).array();
    return product;
  };
  Starts x = start;
  const auto optimizer = newton({.per_row = true}, identity());
  auto state = optimizer.init(x);
  for (int i = 0; i < 12; ++i) {
    Starts g = gradient(x);
    step(optimizer, g, state, x, with_hvp_fn(hvp));
  }
  CHECK((x - Starts{{1, 0}, {-1, 0}, {1, 0}}).cwiseAbs().maxCoeff() < 1e-12);

  // -η ∇L / κ with the κ of each row, and the others
  const auto first = [&](CurvatureRate rate) {
    const auto descent = curvature_sgd(0.1, {.rate = rate, .per_row = true});
    auto fresh = descent.init(start);
    return descent.update(gradient(start), fresh, start, with_hvp_fn(hvp)).updates;
  };
  const Eigen::Array3d bend = (3 * start.col(0).array().square() - 1).abs(), most = bend.max(a), least = bend.min(a);
  const auto close = [&](const Starts& u, const Eigen::Array3d& factor) {
    return (u + 0.1 * Starts(factor.matrix().asDiagonal() * gradient(start))).cwiseAbs().maxCoeff() < 1e-9;
  };
  CHECK(close(first(CurvatureRate::over_condition), least / most));
  CHECK(close(first(CurvatureRate::times_condition), most / least));
  CHECK(close(first(CurvatureRate::over_largest), 1 / most));
  CHECK(close(first(CurvatureRate::over_extremes), 1 / (most + least)));

  using Pair = std::pair<MatrixXd, MatrixXd>;
  const Pair uneven{MatrixXd::Ones(2, 2), MatrixXd::Ones(3, 1)};
  const auto same = [](const Pair&, const Pair& v) { return v; };
  auto none = optimizer.init(uneven);
  CHECK_THROWS_WITH(optimizer.update(uneven, none, uneven, with_hvp_fn(same)),
                    "newton: per_row needs leaves of equal numbers of rows, got 2 and 3");
}

TEST_CASE("second-order optimizers see the leaves that take part, also through flatten") {
  using Tree = std::map<std::string, VectorXd>;
  const Tree start{{"a", Vector2d(1, 2)}, {"b", VectorXd::Constant(1, 5)}, {"c", Vector2d(-1, 4)}};
  // ½ p·Hp over all five numbers, which a coupling joins
  MatrixXd h = MatrixXd::Constant(5, 5, 0.3);
  h.diagonal() << 2, 3, 4, 5, 6;
  const auto hessian = [&](const Tree&) { return h; };
  const auto gradient = [&](const Tree& p) { return grove::tree::unflatten(VectorXd(h * grove::tree::flatten(p)), p); };
  const auto optimizer = newton({}, identity());
  const std::map<std::string, bool> mask{{"a", true}, {"b", false}, {"c", true}};
  const auto step_of = [&](const any_transformation<Tree>& link) {
    auto state = link.init(start);
    return link.update(gradient(start), state, start, with_hessian_fn(hessian)).updates;
  };
  const Tree direct = step_of(masked(optimizer, mask)), flat = step_of(masked(flatten(optimizer), mask));
  const std::vector<int> own{0, 1, 3, 4};
  VectorXd own_gradient = (h * grove::tree::flatten(start))(own);
  const VectorXd expected = -MatrixXd(h(own, own)).llt().solve(own_gradient);
  VectorXd got(4), of_flat(4);
  got << direct.at("a"), direct.at("c");
  of_flat << flat.at("a"), flat.at("c");
  CHECK((got - expected).norm() < 1e-14);
  CHECK((of_flat - expected).norm() < 1e-14);
  CHECK(direct.at("b") == gradient(start).at("b"));
}

TEST_CASE("second-order optimizers say what they lack") {
  const VectorXd x = Vector2d(1, 2);
  const Any link = newton({}, identity());
  auto state = link.init(x);
  CHECK_THROWS_WITH(
      link.update(x, state, x),
      "update: this optimizer needs the Hessian; pass optim::with_hessian_fn(f) or optim::with_hvp_fn(f)");
  const Any least = gauss_newton(identity());
  auto none = least.init(x);
  CHECK_THROWS_WITH(least.update(x, none, x), Catch::Contains("gauss_newton: the residuals are not known"));
  const Any region = trust_region_newton();
  auto trust = region.init(x);
  const auto value_fn = [](const VectorXd& at, VectorXd& g) {
    g = at;
    return at.squaredNorm() / 2;
  };
  CHECK_THROWS_WITH(region.update(x, trust, x, with_value(2.5), with_value_and_grad_fn(value_fn)),
                    "update: this optimizer needs Hessian-vector products; pass optim::with_hvp_fn(f)");
  CHECK_THROWS_WITH(lbfgsb(1.0, 0.0), "lbfgsb: lower = 1 exceeds upper = 0");
  CHECK_THROWS_WITH(lbfgsb(x, 5.0).init(VectorXd(3)), Catch::Contains("lbfgsb") && Catch::Contains("lower"));
}
