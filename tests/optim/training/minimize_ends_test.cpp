// Where minimizations end, and why: searches that fail, trials that throw, rounding, plateaus, losses without a
// minimum.
// Headers: optim/training/stop_reason.hpp
#include <cmath>
#include <limits>
#include <string>

#include "autodiff/autodiff.hpp"
#include "autodiff/detail/random_bits.hpp"
#include "optim/linesearch/backtracking.hpp"
#include "optim/optimizers/adam.hpp"
#include "optim/optimizers/lbfgs.hpp"
#include "optim/optimizers/sgd.hpp"
#include "optim/protocol/any_transformation.hpp"
#include "optim/training/minimize.hpp"
#include "tests/catch.hpp"

using namespace grove::optim;
using Eigen::VectorXd;

namespace {

using Optimizer = any_transformation<VectorXd>;
const double infinity = std::numeric_limits<double>::infinity();

enum class Kind {
  parabola,
  bowl,
  enzyme,
  rosenbrock,
  well,
  raised_well,
  raised_tail,
  open_end,
  logistic,
  box_bod,
  lopsided,
  constant,
  not_a_number,
  infinite,
  abyss,
  unbounded,
  stairs,
  noise,
  kink,
  throws_beyond,
  throws_at_once,
  bad_shape
};

/// All losses of this file, of one type, so that `minimize` is compiled once.
struct Loss {
  Kind kind;
  double unit = 1;   // of the loss
  double scale = 1;  // of the params
  mutable int calls = 0;

  template <class P>
  grove::scalar_t<P> operator()(const P& scaled) const {
    ++calls;
    const auto p = scaled / scale;
    return unit * of(p);
  }

 private:
  template <class P>
  grove::scalar_t<P> of(const P& p) const {
    switch (kind) {
      case Kind::parabola:
        return square(p(0) - 2.0) + 3.0;
      case Kind::bowl:
        return sum(square(p));
      case Kind::enzyme: {
        const Eigen::ArrayXd s =
            (Eigen::ArrayXd(12) << 0.02, 0.02, 0.06, 0.06, 0.11, 0.11, 0.22, 0.22, 0.56, 0.56, 1.1, 1.1).finished();
        const Eigen::ArrayXd v =
            (Eigen::ArrayXd(12) << 76, 47, 97, 107, 123, 139, 159, 152, 191, 201, 207, 200).finished() / 100;
        return sum(square(softplus(p(0)) * s / (softplus(p(1)) + s) - v));
      }
      case Kind::rosenbrock:
        return 100.0 * square(p(1) - square(p(0))) + square(1.0 - p(0));
      case Kind::well:
        return -exp(-square(p(0)));
      case Kind::raised_well:
        return 1.0 - exp(-square(p(0)));
      case Kind::raised_tail:
        return 1.0 + exp(-p(0));
      case Kind::open_end:
        return 1.0 + square(p(0) - 1.0 / 3.0) + exp(-p(1));
      case Kind::logistic:
        return log(1.0 + exp(-p(0))) + 0.01 * square(p(0));
      case Kind::box_bod:
      case Kind::lopsided: {
        const double million = kind == Kind::lopsided ? 1e6 : 1, thousandth = kind == Kind::lopsided ? 1e-3 : 1;
        const Eigen::ArrayXd x = (Eigen::ArrayXd(6) << 1, 2, 3, 5, 7, 10).finished();
        const Eigen::ArrayXd y = (Eigen::ArrayXd(6) << 109, 149, 149, 191, 213, 224).finished();
        return sum(square(million * p(0) * (1.0 - exp(-thousandth * p(1) * x)) - y));
      }
      case Kind::constant:
        return 0.0 * p(0) + 5.0;
      case Kind::not_a_number:
        return std::nan("") * p(0);
      case Kind::infinite:
        return infinity + p(0);
      case Kind::abyss:
        if (p(0) < 1.0) return std::nan("") * p(0);
        return 1.0 * p(0);
      case Kind::unbounded:
        return -p(0) - square(p(1));
      case Kind::stairs:
        return floor(8.0 * p(0)) + 0.1 * p(0) + square(p(1));
      case Kind::noise:
        return square(p(0)) + 1e-3 * std::sin(1e5 * calls) + square(p(1));
      case Kind::kink:
        return abs(p(0) - 1.0) + abs(p(1));
      case Kind::throws_beyond:
        if (p(0) > 1.01) throw grove::Error("cholesky: the 3×3 matrix is not positive definite");
        return square(p(0) - 1.0) + square(p(1));
      case Kind::throws_at_once:
        if (p(0) != 0.25) throw grove::Error("cholesky: the 3×3 matrix is not positive definite");
        return square(p(0)) + square(p(1));
      case Kind::bad_shape:
        if (p(0) < 1.0) throw grove::ShapeError("matmul: (100×3)·(4×1): inner dimensions 3 and 4 differ");
        return square(p(0));
    }
    return p(0);
  }
};

VectorXd at(double x, double y) { return Eigen::Vector2d(x, y); }

auto run(const Loss& loss, const VectorXd& start, const Optimizer& optimizer, const MinimizeOptions& options = {}) {
  return minimize(loss, start, optimizer, options);
}

const Optimizer descent = chain(sgd(1.0), scale_by_backtracking_linesearch(30));

}  // namespace

