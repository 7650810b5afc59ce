// L-BFGS and the linesearches against reference values of optax in double precision.
// Headers: optim/linesearch/backtracking.hpp
#include "optim/optimizers/lbfgs.hpp"

#include <array>
#include <functional>
#include <limits>
#include <map>
#include <sstream>
#include <string>

#include "optim/linesearch/backtracking.hpp"
#include "optim/optimizers/sgd.hpp"
#include "optim/protocol/step.hpp"
#include "optim/schedules/schedule.hpp"
#include "tests/optim/golden.hpp"

using namespace grove::optim;
using Eigen::VectorXd;

namespace {

/// A function with a gradient by hand, through complex-free differentiation of each formula.
struct Function {
  std::function<double(const VectorXd&)> value;
  std::function<VectorXd(const VectorXd&)> gradient;

  double operator()(const VectorXd& x, VectorXd& grad) const {
    grad = gradient(x);
    return value(x);
  }
};

VectorXd vec(std::initializer_list<double> values) {
  VectorXd v(static_cast<Eigen::Index>(values.size()));
  Eigen::Index i = 0;
  for (double x : values) v(i++) = x;
  return v;
}

const Function rosenbrock{[](const VectorXd& x) {
                            double sum = 0;
                            for (Eigen::Index i = 0; i + 1 < x.size(); ++i)
                              sum += 100 * std::pow(x(i + 1) - x(i) * x(i), 2) + std::pow(1 - x(i), 2);
                            return sum;
                          },
                          [](const VectorXd& x) {
                            VectorXd g = VectorXd::Zero(x.size());
                            for (Eigen::Index i = 0; i + 1 < x.size(); ++i) {
                              const double d = x(i + 1) - x(i) * x(i);
                              g(i) += -400 * d * x(i) - 2 * (1 - x(i));
                              g(i + 1) += 200 * d;
                            }
                            return g;
                          }};
const Function himmelblau{[](const VectorXd& p) {
                            const double x = p(0), y = p(1);
                            return std::pow(x * x + y - 11, 2) + std::pow(x + y * y - 7, 2);
                          },
                          [](const VectorXd& p) {
                            const double x = p(0), y = p(1), a = x * x + y - 11, b = x + y * y - 7;
                            return vec({4 * x * a + 2 * b, 2 * a + 4 * y * b});
                          }};
const Function matyas{[](const VectorXd& p) { return 0.26 * p.squaredNorm() - 0.48 * p(0) * p(1); },
                      [](const VectorXd& p) {
                        return vec({0.52 * p(0) - 0.48 * p(1), 0.52 * p(1) - 0.48 * p(0)});
                      }};
const Function eggholder{[](const VectorXd& p) {
                           const double x = p(0), y = p(1);
                           return -(y + 47) * std::sin(std::sqrt(std::abs(x / 2 + y + 47))) -
                                  x * std::sin(std::sqrt(std::abs(x - (y + 47))));
                         },
                         [](const VectorXd& p) {
                           const double x = p(0), y = p(1), u = x / 2 + y + 47, v = x - (y + 47);
                           const double ru = std::sqrt(std::abs(u)), rv = std::sqrt(std::abs(v));
                           const double du = (u > 0 ? 1 : -1) / (2 * ru), dv = (v > 0 ? 1 : -1) / (2 * rv);
                           const double cu = (y + 47) * std::cos(ru) * du, cv = x * std::cos(rv) * dv;
                           return vec({-cu / 2 - std::sin(rv) - cv, -std::sin(ru) - cu + cv});
                         }};
const Function zakharov{[](const VectorXd& x) {
                          double s = 0;
                          for (Eigen::Index i = 0; i < x.size(); ++i) s += 0.5 * static_cast<double>(i + 1) * x(i);
                          return x.squaredNorm() + s * s + s * s * s * s;
                        },
                        [](const VectorXd& x) {
                          double s = 0;
                          for (Eigen::Index i = 0; i < x.size(); ++i) s += 0.5 * static_cast<double>(i + 1) * x(i);
                          VectorXd g = 2 * x;
                          for (Eigen::Index i = 0; i < x.size(); ++i) {
                            g(i) += 0.5 * static_cast<double>(i + 1) * (2 * s + 4 * s * s * s);
                          }
                          return g;
                        }};
const Function steep{[](const VectorXd& x) { return 1e8 * x.squaredNorm() / static_cast<double>(x.size()); },
                     [](const VectorXd& x) { return VectorXd(2e8 * x / static_cast<double>(x.size())); }};

template <class T, class State>
void advance(const T& optimizer, const Function& f, VectorXd& x, State& state) {
  VectorXd raw = f.gradient(x), grads = raw;
  step(optimizer, grads, state, x, with_value(f.value(x)), with_grad(raw), with_value_and_grad_fn(f));
}

struct Outcome {
  VectorXd x;
  int steps = 0;
  std::int64_t trials = 0;
};

Outcome run_lbfgs(const Function& f, VectorXd x) {
  const auto optimizer = lbfgs();
  auto state = optimizer.init(x);
  Outcome result;
  double norm = 1;
  while (norm >= 1e-5 && result.steps < 500) {  // optax's driver looks at the gradient before the step
    norm = f.gradient(x).norm();
    advance(optimizer, f, x, state);
    ++result.steps;
    result.trials += std::get<2>(state).info.num_linesearch_steps;
  }
  result.x = x;
  return result;
}

void check_close(const VectorXd& got, const VectorXd& want, double tolerance) {
  INFO("got " << got.transpose() << ", want " << want.transpose());
  CHECK((got - want).cwiseAbs().maxCoeff() <= tolerance * std::max(1.0, want.cwiseAbs().maxCoeff()));
}

}  // namespace

