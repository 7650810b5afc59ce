// Sparse Jacobians: the same fits as with full ones, by Cholesky factors of JᵀJ and by Schur complements.
#include "optim/least_squares/sparse.hpp"

#include <cmath>
#include <vector>

#include "autodiff/autodiff.hpp"
#include "tests/catch.hpp"
#include "tests/optim/golden.hpp"

using namespace grove::optim;
using Catch::Matchers::WithinRel;
using Eigen::Index;
using Eigen::VectorXd;

namespace {

struct Sensor {
  double gain, offset;
};

/// Points that sensors read: two kinds of params, of which a residual has one sensor and one point.
struct Room {
  std::vector<Sensor> sensors = std::vector<Sensor>(4, {1, 0});
  VectorXd points = VectorXd::LinSpaced(8, -0.9, 0.85);
};

/// Of a point, or if that is -1 of the gain itself.
struct Reading {
  std::size_t sensor;
  Index point;
  double value;
};
using Readings = std::vector<Reading>;

constexpr auto misfit = [](const auto& room, const Readings& readings) {
  using T = grove::scalar_t<std::remove_cvref_t<decltype(room)>>;
  const auto& [sensors, points] = room;
  std::vector<T> r;
  for (const Reading& reading : readings) {
    const auto& [gain, offset] = sensors[reading.sensor];
    if (reading.point < 0) {
      r.push_back(gain - reading.value);
      continue;
    }
    r.push_back(gain * exp(points(reading.point)) + offset - reading.value);
  }
  return r;
};

/// As in make_scipy.py.
Readings readings() {
  Readings all;
  for (int j = 0; j < 8; ++j) {
    for (int i = 0; i < 4; ++i) {
      if ((i + j) % 4 == 3) continue;
      all.push_back({std::size_t(i), j,
                     (1 + 0.3 * i) * std::exp(0.25 * j - 0.9) + 0.2 * i + 0.1 * std::sin(17 * (i + 1) * (j + 1))});
    }
  }
  return all;
}

/// A chain of any length: neighbours differ little.
constexpr auto neighbours = [](const auto& x, const VectorXd& y) {
  using T = grove::scalar_t<decltype(x)>;
  std::vector<T> r;
  for (Index i = 0; i < y.size(); ++i) {
    r.push_back(exp(x(i)) - y(i));
    if (i > 0) r.push_back(3.0 * (x(i) - x(i - 1)));
  }
  return r;
};

VectorXd wave(Index n) {
  return VectorXd::NullaryExpr(n, [](Index i) { return 2 + std::sin(0.02 * double(i)); });
}

const auto first_sensor = [](const grove::tree::Path& path) { return path.starts_with("sensors[0]"); };
const std::vector<std::string> points{"points"}, sensors{"sensors"};

template <class F>
std::string message_of(const F& f) {
  try {
    f();
  } catch (const grove::Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("A sparse fit is scipy's, whatever is eliminated first", "[least_squares]") {
  const auto cases = golden::cases("sparse_fit.txt");
  for (const bool robust : {false, true}) {
    const golden::Row& scipy = cases.at(robust ? "sparse_fit_soft_l1" : "sparse_fit_linear");
    for (const auto& eliminate : {std::vector<std::string>{}, points, sensors}) {
      for (const auto method : {TrustRegionMethod::levenberg_marquardt, TrustRegionMethod::dogleg}) {
        const auto fit = least_squares(
            sparse(misfit, {eliminate}), Room{},
            {.method = method, .loss = robust ? soft_l1(0.05) : RobustLoss{}, .fixed = first_sensor}, readings());
        CHECK(fit.converged());
        CHECK(fit.solver == (eliminate.empty() ? LinearSolver::sparse : LinearSolver::schur));
        CHECK(fit.rank == 14);
        CHECK_THAT(fit.cost, WithinRel(scipy[0], 1e-10));
        const VectorXd found = grove::tree::flatten(fit.params).tail(14);
        for (Index k = 0; k < 14; ++k) CHECK(std::abs(found(k) - scipy[std::size_t(k) + 1]) < 1e-7);
      }
    }
  }
}

TEST_CASE("Bounds, weights and errors are those of a fit with a full Jacobian", "[least_squares]") {
  Readings more = readings();
  more.push_back({2, -1, 1.6});
  std::vector<double> weights;
  for (std::size_t k = 0; k < more.size(); ++k) weights.push_back(k == 5 ? 0 : 1 + 0.1 * double(k));
  const LeastSquaresOptions options{
      .weights = weights, .lower = {{"points", -1.0}}, .upper = {{"points", 0.855}}, .fixed = first_sensor};
  const auto full = least_squares(misfit, Room{}, options, more);
  REQUIRE(full.converged());
  CHECK(full.params.points.maxCoeff() == 0.855);
  for (const auto& eliminate : {std::vector<std::string>{}, points, sensors}) {
    const auto fit = least_squares(sparse(misfit, {eliminate}), Room{}, options, more);
    CHECK(fit.converged());
    CHECK((grove::tree::flatten(fit.params) - grove::tree::flatten(full.params)).norm() < 1e-7);
    CHECK(fit.residual_evaluations < full.residual_evaluations + 20);
    const Eigen::MatrixXd covariance = fit.covariance(), expected = full.covariance();
    CHECK(covariance.array().isNaN().count() == expected.array().isNaN().count());
    CHECK((covariance.array().isNaN()).select(0, covariance - expected).norm() < 1e-6 * expected(2, 2));
  }
}

TEST_CASE("A point that no sensor reads keeps its value and is not counted", "[least_squares]") {
  Readings some = readings();
  std::erase_if(some, [](const Reading& reading) { return reading.point == 5; });
  Room start;
  start.points(5) = 0.7;
  for (const auto& eliminate : {std::vector<std::string>{}, points, sensors}) {
    const auto fit = least_squares(sparse(misfit, {eliminate}), start, {.fixed = first_sensor}, some);
    CHECK(fit.converged());
    CHECK(fit.params.points(5) == 0.7);
    CHECK(fit.rank == 13);
    CHECK(std::isinf(fit.standard_errors().points(5)));
    CHECK(std::isfinite(fit.standard_errors().points(4)));
  }
  // Nothing fixed: gains and points have one scale in common, which the data do not determine.
  const auto loose = least_squares(sparse(misfit, {points}), Room{}, {}, readings());
  const auto tight = least_squares(misfit, Room{}, {}, readings());
  CHECK(loose.converged());
  CHECK_THAT(loose.cost, WithinRel(tight.cost, 1e-8));
}

TEST_CASE("What cannot be eliminated or fitted is refused", "[least_squares]") {
  const auto message = [&](const auto& residuals, const auto& params, const LeastSquaresOptions& options,
                           const auto& data) {
    return message_of([&] { least_squares(residuals, params, options, data); });
  };
  const VectorXd y = wave(65);
  CHECK(message(sparse(neighbours, {.eliminate = {""}}), VectorXd(VectorXd::Zero(65)), {}, y) ==
        "least_squares: eliminate: the residuals join 65 params into one block, params(0) and params(64) among them; "
        "those that are eliminated must fall into blocks of at most 64 that no residual joins");
  CHECK(message(sparse(misfit, {.eliminate = {"points", "rooms"}}), Room{}, {}, readings()) ==
        "least_squares: eliminate: the key 'rooms' of the map fits no leaf; the leaves are sensors[0].gain, "
        "sensors[0].offset, sensors[1].gain, sensors[1].offset, sensors[2].gain, sensors[2].offset, sensors[3].gain, "
        "sensors[3].offset, points");
  Room large{{{1, 0}}, VectorXd::Zero(4097)};
  CHECK(message(sparse(misfit, {sensors}), large, {}, Readings{{0, 0, 1.0}}) ==
        "least_squares: eliminate leaves 4097 params, and the equations of those are dense: 4096 at most; eliminate "
        "the larger kind, or nothing");
  CHECK(message(sparse(misfit), Room{}, {.solver = LinearSolver::svd}, readings()) ==
        "least_squares: the solver is QR and singular values, and the residuals are wrapped in sparse(…); leave the "
        "solver to it, or do not wrap them");
  CHECK(message(sparse(misfit), Room{}, {.solver = LinearSolver::schur}, readings()) ==
        "least_squares: the solver is Schur complement, and the residuals are wrapped in sparse(…); a Schur complement "
        "and eliminate go together");
  CHECK(message(misfit, Room{}, {.solver = LinearSolver::sparse}, readings()) ==
        "least_squares: the solver is Cholesky of a sparse JᵀJ, and the residuals are not wrapped in sparse(…); fit "
        "sparse(residuals)");
}

TEST_CASE("A long chain: no larger than its entries, with errors up to a thousand params", "[least_squares]") {
  const VectorXd y = wave(1001);
  const auto fit = least_squares(sparse(neighbours), VectorXd(VectorXd::Zero(1001)), {}, y);
  CHECK(fit.converged());
  const auto cost = [](const auto& x, const VectorXd& data) {
    grove::scalar_t<decltype(x)> sum = 0;
    for (const auto& r : neighbours(x, data)) sum += 0.5 * r * r;
    return sum;
  };
  const auto [value, gradient] = grove::value_and_grad(cost)(fit.params, y);
  CHECK_THAT(value, WithinRel(fit.cost, 1e-12));
  CHECK(gradient.norm() < 1e-9);
  CHECK(message_of([&] { fit.covariance(); }) ==
        "covariance: a sparse fit has errors for up to 1000 free params and 4 million entries of its Jacobian, zeros "
        "too; this one has 1001 free params and 2001 residuals");
}

TEST_CASE("One residual, no residual, no param; floats", "[least_squares]") {
  for (const auto& eliminate : {std::vector<std::string>{}, std::vector<std::string>{""}}) {
    const auto one = least_squares(sparse(neighbours, {eliminate}), VectorXd(VectorXd::Zero(1)), {}, wave(1));
    CHECK(one.converged());
    CHECK_THAT(one.params(0), WithinRel(std::log(2.0), 1e-14));
    const auto none = least_squares(sparse(neighbours, {eliminate}), VectorXd(VectorXd::Ones(3)), {}, wave(0));
    CHECK(none.converged());
    CHECK(none.params == VectorXd::Ones(3));
    CHECK(none.rank == 0);
    const auto empty = least_squares(sparse(neighbours, {eliminate}), VectorXd(), {}, wave(0));
    CHECK(empty.converged());
    CHECK(empty.params.size() == 0);
  }
  const auto floats = least_squares(sparse(neighbours), Eigen::VectorXf(Eigen::VectorXf::Zero(5)), {}, wave(5));
  CHECK(floats.converged());
  CHECK_THAT(double(floats.params(0)), WithinRel(std::log(2.0), 0.05));
}

TEST_CASE("Where a branch changes the pattern it grows; what an operation hides is refused", "[least_squares]") {
  // From 3 on the residual is of the other param, too.
  const auto branch = [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const bool far = p(0) >= 3.0;
    return std::vector<T>{p(0) - 5.0, far ? T(p(1) - 2.0 * (p(0) - 3.0)) : T(p(1))};
  };
  for (const auto& eliminate : {std::vector<std::string>{}, std::vector<std::string>{""}}) {
    const auto fit = least_squares(sparse(branch, {eliminate}), Eigen::Vector2d(1, 1));
    CHECK(fit.converged());
    CHECK_THAT(fit.params(1), WithinRel(4.0, 1e-12));
  }

  const auto square = [](const auto& x) { return (x.array() * x.array()).matrix().eval(); };
  const auto hidden = grove::custom_vjp(
      square,
      [square](const auto& x) {
        return std::pair{square(x), x};
      },
      [](const auto& x, const auto& c) { return (2 * x.array() * c.array()).matrix().eval(); });
  const auto residuals = [hidden](const auto& x) { return (hidden(x).array() - 4.0).matrix().eval(); };
  CHECK(message_of([&] { least_squares(sparse(residuals), Eigen::Vector2d(1, 1)); }) ==
        "least_squares: the Jacobian has entries where no operation shows that it depends on the params (as in "
        "eigenvalues and custom rules); fit the residuals without sparse(…)");
}
