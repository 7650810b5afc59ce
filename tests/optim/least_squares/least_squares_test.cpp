// Options, bounds, losses, statistics and failures of least_squares.
// Headers: optim/least_squares/{bounds,confidence_intervals,options,result,robust_loss,stop,summary,weights}.hpp
#include "optim/least_squares/least_squares.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "autodiff/autodiff.hpp"
#include "tests/catch.hpp"

using namespace grove::optim;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using grove::HyperparameterError;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan_ = std::numeric_limits<double>::quiet_NaN();

/// One type of params for all tests: as a curve, height·exp(-rate·t) + offset.
struct Curve {
  double height;
  Eigen::VectorXd shape;  // rate, offset
};

Curve curve(double height, double rate, double offset) { return {height, Eigen::Vector2d(rate, offset)}; }
Eigen::Vector3d numbers(const Curve& p) { return grove::tree::flatten(p); }

enum class Kind {
  decay,             // the curve
  twice_the_rate,    // shape(0) only as shape(0) + shape(1): of rank 2
  throws,            // a grove::Error beyond height 3
  throws_shape,      // a ShapeError there
  throws_always,     //
  nan_beyond,        // NaN beyond height 3
  nan_always,        //
  constant,          // does not depend on the params
  grows,             // another number of residuals beyond height 3
  unbounded,         // exp(-height): no minimum
  jumps,             // a step function added
  michaelis_menten,  // in softplus params, of which the last plays no part
  rosenbrock,        //
  overflows          // 1e200
};

/// All data of a test, so that one instantiation serves all.
struct Data {
  Kind kind = Kind::decay;
  Eigen::VectorXd t, y;
};

/// 20 points with two outliers, as in the reference values below.
Data data(Kind kind = Kind::decay) {
  Data d{kind, Eigen::VectorXd(20), Eigen::VectorXd(20)};
  for (int i = 0; i < 20; ++i) {
    d.t(i) = 0.15 * i;
    d.y(i) = 2.5 * std::exp(-1.3 * d.t(i)) + 0.5 + 0.05 * std::sin(17.0 * i * i);
  }
  d.y(3) += 2;
  d.y(11) -= 1.5;
  return d;
}

/// A residual of a tree: a vector.
constexpr auto residuals = [](const auto& p, const Data& d) {
  using T = grove::scalar_t<std::remove_cvref_t<decltype(p)>>;
  const auto& [height, shape] = p;
  const double h = grove::value_of(height);
  std::vector<T> r;
  if (d.kind == Kind::throws_always || (d.kind == Kind::throws && h > 3)) throw grove::DataError("no value there");
  if (d.kind == Kind::throws_shape && h > 3) throw grove::ShapeError("a mistake");
  if (d.kind == Kind::rosenbrock) return std::vector<T>{10.0 * (shape(0) - height * height), 1.0 - height, shape(1)};
  for (Eigen::Index i = 0; i < d.t.size(); ++i) {
    const double t = d.t(i), y = d.y(i);
    if (d.kind == Kind::twice_the_rate) {
      r.push_back(height * exp(-(shape(0) + shape(1)) * t) - y);
    } else if (d.kind == Kind::michaelis_menten) {
      r.push_back(log1p(exp(height)) * t / (log1p(exp(shape(0))) + t) - y);
    } else if (d.kind == Kind::constant) {
      r.push_back(T(y));
    } else if (d.kind == Kind::unbounded) {
      r.push_back(exp(-height) + 0.0 * shape(0));
    } else {
      r.push_back(height * exp(-shape(0) * t) + shape(1) - y);
    }
    if (d.kind == Kind::nan_always || (d.kind == Kind::nan_beyond && h > 3)) r.back() *= nan_;
    if (d.kind == Kind::jumps) r.back() += std::fmod(std::abs(1e6 * h), 2.0) < 1 ? 0.5 : 0.0;
    if (d.kind == Kind::overflows) r.back() += 1e200;
  }
  if (d.kind == Kind::grows && h > 3) r.pop_back();
  return r;
};