TEST_CASE("lbfgs takes the steps that optax takes") {
  struct Row {
    const char* name;
    const Function& f;
    VectorXd start;
    int steps;
    int trials;
    VectorXd x;
  };
  const Row rows[] = {{"rosenbrock", rosenbrock, vec({0, 0}), 19, 25, vec({1, 1})},
                      {"himmelblau", himmelblau, vec({1, 1}), 9, 11, vec({3, 2})},
                      {"matyas", matyas, vec({6, 6}), 3, 5, vec({0, 0})},
                      {"eggholder", eggholder, vec({6, 6}), 7, 8, vec({8.45693447, 15.6509181})},
                      {"zakharov", zakharov, vec({600, 700, 200, 100, 90, 1000}), 49, 61, VectorXd::Zero(6)},
                      {"himmelblau, bad start", himmelblau, vec({92, 0.001}), 22, 24, vec({3.58442834, -1.84812652})},
                      {"steep", steep, vec({1, 1}), 3, 3, vec({0, 0})}};
  for (const Row& row : rows) {
    INFO(row.name);
    const Outcome got = run_lbfgs(row.f, row.start);
    CHECK(got.steps == row.steps);
    CHECK(got.trials == row.trials);
    check_close(got.x, row.x, 1e-7);
  }
}

TEST_CASE("lbfgs: first iterates on Rosenbrock") {
  const auto optimizer = lbfgs();
  VectorXd x = vec({0, 0});
  auto state = optimizer.init(x);
  const std::array<VectorXd, 6> want{vec({0.178211707993, 0}),
                                     vec({0.25225712537, 0.0479522234305}),
                                     vec({0.332870222086, 0.0849477535313}),
                                     vec({0.495980877469, 0.236504936083}),
                                     vec({0.567487813526, 0.307750857566}),
                                     vec({0.765954881883, 0.583788637581})};
  for (const VectorXd& at : want) {
    advance(optimizer, rosenbrock, x, state);
    check_close(x, at, 1e-11);
  }
}