// minimize-quits
TEST_CASE("a failed search is not the end: the memory is dropped") {
  const Loss loss{Kind::box_bod};
  const auto fit = run(loss, at(100, 0.75), lbfgs());
  CHECK(fit.value == Approx(1168.0088766).epsilon(1e-9));
  CHECK(fit.reason == StopReason::at_rounding);
  CHECK(fit.converged());
  CHECK(to_string(fit.reason) == "a minimum to within rounding");
  // Called again from there it stays, and says the same.
  const auto again = run(loss, fit.params, lbfgs());
  CHECK(again.value <= fit.value);
  CHECK(again.converged());
  CHECK(again.evaluations < 200);
}

// minimize-quits, value-tolerance-below-1
TEST_CASE("units of data and params change nothing") {
  for (const double unit : {1e-12, 1e-6, 1.0, 1e6, 1e12}) {
    for (const Kind kind : {Kind::box_bod, Kind::rosenbrock, Kind::parabola}) {
      for (const double tolerance : {0.0, 1e-8}) {
        INFO(unit << " " << static_cast<int>(kind) << " " << tolerance);
        if (kind == Kind::box_bod && tolerance > 0) continue;  // passes a plateau
        const Loss one{kind};
        const VectorXd start = kind == Kind::box_bod ? at(100, 0.75) : at(-1.2, 1);
        const MinimizeOptions options{.value_tolerance = tolerance};
        const auto fit = run({kind, unit}, start, lbfgs(), options);
        CHECK(fit.converged());
        CHECK(fit.value / unit == Approx(run(one, start, lbfgs()).value).epsilon(1e-9).margin(1e-15));
        CHECK(fit.evaluations < 400);
      }
    }
  }
  for (const double scale : {1e-6, 1e6}) {
    const auto fit = run({Kind::rosenbrock, 1.0, scale}, at(-1.2 * scale, scale), lbfgs());
    CHECK(fit.converged());
    CHECK(fit.params(0) == Approx(scale).epsilon(1e-7));
  }
}

// linesearch-trial-throws
TEST_CASE("a trial that throws counts as infinitely high") {
  for (const Optimizer& optimizer :
       {Optimizer(lbfgs()), Optimizer(chain(sgd(50.0), scale_by_zoom_linesearch(40))), Optimizer(descent)}) {
    const auto fit = run({Kind::throws_beyond}, at(-3, 2), optimizer, {.max_steps = 300, .gradient_tolerance = 1e-6});
    CHECK(fit.reason == StopReason::gradient_tolerance);
    CHECK(std::abs(fit.params(0) - 1) < 1e-5);
    CHECK(fit.message.empty());
  }
}

TEST_CASE("a loss that throws at the start or at an accepted point ends the minimization, and nothing is lost") {
  const auto start = run({Kind::throws_at_once}, at(1, 1), adam(0.1));
  CHECK(start.reason == StopReason::loss_threw);
  CHECK(to_string(start.reason) == "the loss threw an error");
  CHECK(start.message == "cholesky: the 3×3 matrix is not positive definite");
  CHECK(start.params == at(1, 1));
  CHECK(start.steps <= 1);
  CHECK(std::isnan(start.value));
  const auto later = run({Kind::throws_beyond}, at(-3, 2), sgd(0.6));
  CHECK(later.reason == StopReason::loss_threw);
  CHECK(later.params(0) < 1.01);
  CHECK(later.value == grove::evaluate(Loss{Kind::throws_beyond}, later.params));
  CHECK_FALSE(later.converged());
}

TEST_CASE("errors of the program leave minimize") {
  CHECK_THROWS_AS(run({Kind::bad_shape}, at(2, 2), lbfgs()), grove::ShapeError);
  CHECK_THROWS_AS(run({Kind::bad_shape}, at(2, 2), sgd(0.4)), grove::ShapeError);
}

