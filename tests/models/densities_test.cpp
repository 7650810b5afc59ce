#include "models/densities.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include "tests/autodiff/agreement.hpp"
#include "tests/catch.hpp"

using namespace grove::models;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::Vector3d;
using Eigen::VectorXd;

namespace {

const double inf = std::numeric_limits<double>::infinity(), none = std::nan("");

/// ∫ exp(log density), by the trapezoidal rule in t after x = ends of a map from the line.
template <class LogDensity, class Map, class Slope>
double integral(LogDensity log_density, Map x, Slope slope) {
  double total = 0;
  const double step = 1e-3;
  for (double t = -12; t <= 12; t += step) total += step * std::exp(log_density(x(t))) * slope(t);
  return total;
}

double line(double t) { return std::sinh(t); }
double line_slope(double t) { return std::cosh(t); }
double half(double t) { return std::exp(t); }
double unit(double t) { return 1 / (1 + std::exp(-t)); }
double unit_slope(double t) { return unit(t) * (1 - unit(t)); }

}  // namespace

TEST_CASE("densities integrate to one") {
  CHECK(std::abs(integral([](double x) { return normal_logpdf(x, 0.5, 2.0); }, line, line_slope) - 1) < 1e-9);
  CHECK(std::abs(integral([](double x) { return student_t_logpdf(x, 3.0, 0.5, 2.0); }, line, line_slope) - 1) < 1e-6);
  CHECK(std::abs(integral([](double x) { return gamma_logpdf(x, 2.5, 3.0); }, half, half) - 1) < 1e-9);
  CHECK(std::abs(integral([](double x) { return beta_logpdf(x, 2.5, 3.0); }, unit, unit_slope) - 1) < 1e-9);
  const auto arc = [](double t) { return std::numbers::pi * std::tanh(t); };
  const auto arc_slope = [](double t) { return std::numbers::pi / (std::cosh(t) * std::cosh(t)); };
  for (const double k : {0.0, 2.5, 19.0, 21.0})
    CHECK(std::abs(integral([k](double x) { return von_mises_logpdf(x, 0.5, k); }, arc, arc_slope) - 1) < 1e-9);
  double poisson = 0, negative_binomial = 0, successes = 0;
  for (int k = 0; k < 200; ++k) {
    poisson += std::exp(poisson_logpmf(k, 4.5));
    negative_binomial += std::exp(negative_binomial_logpmf(k, 2.5, 0.4));
    successes += k * std::exp(negative_binomial_logpmf(k, 2.5, 0.4));
  }
  CHECK(std::abs(poisson - 1) < 1e-12);
  CHECK(std::abs(negative_binomial - 1) < 1e-12);
  CHECK(std::abs(successes - 2.5 * 0.6 / 0.4) < 1e-9);
  double classes = 0;
  for (Index k = 0; k < 3; ++k) classes += std::exp(categorical_logpmf(k, Vector3d(0.3, -2, 1)));
  CHECK(std::abs(classes - 1) < 1e-14);
  CHECK_THROWS_AS(categorical_logpmf(3, Vector3d(0.3, -2, 1)), grove::ShapeError);
}

