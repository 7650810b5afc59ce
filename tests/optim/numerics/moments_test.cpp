#include "optim/numerics/moments.hpp"

#include "optim/numerics/safe_norm.hpp"
#include "tests/catch.hpp"

using namespace grove::optim;

namespace {

struct Line {
  Eigen::VectorXd weight;
  float bias;
};

const Line grads{Eigen::Vector2d(2, -3), 4.0F};

}  // namespace

TEST_CASE("moments are weighted means of powers") {
  const Line m{Eigen::Vector2d(1, 1), 1.0F};
  const Line first = update_moment(grads, m, 0.75, 1);
  CHECK(first.weight == Eigen::Vector2d(0.75 + 0.25 * 2, 0.75 - 0.25 * 3));
  CHECK(first.bias == 1.75F);
  const Line second = update_moment(grads, m, 0.75, 2);
  CHECK(second.weight == Eigen::Vector2d(0.75 + 0.25 * 4, 0.75 + 0.25 * 9));
  const Line largest = update_infinity_moment(grads, Line{Eigen::Vector2d(8, 1), 1.0F}, 0.5, 0.25);
  CHECK(largest.weight == Eigen::Vector2d(4, 3.25));
  CHECK(largest.bias == 4.25F);
  const Line corrected = bias_correction(first, 0.75, 2);
  CHECK(corrected.weight(0) == Approx(first.weight(0) / (1 - 0.75 * 0.75)).epsilon(1e-15));
}

TEST_CASE("temporary moments give their storage") {
  Line m{Eigen::Vector2d(1, 1), 1.0F};
  const double* storage = m.weight.data();
  m = update_moment(grads, std::move(m), 0.5, 2);
  m = update_infinity_moment(grads, std::move(m), 0.5, 0);
  m = bias_correction(std::move(m), 0.5, 3);
  CHECK(m.weight.data() == storage);
}

TEST_CASE("leaves of any size and shape have moments") {
  const Eigen::MatrixXd m = Eigen::MatrixXd::Random(90, 70), g = Eigen::MatrixXd::Random(90, 70);
  CHECK(update_moment(g, m, 0.9, 1).isApprox(0.9 * m + 0.1 * g, 1e-15));
  CHECK(update_moment(g, m, 0.9, 3).isApprox(0.9 * m + 0.1 * g.array().cube().matrix(), 1e-15));
  CHECK(update_infinity_moment(g, m, 0.9, 0.0).isApprox((0.9 * m).cwiseMax(g.cwiseAbs()), 1e-15));
}

TEST_CASE("moments reject what makes no sense") {
  CHECK_THROWS_WITH(update_moment(grads, grads, 1.0, 1), "update_moment: decay must lie in [0, 1), got 1");
  CHECK_THROWS_WITH(update_moment(grads, grads, 0.5, 0), "update_moment: order must be positive, got 0");
  CHECK_THROWS_WITH(bias_correction(grads, 0.5, 0), "bias_correction: count must be positive, got 0");
  CHECK_THROWS_AS(update_moment(grads, Line{Eigen::VectorXd(3), 0}, 0.5, 1), grove::StructureError);
}

TEST_CASE("safe norms are bounded below and have a derivative of zero there") {
  const auto slope = [](const auto& f, const Eigen::VectorXd& x) { return Eigen::VectorXd(grove::grad(f)(x)); };
  const Eigen::VectorXd x = Eigen::Vector2d(3, 4), zero = Eigen::Vector2d::Zero();
  const auto norm = [](const auto& v) { return safe_norm(v, 1e-3); };
  const auto rms = [](const auto& v) { return safe_root_mean_squares(v, 1.0); };
  CHECK(safe_norm(x, 1e-3) == 5);
  CHECK(safe_norm(x, 6.0) == 6);
  CHECK(safe_norm(zero, 1e-3) == 1e-3);
  CHECK(safe_norm(-2.0, 1.0) == 2);
  CHECK(slope(norm, x).isApprox(Eigen::Vector2d(0.6, 0.8), 1e-15));
  CHECK(slope(norm, zero).isZero(0));
  CHECK(safe_root_mean_squares(x, 1.0) == Approx(std::sqrt(12.5)));
  CHECK(slope(rms, x).isApprox(x / (2 * std::sqrt(12.5)), 1e-15));
  CHECK(slope(rms, 0.1 * x).isZero(0));
  CHECK(safe_root_mean_squares(-0.5, 1.0) == 1);
  CHECK_THROWS_WITH(safe_norm(x, -1.0), "safe_norm: min_norm must not be negative, got -1");
}