TEST_CASE("lbfgs follows optax on losses of one number") {
  const std::map<std::string, double (*)(double, double&)> losses{{"polynomial",
                                                                   [](double x, double& slope) {
                                                                     slope = -1 - 3 * x * x + 4 * x * x * x;
                                                                     return -x - x * x * x + x * x * x * x;
                                                                   }},
                                                                  {"exponential",
                                                                   [](double x, double& slope) {
                                                                     slope = -4 * std::exp(-4 * x) + 2 * x;
                                                                     return std::exp(-4 * x) + x * x;
                                                                   }},
                                                                  {"sinusoidal", [](double x, double& slope) {
                                                                     slope = -10 * std::cos(10 * x);
                                                                     return -std::sin(10 * x);
                                                                   }}};
  std::ifstream in = golden::open("lbfgs.txt");
  std::string header, line;
  int cases = 0;
  for (; std::getline(in, header) && std::getline(in, line); ++cases) {
    INFO(header);
    std::istringstream words(header);
    std::string word, name;
    double x = 0;
    words >> word >> name >> x;
    const auto loss = losses.at(name);
    const auto optimizer = lbfgs();
    auto state = optimizer.init(x);
    for (const double want : golden::numbers(line)) {
      double raw = 0;
      const double value = loss(x, raw);
      double grads = raw;
      step(optimizer, grads, state, x, with_value(value), with_grad(raw), with_value_and_grad_fn(loss));
      CHECK(std::abs(x - want) <= 1e-8);
    }
  }
  CHECK(cases == 9);
}

TEST_CASE("lbfgs without linesearch follows optax on a tree") {
  golden::check_transform("scale_by_lbfgs", scale_by_lbfgs({.keep_negative_curvature = true}));
  golden::check_optimizer("lbfgs_no_linesearch",
                          lbfgs(0.1, {.memory_size = 4, .keep_negative_curvature = true}, identity()), 1e-11);
  golden::check_optimizer(
      "lbfgs_no_linesearch_unscaled",
      lbfgs(exponential_decay(0.1, 10, 0.5),
            {.memory_size = 1, .scale_init_precond = false, .keep_negative_curvature = true}, identity()),
      1e-11);
}

TEST_CASE("lbfgs without linesearch") {
  const auto run = [](const Function& f, VectorXd x, bool scale_init_precond) {
    const auto optimizer =
        lbfgs(1e-3, {.memory_size = 5, .scale_init_precond = scale_init_precond, .keep_negative_curvature = true},
              identity());
    auto state = optimizer.init(x);
    for (int i = 0; i < 15; ++i) advance(optimizer, f, x, state);
    return x;
  };
  check_close(run(rosenbrock, vec({0, 0}), true), vec({0.01681110997, 0.00053867448}), 1e-9);
  check_close(run(rosenbrock, vec({0, 0}), false), vec({0.06259450248, 0.002059763861}), 1e-9);
  check_close(run(himmelblau, vec({1, 1}), true), vec({0.9511670365, 0.9175184184}), 1e-9);
  check_close(run(himmelblau, vec({1, 1}), false), vec({1.028108905, 0.9916177916}), 1e-8);
  check_close(run(matyas, vec({6, 6}), true), vec({5.91630716, 5.91630716}), 1e-8);
  check_close(run(eggholder, vec({6, 6}), false), vec({6.042786849, 6.171458256}), 1e-8);
  check_close(run(zakharov, vec({600, 700, 200, 100, 90, 1000}), true),
              vec({599.5164782, 699.0329564, 198.5494347, 98.06591291, 87.58239114, 997.0988693}), 1e-9);
}