// scipy.stats 1.17
TEST_CASE("densities have scipy's values") {
  CHECK(std::abs(normal_logpdf(1.0, 0.5, 2.0) - -1.643335713764618) < 1e-14);
  CHECK(std::abs(student_t_logpdf(1.0, 3.0, 0.5, 2.0) - -1.7352746045889265) < 1e-14);
  CHECK(std::abs(gamma_logpdf(1.5, 2.0, 3.0) - -1.897310314555616) < 1e-14);
  CHECK(std::abs(von_mises_logpdf(1.0, 0.5, 2.0) - -0.906705484111556) < 1e-14);
  CHECK(std::abs(von_mises_logpdf(-3.0, 0.5, 0.01) - -1.847266633126005) < 1e-14);
  CHECK(std::abs(von_mises_logpdf(1.0, 0.5, 19.5) - -1.8274555341122691) < 1e-14);
  CHECK(std::abs(von_mises_logpdf(2.0, 1.5, 20.5) - -1.9245380518051793) < 1e-14);
  CHECK(std::abs(von_mises_logpdf(0.1, 0.0, 1e5) - -494.7459492481493) < 1e-11);
  CHECK(std::isnan(von_mises_logpdf(0.1, 0.0, -1.0)));
  CHECK(std::abs(beta_logpdf(0.3, 2.0, 3.0) - 0.5675839575845993) < 1e-14);
  CHECK(std::abs(poisson_logpmf(3, 2.5) - -1.5428872736055896) < 1e-14);
  CHECK(std::abs(negative_binomial_logpmf(3, 2.5, 0.4) - -1.9418320730656171) < 1e-14);
  CHECK(std::abs(dirichlet_logpdf(Vector3d(.2, .3, .5), Vector3d(.2, .5, .9)) - -0.31654532062074026) < 1e-14);
  const MatrixXd covariance = (MatrixXd(3, 3) << 2, .3, .1, .3, 1, .2, .1, .2, 3).finished();
  CHECK(std::abs(mvn_logpdf(Vector3d(.2, .5, .9), Vector3d(0, 1, .5), covariance) - -3.8209006575736373) < 1e-14);
}

TEST_CASE("at the ends of the support and outside") {
  CHECK(gamma_logpdf(-1.0, 2.0, 3.0) == -inf);
  CHECK(gamma_logpdf(0.0, 2.0, 3.0) == -inf);
  CHECK(gamma_logpdf(0.0, 1.0, 3.0) == std::log(3.0));
  CHECK(beta_logpdf(1.5, 2.0, 3.0) == -inf);
  CHECK(std::abs(beta_logpdf(0.0, 1.0, 3.0) - std::log(3.0)) < 1e-14);
  CHECK(poisson_logpmf(-1, 2.0) == -inf);
  CHECK(poisson_logpmf(0, 0.0) == 0);
  CHECK(std::isnan(gamma_logpdf(none, 2.0, 3.0)));
  CHECK(std::isnan(normal_logpdf(1.0, 0.0, -1.0)));
  const VectorXd slope = grove::grad([](const auto& p) {
    return grove::sum(gamma_logpdf(Vector3d(-1, 1, 2), p(0), p(1)));
  })(VectorXd(Eigen::Vector2d(2, 3)));
  const VectorXd inside = grove::grad([](const auto& p) {
    return grove::sum(gamma_logpdf(Eigen::Vector2d(1, 2), p(0), p(1)));
  })(VectorXd(Eigen::Vector2d(2, 3)));
  CHECK(slope == inside);
}

TEST_CASE("densities have derivatives in the data and in the params") {
  const VectorXd p = (VectorXd(4) << 1.2, 0.7, 2.1, 0.4).finished();
  const MatrixXd covariance = (MatrixXd(3, 3) << 2, .3, .1, .3, 1, .2, .1, .2, 3).finished();
  const Vector3d shares(.2, .3, .5), counts(0, 1, 5);
  const auto loss = [&](const auto& q) {
    const auto x = (q.head(3) * 0.4).eval();
    return grove::sum(normal_logpdf(x, q(0), q(1))) + grove::sum(student_t_logpdf(x, q(0), q(1), q(2))) +
           grove::sum(gamma_logpdf(x, q(0), q(1))) + grove::sum(beta_logpdf(x, q(0), q(2))) +
           grove::sum(poisson_logpmf(counts, q(1))) + grove::sum(von_mises_logpdf(x, q(0), q(2))) +
           grove::sum(negative_binomial_logpmf(counts, q(0), q(3))) + dirichlet_logpdf(shares, q.head(3).eval()) +
           categorical_logpmf(2, q) + mvn_logpdf(x, q.tail(3).eval(), (covariance * q(0)).eval());
  };
  CHECK(grove::test::second_order_disagreement({}, loss, p) == "");
}