TEST_CASE("defaults end a smooth problem by themselves") {
  for (const Kind kind : {Kind::parabola, Kind::rosenbrock, Kind::logistic, Kind::box_bod}) {
    INFO(static_cast<int>(kind));
    const VectorXd start = kind == Kind::box_bod ? at(100, 0.75) : at(-1.2, 1);
    const auto fit = run({kind}, start, lbfgs());
    CHECK(fit.converged());
    CHECK(fit.evaluations < 300);
  }
  const auto slow = run({Kind::parabola}, at(0, 0), sgd(0.05), {.max_steps = 100000});
  CHECK(slow.converged());
  CHECK(slow.params(0) == Approx(2).epsilon(1e-7));
  CHECK(slow.steps < 2000);
  const auto steepest = run({Kind::parabola}, at(0, 0), descent, {.max_steps = 100000});
  CHECK(steepest.converged());
  CHECK(steepest.params(0) == Approx(2).epsilon(1e-7));
}

// lbfgs-from-the-rim
TEST_CASE("lbfgs reaches a well from its concave rim") {
  for (const double start : {1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, -5.0}) {
    for (const Kind kind : {Kind::well, Kind::raised_well}) {
      INFO(start << " " << static_cast<int>(kind));
      const auto fit = run({kind}, at(start, 0), lbfgs(), {.max_steps = 200, .gradient_tolerance = 1e-300});
      if (kind == Kind::well || std::abs(start) < 6) {
        CHECK(std::abs(fit.params(0)) < 1e-7);
        CHECK(fit.converged());
      } else {
        CHECK_FALSE((fit.converged() && fit.reason != StopReason::gradient_tolerance));
      }
    }
  }
}

TEST_CASE("parameters of very different size need no scaling by hand") {
  // As BoxBOD with its first parameter in millions and its second in thousandths.
  const auto fit = run({Kind::lopsided}, at(100e-6, 0.75e3), lbfgs(), {.max_steps = 3000});
  CHECK(fit.value == Approx(1168.0088766).epsilon(1e-9));
  CHECK(fit.converged());
}

TEST_CASE("a plateau is not called converged") {
  const auto tail = run({Kind::raised_tail}, at(1, 0), lbfgs());
  CHECK(tail.reason == StopReason::plateau);
  CHECK_FALSE(tail.converged());
  CHECK(to_string(tail.reason) == "the loss hardly changes any more, but this is no minimum");
  // The slope along the second parameter is lost in the rounding of the first's, and yet no end is in sight.
  const auto open_end = run({Kind::open_end}, at(3, 40), lbfgs());
  CHECK(open_end.reason == StopReason::plateau);
  // Where the loss curves down, and where the steps are too short.
  const auto rim = run({Kind::raised_well}, at(4, 0), sgd(1e-3), {.value_tolerance = 1e-6});
  CHECK(rim.reason == StopReason::plateau);
  const auto crawl = run({Kind::parabola}, at(100, 0), sgd(1e-12), {.value_tolerance = 1e-8});
  CHECK(crawl.reason == StopReason::plateau);
  const auto good = run({Kind::parabola}, at(100, 0), sgd(0.2), {.value_tolerance = 1e-8});
  CHECK(good.reason == StopReason::value_tolerance);
}

TEST_CASE("tolerances of every kind stop, and say so") {
  const auto reason = [](const MinimizeOptions& options) {
    return run({Kind::parabola}, at(10, 0), sgd(0.2), options).reason;
  };
  CHECK(reason({.gradient_tolerance = 1e-3}) == StopReason::gradient_tolerance);
  CHECK(reason({.relative_gradient_tolerance = 1e-3}) == StopReason::gradient_tolerance);
  CHECK(reason({.value_tolerance = 1e-6}) == StopReason::value_tolerance);
  CHECK(reason({.absolute_value_tolerance = 1e-6}) == StopReason::value_tolerance);
  CHECK(reason({.params_tolerance = 1e-6}) == StopReason::params_tolerance);
  CHECK(reason({}) == StopReason::at_rounding);
  CHECK_THROWS_WITH(reason({.params_tolerance = -1}), "minimize: params_tolerance must not be negative, got -1");
  // An absolute tolerance is one: in units of a millionth all changes are small.
  const auto small = run({Kind::parabola, 1e-9}, at(10, 0), sgd(0.2), {.absolute_value_tolerance = 1e-6});
  CHECK(small.steps == 1);
}

TEST_CASE("a loss that falls to zero at zero ends as well") {
  for (const Optimizer& optimizer : {Optimizer(sgd(0.1)), Optimizer(adam(0.1)), Optimizer(sgd(0.1, {.momentum = 0.9})),
                                     Optimizer(lbfgs()), Optimizer(descent)}) {
    const auto fit = run({Kind::bowl}, at(1, -2), optimizer, {.max_steps = 3000});
    CHECK(fit.converged());
    CHECK(fit.value < 1e-30);
  }
}