namespace {

struct Search {
  double rate, value;
  std::int64_t trials;
  double decrease, curvature;
};

Search zoom_search(const Function& f, const VectorXd& x, VectorXd u, std::int64_t steps, ZoomOptions options = {}) {
  const auto search = scale_by_zoom_linesearch(steps, options);
  const VectorXd raw = f.gradient(x);
  auto [updates, state] =
      search.update(std::move(u), search.init(x), x, with_value(f.value(x)), with_grad(raw), with_value_and_grad_fn(f));
  return {state.learning_rate, state.value, state.info.num_linesearch_steps, state.info.decrease_error,
          state.info.curvature_error};
}

void check_search(const char* name, const Search& got, double rate, double value, std::int64_t trials) {
  INFO(name << ": step " << got.rate << ", value " << got.value << ", trials " << got.trials);
  CHECK(got.rate == Approx(rate).epsilon(1e-11));
  CHECK(got.trials == trials);
  if (std::isfinite(value)) {
    CHECK(std::abs(got.value - value) <= 1e-10 * std::max(std::abs(value), 1e-10));
  } else {
    CHECK(got.value == value);
  }
}

const Function square{[](const VectorXd& x) { return x.squaredNorm(); },
                      [](const VectorXd& x) { return VectorXd(2 * x); }};
const Function flat{[](const VectorXd& x) { return std::exp(-1 / (x(0) * x(0))); },
                    [](const VectorXd& x) { return vec({2 * std::exp(-1 / (x(0) * x(0))) / std::pow(x(0), 3)}); }};
const Function logarithm{[](const VectorXd& x) { return std::log(x(0)); },
                         [](const VectorXd& x) { return vec({1 / x(0)}); }};
const Function polynomial{[](const VectorXd& v) { return -v(0) - std::pow(v(0), 3) + std::pow(v(0), 4); },
                          [](const VectorXd& v) { return vec({-1 - 3 * v(0) * v(0) + 4 * std::pow(v(0), 3)}); }};
const Function exponential{[](const VectorXd& v) { return std::exp(-4 * v(0)) + v(0) * v(0); },
                           [](const VectorXd& v) { return vec({-4 * std::exp(-4 * v(0)) + 2 * v(0)}); }};
const Function sinusoidal{[](const VectorXd& v) { return -std::sin(10 * v(0)); },
                          [](const VectorXd& v) { return vec({-10 * std::cos(10 * v(0))}); }};

}  // namespace

TEST_CASE("the zoom linesearch finds what optax finds") {
  const double inf = std::numeric_limits<double>::infinity();
  const VectorXd u = vec({1, 0}), w = vec({-60, 0});
  check_search("not descent", zoom_search(square, vec({60, 0}), u, 18, {.curv_rtol = 0.5}), 7.62939453125e-06,
               3600.000915527402, 18);
  check_search("small max", zoom_search(square, w, u, 10, {.max_learning_rate = 10.0, .curv_rtol = 0.5}), 10, 2500, 5);
  check_search("5 iterations", zoom_search(square, w, u, 5, {.curv_rtol = 0.5}), 16, 1936, 5);
  check_search("30 iterations", zoom_search(square, w, u, 30, {.curv_rtol = 0.5}), 32, 784, 6);
  check_search("flat", zoom_search(flat, vec({-0.2}), -flat.gradient(vec({-0.2})), 30), 131072, 1.23896517725e-11, 18);
  check_search("domain", zoom_search(logarithm, vec({1}), vec({-2}), 19), 0.5, -inf, 19);
  check_search("high below low", zoom_search(square, vec({-1}), vec({1.95}), 30), 0.512820512821, 0, 2);
  for (const auto& [name, f, start, rate, value, trials] :
       std::initializer_list<std::tuple<const char*, const Function&, double, double, double, int>>{
           {"polynomial 0", polynomial, 0.0, 1, -1, 1},
           {"polynomial 0.5", polynomial, 0.5, 0.177777777778, -0.826865188234, 2},
           {"polynomial -1", polynomial, -1.0, 0.294052128362, -0.480673416777, 3},
           {"exponential 0", exponential, 0.0, 0.120101680906, 0.377159262087, 3},
           {"exponential 0.5", exponential, 0.5, 0.155983767129, 0.363750116661, 2},
           {"exponential -1", exponential, -1.0, 0.0170097997772, 7.55610514278, 5},
           {"sinusoidal 0", sinusoidal, 0.0, 0.207458861629, -0.947480107736, 3},
           {"sinusoidal 0.5", sinusoidal, 0.5, 0.987899459287, -0.999343073268, 5},
           {"sinusoidal -1", sinusoidal, -1.0, 0.0854446266638, -0.994027872445, 7}}) {
    const VectorXd x = vec({start});
    check_search(name, zoom_search(f, x, -f.gradient(x), 30), rate, value, trials);
  }
  check_search("rosenbrock", zoom_search(rosenbrock, vec({0, 0}), -rosenbrock.gradient(vec({0, 0})), 30),
               0.0867732359347, 0.773737102882, 5);
  check_search("himmelblau", zoom_search(himmelblau, vec({1, 1}), -himmelblau.gradient(vec({1, 1})), 30),
               0.0423651356564, 7.71214252856, 5);
  check_search("matyas", zoom_search(matyas, vec({6, 6}), -matyas.gradient(vec({6, 6})), 30), 4, 1.016064, 3);
  check_search("eggholder", zoom_search(eggholder, vec({6, 6}), -eggholder.gradient(vec({6, 6})), 30), 1,
               -59.1399581008, 1);
}