const Curve start = curve(2, 1, 0.4);

/// A line at 0, 1, 2, 3.
struct VectorLine {
  template <class P>
  auto operator()(const P& p, const Eigen::VectorXd& y) const {
    return (p(1) * Eigen::VectorXd(Eigen::Vector4d(0, 1, 2, 3)) + p(0) * Eigen::VectorXd(Eigen::VectorXd::Ones(4)) - y)
        .eval();
  }
};

auto fit(const LeastSquaresOptions& options = {}, const Data& d = data(), const Curve& from = start) {
  return least_squares(residuals, from, options, d);
}

void check_params(const Curve& p, const Eigen::Vector3d& expected, double tolerance = 1e-8) {
  for (int k = 0; k < 3; ++k) CHECK_THAT(numbers(p)(k), WithinRel(expected(k), tolerance));
}

std::string message_of(const LeastSquaresOptions& options, const Curve& from = start) {
  try {
    fit(options, data(), from);
  } catch (const grove::Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

// Reference: scipy.optimize.least_squares and scipy.stats, tolerances 1e-15.
TEST_CASE("A fit, its errors, intervals and table are those of scipy", "[least_squares]") {
  const auto f = fit();
  CHECK(f.converged());
  check_params(f.params, {3.05405160069138, 1.0360406114650373, 0.19926757259912492}, 1e-8);
  CHECK_THAT(f.cost, WithinRel(2.9008068298278977, 1e-12));
  CHECK(f.residuals.size() == 20);
  CHECK(f.rank == 3);
  CHECK(f.solver == LinearSolver::svd);
  CHECK(f.degrees_of_freedom() == 17);
  CHECK_THAT(f.covariance()(0, 1), WithinRel(-0.06777261283194629, 1e-8));
  CHECK(f.covariance().isApprox(f.covariance().transpose(), 0));
  check_params(f.standard_errors(), {0.49159667071723595, 0.49081034714048455, 0.4667213356294822});
  const auto interval = f.confidence_intervals();
  check_params(interval.low, {2.016873286801161, 0.0005212953062656567, -0.785428371819128}, 1e-5);
  check_params(interval.high, {4.091229914581599, 2.071559927623809, 1.1839635170173777});
  const FitSummary table = f.summary(data().y);
  CHECK(table.rows[0].name == "height");
  CHECK(table.rows[2].name == "shape(1)");
  CHECK_THAT(table.rows[0].t, WithinRel(6.2125148167410105, 1e-8));
  CHECK_THAT(table.rows[1].p, WithinRel(0.04989713381274345, 1e-7));
  CHECK_THAT(table.r_squared, WithinRel(0.7113813037016956, 1e-10));
  CHECK(table.warnings.empty());
  CHECK(table.string() ==
        "          estimate  std. error      t        p  95 % interval\n"
        "height     3.05405       0.492   6.21  9.5e-06        2.01687  4.09123\n"
        "shape(0)   1.03604       0.491   2.11     0.05    0.000521295  2.07156\n"
        "shape(1)  0.199268       0.467  0.427     0.67      -0.785428  1.18396\n"
        "20 residuals, 17 degrees of freedom, residual standard error 0.584184, R² 0.711381\n"
        "cost 2.9008068: " +
            f.message);
  std::ostringstream out;
  out << table;
  CHECK(out.str() == fmt::format("{}", table));
}

TEST_CASE("Robust losses reach scipy's minima", "[least_squares]") {
  const auto check = [](const RobustLoss& loss, const Eigen::Vector3d& params, double cost, double tolerance) {
    INFO(loss.name());
    const auto f = fit({.loss = loss});
    CHECK(f.converged());
    check_params(f.params, params, tolerance);
    CHECK_THAT(f.cost, WithinRel(cost, 1e-10));
  };
  check(huber(0.1), {2.5284922084050185, 1.2162670772330948, 0.4461897546210304}, 0.3505615779867921, 1e-6);
  check(soft_l1(0.1), {2.536292168745524, 1.2119362916461223, 0.44151617038427754}, 0.3403638237790942, 1e-6);
  check(cauchy(0.1), {2.503410598969996, 1.2271720487701663, 0.4567417939996116}, 0.0673418695127481, 1e-6);
  check(arctan(0.1), {2.498739002628212, 1.231290923636595, 0.4610014471534431}, 0.026865700299927655, 1e-6);
  check(tukey(0.25), {2.4983499281604544, 1.2313187614288466, 0.4612386089509639}, 0.03185453971463779, 1e-6);
  check_params(fit({.loss = huber(0.1)}).standard_errors(),  // Huber's formula in NumPy
               {0.04629298874909139, 0.06181699822128021, 0.0366675349380886}, 1e-6);
  check_params(fit({.loss = huber(100)}).params, numbers(fit().params));
  // The derivatives of each loss, by differences.
  for (const RobustLoss& loss : {huber(1), soft_l1(1), cauchy(1), tukey(1), arctan(1), RobustLoss()}) {
    INFO(loss.name());
    CHECK(loss.rho(0).value == 0);
    CHECK(loss.rho(0).first == 1);
    for (const double z : {0.01, 0.5, 0.9, 1.5, 7.0}) {
      const double h = 1e-5;
      CHECK_THAT((loss.rho(z + h).value - loss.rho(z - h).value) / (2 * h), WithinAbs(loss.rho(z).first, 1e-8));
      CHECK_THAT((loss.rho(z + h).first - loss.rho(z - h).first) / (2 * h), WithinAbs(loss.rho(z).second, 1e-8));
    }
  }
}

TEST_CASE("Weights count residuals more or less", "[least_squares]") {
  const Data d = data();
  std::vector<double> weights;
  for (const double t : d.t) weights.push_back(1 / (0.1 + t));
  auto f = fit({.weights = weights});
  check_params(f.params, {3.3636697695744355, 0.651039617105407, -0.3445836919475577}, 1e-7);
  CHECK_THAT(f.cost, WithinRel(3.8760683104649885, 1e-12));
  check_params(f.standard_errors(), {1.2877273714125559, 0.4680845220467656, 1.3374042509965534}, 1e-6);
  CHECK_THAT(f.r_squared(d.y), WithinRel(0.7531430613738503, 1e-10));
  f = fit({.weights = weights, .absolute_weights = true});
  check_params(f.standard_errors(), {1.9069428544224534, 0.6931672451783731, 1.9805073158571707}, 1e-6);
  // A weight of zero removes a residual.
  std::vector<double> most(20, 1.0);
  most[3] = most[11] = 0;
  f = fit({.weights = most});
  CHECK(f.degrees_of_freedom() == 15);
  check_params(f.params, numbers(fit({.loss = tukey(0.25)}).params), 0.05);
  // The same weight for all changes nothing but the cost.
  f = fit({.weights = 4.0});
  check_params(f.params, numbers(fit().params));
  check_params(f.standard_errors(), numbers(fit().standard_errors()));
}

TEST_CASE("Bounds hold in every trial, in all their forms", "[least_squares]") {
  const Curve from = curve(2, 1, 0.6);
  const auto check = [&](const LeastSquaresOptions& options) {
    const auto f = fit(options, data(), from);
    CHECK(f.converged());
    CHECK(f.params.height == 2.2);
    CHECK(f.params.shape(1) == 0.55);
    CHECK_THAT(f.params.shape(0), WithinRel(1.1589349544601342, 1e-7));
    CHECK_THAT(f.cost, WithinRel(3.4477081198481296, 1e-10));
    const FitSummary table = f.summary();
    CHECK(table.rows[0].note == "at a bound");
    CHECK(std::isnan(table.rows[0].error));
    CHECK(table.rows[1].error > 0);
    CHECK(table.warnings == std::vector<std::string>{"at a bound, so without an error: height, shape(1)"});
  };
  check({.lower = curve(0, 0, 0.55), .upper = curve(2.2, 9, 9)});
  check({.lower = curve(-infinity, -infinity, 0.55), .upper = {{"height", 2.2}}});
  check(
      {.lower = curve(0, 0, 0.55), .upper = [](const grove::tree::Path& p) { return p == "height" ? 2.2 : infinity; }});
  check({.method = TrustRegionMethod::dogleg, .lower = curve(0, 0, 0.55), .upper = curve(2.2, 9, 9)});
  check({.solver = LinearSolver::normal, .lower = curve(0, 0, 0.55), .upper = curve(2.2, 9, 9)});
  // Starts at the bounds, also at the wrong ones.
  CHECK_THAT(fit({.lower = 0.0, .upper = 9.0}, data(), curve(9, 0, 9)).cost, WithinRel(2.9008068298278977, 1e-9));
  CHECK_THAT(fit({.lower = 0.0, .upper = 9.0}, data(), curve(0.001, 9, 0)).cost, WithinRel(2.9008068298278977, 1e-9));
  // Rosenbrock's valley with its end cut off: at the bound the valley's floor is 0.5, 0.25.
  const auto cut = fit({.upper = {{"height", 0.5}}}, data(Kind::rosenbrock), curve(-1.2, 1, 3));
  CHECK(cut.converged());
  CHECK(cut.params.height == 0.5);
  CHECK_THAT(cut.params.shape(0), WithinAbs(0.25, 1e-12));
  // A tree of bounds may be a vector.
  const Eigen::VectorXd low = Eigen::Vector2d(-9, 5), high = Eigen::Vector2d(2, 9), y = Eigen::Vector4d(1, 4, 7, 10);
  CHECK(least_squares(VectorLine{}, Eigen::VectorXd(Eigen::Vector2d(1, 6)), {.lower = low, .upper = high}, y).params ==
        Eigen::Vector2d(-2, 5));
  // Equal bounds fix a param.
  const auto fixed = fit({.lower = curve(2.5, -infinity, -infinity), .upper = curve(2.5, infinity, infinity)}, data(),
                         curve(2.5, 1, 0.4));
  CHECK(fixed.params.height == 2.5);
  CHECK(fixed.standard_errors().height == 0);
  CHECK(fixed.summary().rows[0].note == "fixed");
}

TEST_CASE("A mask fixes leaves", "[least_squares]") {
  const auto f = fit({.fixed = [](const grove::tree::Path& p) { return p == "shape"; }});
  CHECK(f.converged());
  CHECK(f.params.shape == start.shape);
  CHECK(f.degrees_of_freedom() == 19);
  // One linear param is left.
  const Data d = data();
  const Eigen::ArrayXd e = (-d.t.array()).exp();
  CHECK_THAT(f.params.height, WithinRel((e * (d.y.array() - 0.4)).sum() / e.square().sum(), 1e-12));
  CHECK(f.covariance()(1, 1) == 0);
  const auto none = fit({.fixed = true});
  CHECK(none.converged());
  CHECK(none.steps == 0);
  CHECK(none.degrees_of_freedom() == 20);
  CHECK(none.covariance().isZero(0));
}

TEST_CASE("Jacobians of low rank are solved, and the summary says so", "[least_squares]") {
  for (const LinearSolver solver : {LinearSolver::svd, LinearSolver::normal}) {
    const auto f = fit({.solver = solver}, data(Kind::twice_the_rate));
    CHECK(f.converged());
    CHECK(f.rank == 2);
    CHECK(f.degrees_of_freedom() == 18);
    CHECK(std::isinf(f.standard_errors().shape(0)));
    CHECK(std::isfinite(f.standard_errors().height));
    const FitSummary table = f.summary();
    CHECK(table.rows[1].note == "not determined");
    CHECK(table.warnings ==
          std::vector<std::string>{"the Jacobian is rank-deficient: the data do not determine shape(0), shape(1)"});
  }
  // Residuals that do not depend on the params at all.
  const auto constant = fit({}, data(Kind::constant));
  CHECK(constant.reason == LeastSquaresStop::gradient_tolerance);
  CHECK(std::isinf(constant.standard_errors().height));
  // Fewer residuals than params: a solution, without errors.
  Data two = data();
  two.t.conservativeResize(2), two.y.conservativeResize(2);
  const auto f = fit({}, two);
  CHECK(f.converged());
  CHECK(f.cost < 1e-25);
  CHECK(f.summary().warnings.front() == "no degrees of freedom are left, so no errors are known");
  two.t.resize(0), two.y.resize(0);
  CHECK(fit({}, two).converged());
}

TEST_CASE("A fit of exact data says that no residual is left", "[least_squares]") {
  for (const double unit : {1e-150, 1e-6, 1.0, 1e6, 1e150}) {
    INFO(unit);
    Data d = data();
    d.y = unit * (2.5 * (-1.3 * d.t.array()).exp() + 0.5);
    const auto f = fit({}, d, curve(2 * unit, 1, 0.4 * unit));
    CHECK(f.converged());
    check_params(f.params, {2.5 * unit, 1.3, 0.5 * unit}, 1e-10);
    const FitSummary table = f.summary(d.y);
    CHECK(table.exact);
    CHECK(table.warnings.empty());
    CHECK(table.rows[0].error <= 1e-13 * unit);
    CHECK(std::isnan(table.rows[1].t));
    CHECK(std::isnan(table.rows[1].p));
    CHECK_THAT(table.r_squared, WithinAbs(1, 1e-15));
    CHECK_THAT(table.string(),
               Catch::Matchers::EndsWith(
                   "\nthe residuals are zero to within rounding, and so are the errors; t and p say nothing"));
  }
  CHECK_FALSE(fit().summary().exact);
  // Not even a residual of rounding, a constant to observe, and params that the data do not determine.
  Data flat = data(Kind::twice_the_rate);
  flat.y.setZero();
  const auto f = fit({}, flat, curve(0, 1, 0.4));
  CHECK(f.cost == 0);
  CHECK(f.r_squared(flat.y) == 1);
  CHECK(f.standard_errors().height == 0);
  CHECK(std::isinf(f.standard_errors().shape(0)));
  CHECK(f.summary().rows[1].note == "not determined");
}

TEST_CASE("A line is found from a start that is many orders of magnitude away", "[least_squares]") {
  const VectorLine line;
  for (const double unit : {1e-150, 1e-6, 1e6, 1e23, 1e150}) {
    INFO(unit);
    const Eigen::VectorXd y = unit * Eigen::Vector4d(5, 8, 11, 14);
    const auto f = least_squares(line, Eigen::VectorXd(Eigen::Vector2d(1, 1)), {}, y);
    CHECK(f.converged());
    CHECK_THAT(f.params(0), WithinRel(5 * unit, 1e-14));
    CHECK_THAT(f.params(1), WithinRel(3 * unit, 1e-14));
    CHECK_THAT(f.cost, WithinRel(0.5 * f.residuals.squaredNorm(), 1e-12));  // not the rounding of that at the start
    CHECK(f.residuals.norm() <= 1e-14 * y.norm());
  }
}

TEST_CASE("Trial points without a value are rejected", "[least_squares]") {
  const double best = fit().cost;
  for (const Kind kind : {Kind::throws, Kind::nan_beyond}) {
    const auto f = fit({.max_steps = 200}, data(kind));
    CHECK(f.params.height <= 3);
    CHECK(f.params.height > 2.99);
    CHECK(f.cost > best);
    CHECK(f.cost < 1.01 * best);
  }
  CHECK_THROWS_AS(fit({}, data(Kind::throws_shape)), grove::ShapeError);
  CHECK_THROWS_WITH(fit({}, data(Kind::grows)),
                    "least_squares: there were 20 residuals at the start and there are 19 now");
}

TEST_CASE("A bad start ends the fit and says why", "[least_squares]") {
  auto f = fit({}, data(Kind::throws_always));
  CHECK(f.reason == LeastSquaresStop::bad_start);
  CHECK_FALSE(f.converged());
  CHECK(f.message == "the residuals cannot be evaluated at the start: no value there");
  CHECK(numbers(f.params) == numbers(start));
  CHECK_THROWS_WITH(f.covariance(), Catch::Matchers::Contains("covariance: the fit has no Jacobian"));
  f = fit({}, data(Kind::nan_always));
  CHECK(f.reason == LeastSquaresStop::bad_start);
  CHECK(f.message == "residual [0] is nan at the start");
  f = fit({}, data(), curve(nan_, 1, 1));
  CHECK(f.reason == LeastSquaresStop::bad_start);
  f = fit({}, data(Kind::overflows));
  CHECK(f.reason == LeastSquaresStop::bad_start);
  CHECK(f.message == "the cost overflows at the start");
}

TEST_CASE("No fit loops for ever", "[least_squares]") {
  for (const TrustRegionMethod method : {TrustRegionMethod::levenberg_marquardt, TrustRegionMethod::dogleg}) {
    for (const LinearSolver solver : {LinearSolver::svd, LinearSolver::normal}) {
      LeastSquaresOptions options{.max_steps = 100000, .method = method, .solver = solver};
      for (const Kind kind : {Kind::jumps, Kind::unbounded, Kind::constant, Kind::rosenbrock, Kind::nan_beyond}) {
        INFO(static_cast<int>(kind));
        const auto f = fit(options, data(kind), curve(-1.2, 1, 3));
        CHECK(f.steps < 2000);
        CHECK(std::isfinite(f.cost));
        CHECK(f.converged() == (kind == Kind::constant || kind == Kind::rosenbrock));
      }
    }
  }
  const auto f = fit({.max_steps = 3}, data(Kind::rosenbrock), curve(-1.2, 1, 3));
  CHECK(f.reason == LeastSquaresStop::max_steps);
  CHECK(f.steps == 3);
  CHECK(f.summary().warnings.front() == "the fit did not converge");
  CHECK(fit({.max_steps = 0}).params.height == 2);
}

TEST_CASE("Each tolerance ends a fit, and units play no part", "[least_squares]") {
  CHECK(fit({.step_tolerance = 1e-3}).reason == LeastSquaresStop::step_tolerance);
  CHECK(fit({.step_tolerance = 0, .cost_tolerance = 1e-3}).reason == LeastSquaresStop::cost_tolerance);
  CHECK(fit({.gradient_tolerance = 1e-3}).reason == LeastSquaresStop::gradient_tolerance);
  CHECK(fit({.step_tolerance = 0}).reason == LeastSquaresStop::at_rounding);
  const auto reference = fit();
  for (const double unit : {1e-9, 1e9}) {
    Data d = data();
    d.y *= unit;
    const auto f = fit({}, d, curve(2 * unit, 1, 0.4 * unit));
    CHECK(f.converged());
    CHECK(std::abs(f.steps - reference.steps) <= 1);
    CHECK_THAT(f.params.height / unit, WithinRel(reference.params.height, 1e-9));
  }
}

TEST_CASE("Methods and solvers agree", "[least_squares]") {
  for (const TrustRegionMethod method : {TrustRegionMethod::levenberg_marquardt, TrustRegionMethod::dogleg}) {
    for (const LinearSolver solver : {LinearSolver::svd, LinearSolver::normal}) {
      const auto f = fit({.method = method, .solver = solver});
      CHECK(f.solver == solver);
      check_params(f.params, numbers(fit().params));
      check_params(f.standard_errors(), numbers(fit().standard_errors()));
      const auto valley = fit({.method = method, .solver = solver}, data(Kind::rosenbrock), curve(-1.2, 1, 3));
      CHECK(valley.converged());
      CHECK_THAT(valley.params.height, WithinAbs(1, 1e-10));
    }
  }
}

TEST_CASE("A robust fit from afar, where all residuals are far beyond the scale, takes no leaps", "[least_squares]") {
  const auto f = fit({.loss = huber(1e-3)}, data(), curve(30, 1, 0.4));
  CHECK(f.converged());
  CHECK_THAT(f.params.height, WithinAbs(2.5, 0.1));
  CHECK(f.steps < 45);  // 73 with second derivatives of the loss from the start
}

TEST_CASE("Wrong options are refused", "[least_squares]") {
  CHECK(message_of({.max_steps = -1}) == "least_squares: max_steps must not be negative, got -1");
  CHECK(message_of({.step_tolerance = nan_}) == "least_squares: step_tolerance must not be negative, got nan");
  CHECK(message_of({.cost_tolerance = -1e-3}) == "least_squares: cost_tolerance must not be negative, got -0.001");
  CHECK(message_of({.gradient_tolerance = infinity}) == "least_squares: gradient_tolerance must be finite, got inf");
  CHECK(message_of({.initial_radius = 0}) == "least_squares: initial_radius must be positive, got 0");
  CHECK(message_of({.solver = LinearSolver::conjugate_gradients}) ==
        "least_squares: the solver is conjugate gradients, and the residuals are not wrapped in matrix_free(…); "
        "conjugate "
        "gradients and matrix_free go together");
  CHECK(message_of({.lower = {{"shape", 1.5}}}) ==
        "least_squares: shape(0): the start 1 lies outside of the bounds [1.5, inf]; start inside, or clamp it");
  CHECK(message_of({.lower = 1.0, .upper = 0.5}) ==
        "least_squares: height: no number lies between the bounds 1 and 0.5");
  CHECK(message_of({.lower = {{"width", 0.0}}}) ==
        "least_squares: bounds: the key 'width' of the map fits no leaf; the leaves are height, shape");
  CHECK(message_of({.lower = Curve{0, Eigen::VectorXd::Zero(3)}}) ==
        "least_squares: the bounds are {height: number, shape: 3×1} and the params {height: number, shape: 2×1}");
  CHECK(message_of({.weights = std::vector<double>(3, 1.0)}).starts_with("least_squares: the weights are ["));
  CHECK_THROWS_WITH(ParamBounds({{"height", nan_}}), "least_squares: height: a bound is nan; infinity bounds nothing");
  CHECK_THROWS_WITH(ResidualWeights(-1.0), "least_squares: a weight must be finite and not negative, got -1");
  CHECK_THROWS_WITH(huber(0), "huber: scale must be positive, got 0");
  CHECK_THROWS_WITH(cauchy(infinity), "cauchy: scale must be finite, got inf");
  CHECK_THROWS_WITH(RobustLoss("mine", nullptr, 1), "mine: rho is an empty function");
  CHECK_THROWS_WITH(fit().confidence_intervals(1), "confidence_intervals: level must lie in (0, 1), got 1");
  CHECK_THROWS_WITH(fit().r_squared(std::vector<double>(3)), "r_squared: there are 3 observations and 20 residuals");
}

TEST_CASE("400 starts of an enzyme's curve all reach the least sum of squares", "[least_squares]") {
  Data d{Kind::michaelis_menten, Eigen::VectorXd(12), Eigen::VectorXd(12)};  // Treloar (1974), as in the examples
  d.t << 0.02, 0.02, 0.06, 0.06, 0.11, 0.11, 0.22, 0.22, 0.56, 0.56, 1.10, 1.10;
  d.y << 76, 47, 97, 107, 123, 139, 159, 152, 191, 201, 207, 200;
  int reached = 0;
  for (int i = 0; i < 20; ++i) {
    for (int j = 0; j < 20; ++j) {
      const auto f = fit({}, d, curve(-5 + 0.5 * i, -5 + 0.5 * j, 0));
      const bool here = std::abs(f.cost / 597.72441 - 1) < 1e-7;
      reached += here;
      CHECK(f.converged() == here);
    }
  }
  CHECK(reached == 400);
}