TEST_CASE("a rate that is zero for a while is no end") {
  const Optimizer late = sgd([](std::int64_t step) { return step < 100 ? 0.0 : 0.2; });
  const auto fit = run({Kind::parabola}, at(0, 1), late);
  CHECK(fit.reason == StopReason::at_rounding);
  CHECK(fit.params(0) == Approx(2));
}

TEST_CASE("400 starts of an enzyme curve in softplus parameters reach the least sum of squares") {
  std::uint64_t random = 1;
  const auto uniform = [&] { return static_cast<double>(grove::detail::split_mix(random) >> 11) * 0x1p-53; };
  const Loss loss{Kind::enzyme};
  for (int i = 0; i < 400; ++i) {
    const VectorXd start = at(12 * uniform() - 6, 12 * uniform() - 6);
    INFO(start.transpose());
    const auto fit = run(loss, start, lbfgs());
    CHECK(fit.value == Approx(0.119544881444).epsilon(1e-10));
    CHECK(fit.reason == StopReason::at_rounding);
  }
  CHECK(loss.calls < 400 * 300);
}

// Without noise the likelihood grows until the covariance is singular in doubles, so most trials throw.
TEST_CASE("a Gaussian process on noise-free data trains through factors that do not exist") {
  const int n = 20;
  const Eigen::ArrayXd x = Eigen::ArrayXd::LinSpaced(n, 0, 3);
  const VectorXd y = (2 * x).sin().matrix();
  const Eigen::ArrayXXd distance = x.replicate(1, n) - x.transpose().replicate(n, 1);
  const auto covariance = [](const auto& p, const Eigen::ArrayXXd& apart) {
    return (exp(2 * p[1]) * exp(apart.square() * (-0.5 * exp(-2 * p[0])))).matrix().eval();
  };
  int failed = 0;
  const auto loss = [&](const auto& p) {
    try {
      const auto factor = grove::cholesky(covariance(p, distance));
      return 0.5 * grove::solve_lower(factor, y).squaredNorm() + grove::sum(log(factor.diagonal()));
    } catch (const grove::Error&) {
      ++failed;
      throw;
    }
  };
  const auto fit = minimize(loss, at(std::log(0.1), 0), lbfgs());
  CHECK(failed > 10);
  CHECK(fit.value < -100);
  // Between the points it has found the sine.
  const Eigen::ArrayXd between = (x.head(n - 1) + x.tail(n - 1)) / 2;
  const VectorXd weights = Eigen::MatrixXd(covariance(fit.params, distance)).llt().solve(y);
  const Eigen::ArrayXXd apart = between.replicate(1, n) - x.transpose().replicate(n - 1, 1);
  const VectorXd predicted = covariance(fit.params, apart) * weights;
  CHECK((predicted.array() - (2 * between).sin()).abs().maxCoeff() < 1e-2);
}

TEST_CASE("no loss keeps minimize busy for ever, and every end has its reason") {
  const Optimizer optimizers[] = {lbfgs(), descent, chain(sgd(1.0), scale_by_zoom_linesearch(30)), adam(0.1), sgd(0.1)};
  const Kind kinds[] = {Kind::constant, Kind::not_a_number, Kind::infinite, Kind::abyss,      Kind::unbounded,
                        Kind::stairs,   Kind::noise,        Kind::kink,     Kind::raised_tail};
  for (const Kind kind : kinds) {
    for (std::size_t i = 0; i < std::size(optimizers); ++i) {
      INFO("loss " << static_cast<int>(kind) << ", optimizer " << i);
      const Loss loss{kind};
      const auto fit = run(loss, at(1, 0.5), optimizers[i], {.max_steps = 300});
      CHECK(loss.calls <= 300 * 45);
      CHECK(fit.evaluations <= 300 * 45);
      CHECK(fit.values.size() == static_cast<std::size_t>(fit.steps) + 1);
      CHECK(fit.params.allFinite());
      const bool broken = kind == Kind::not_a_number || kind == Kind::infinite;
      CHECK((fit.reason == StopReason::non_finite) >= broken);
      if (kind == Kind::constant) CHECK(fit.reason == StopReason::gradient_tolerance);
      if (kind == Kind::unbounded || kind == Kind::raised_tail || kind == Kind::abyss) CHECK_FALSE(fit.converged());
      if (i < 3 && kind != Kind::unbounded && kind != Kind::noise) CHECK(loss.calls < 4000);
    }
  }
}