TEST_CASE("the backtracking linesearch finds what optax finds") {
  const auto search = [](const char* name, const Function& f, const VectorXd& x, double rate, double value,
                         int trials) {
    const auto backtracking = scale_by_backtracking_linesearch(50);
    const VectorXd raw = f.gradient(x);
    const auto state = backtracking
                           .update(VectorXd(-raw), backtracking.init(x), x, with_value(f.value(x)), with_grad(raw),
                                   with_value_fn(f.value))
                           .state;
    check_search(name, {state.learning_rate, state.value, state.info.num_linesearch_steps, 0, 0}, rate, value, trials);
  };
  search("rosenbrock", rosenbrock, vec({0, 0}), 0.1073741824, 0.82929660991, 11);
  search("himmelblau", himmelblau, vec({1, 1}), 0.0549755813888, 57.4901493682, 14);
  search("matyas", matyas, vec({6, 6}), 1, 1.327104, 1);
  search("eggholder", eggholder, vec({6, 6}), 1, -59.1399581008, 1);
}

TEST_CASE("gradient descent with backtracking") {
  const VectorXd optimum = vec({1, -1, 1});
  const Function parabola{[=](const VectorXd& x) { return (x - optimum).squaredNorm(); },
                          [=](const VectorXd& x) { return VectorXd(2 * (x - optimum)); }};
  const auto optimizer = chain(sgd(10.0), scale_by_backtracking_linesearch(15));
  VectorXd x = vec({-1, 10, 1});
  auto state = optimizer.init(x);
  advance(optimizer, parabola, x, state);
  check_close(x, vec({2.435973837, -8.897856102, 1}), 1e-9);
  advance(optimizer, parabola, x, state);
  check_close(x, vec({0.06766894068, 4.127820826, 1}), 1e-9);
  for (int i = 2; i < 40; ++i) advance(optimizer, parabola, x, state);
  check_close(x, vec({0.9999259233, -0.9995925779, 1}), 1e-9);
}

TEST_CASE("a loss that is NaN or infinite makes steps shorter and never loops") {
  for (const double broken : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    const Function cliff{[=](const VectorXd& x) { return x(0) > 1.2 ? broken : x(0) * x(0) - 2 * x(0); },
                         [=](const VectorXd& x) { return vec({x(0) > 1.2 ? broken : 2 * x(0) - 2}); }};
    const Search got = zoom_search(cliff, vec({0}), vec({8}), 30);
    CHECK(got.rate > 0);
    CHECK(got.value < 0);
    const auto backtracking = scale_by_backtracking_linesearch(20);
    const VectorXd x = vec({0}), raw = vec({-2});
    CHECK(backtracking
              .update(vec({8}), backtracking.init(x), x, with_value(0.0), with_grad(raw), with_value_fn(cliff.value))
              .state.value < 0);
    const Function hopeless{[=](const VectorXd& v) { return v(0) == 0 ? 0 : broken; },
                            [=](const VectorXd&) { return vec({-2}); }};
    CHECK(zoom_search(hopeless, x, vec({8}), 30).rate == 0);
  }
}

TEST_CASE("linesearches reject bad options") {
  CHECK_THROWS_WITH(lbfgs({.memory_size = 0}), "lbfgs: memory_size must be positive, got 0");
  CHECK_THROWS_WITH(scale_by_backtracking_linesearch(5, {.decrease_factor = 1}),
                    "scale_by_backtracking_linesearch: decrease_factor must lie in (0, 1), got 1");
}
