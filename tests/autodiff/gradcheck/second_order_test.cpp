#include "autodiff/gradcheck/second_order.hpp"

#include <limits>
#include <string>
#include <vector>

#include "tests/catch.hpp"

using grove::gradcheck_second_order_report;
using grove::GradcheckReport;
using grove::GradcheckVerdict;

namespace {

template <class T = double>
struct Curve {
  grove::Vector<T> weight;
  T rate;
};

const auto loss = [](const auto& p, const Eigen::MatrixXd& x, const Eigen::VectorXd& y) {
  return grove::mean(grove::square(grove::exp(x * p.weight).array() * p.rate - y.array()));
};

const Curve<> params{Eigen::Vector2d(0.3, -0.7), 1.2};
const Eigen::MatrixXd x = Eigen::MatrixXd::NullaryExpr(
    6, 2, [](Eigen::Index i, Eigen::Index j) { return std::sin(1.0 + static_cast<double>(2 * i + 3 * j)); });
const Eigen::VectorXd y = Eigen::VectorXd::LinSpaced(6, -1, 1);

}  // namespace

TEST_CASE("second derivatives on the tape pass") {
  const GradcheckReport report = gradcheck_second_order_report(loss, params, x, y);
  INFO(to_string(report));
  CHECK(report.verdict == GradcheckVerdict::ok);
  CHECK(report.leaves[0].path == "weight");
  CHECK(report.leaves[0].checked == 2);
  REQUIRE(report.taylor_slopes.size() >= 2);
  CHECK(report.taylor_order == 3);
  for (double slope : report.taylor_slopes) CHECK(slope == Approx(3).margin(0.3));
  CHECK_NOTHROW(grove::gradcheck_second_order(loss, params, x, y, grove::GradcheckOptions{.seed = 3}));
}

TEST_CASE("a quadratic has a constant Hessian, a linear loss none") {
  const auto quadratic = [](const auto& v) { return grove::sum(grove::square(v)) * 3.0; };
  CHECK(gradcheck_second_order_report(quadratic, Eigen::VectorXd(Eigen::Vector3d(1, -2, 0.5))).ok());
  const auto linear = [](const auto& v) { return grove::sum(v); };
  const GradcheckReport report = gradcheck_second_order_report(linear, Eigen::VectorXd(Eigen::Vector3d(1, -2, 0.5)));
  INFO(to_string(report));
  CHECK(report.ok());
  CHECK(report.leaves[0].verdict == GradcheckVerdict::unused);
}

TEST_CASE("a second derivative that the loss hides is found") {
  // The gradient is right; its own derivative is lost because the factor is a plain number.
  const auto hiding = [](const auto& v) { return grove::value_of(v) * v * 0.5 + grove::value_of(v) * 0.0; };
  const GradcheckReport report = gradcheck_second_order_report(hiding, 2.0);
  INFO(to_string(report));
  CHECK_FALSE(report.ok());
}

TEST_CASE("a broken identity is reported by name") {
  GradcheckReport report;
  grove::detail::check::FlatProblem problem;
  problem.name = "gradcheck_second_order";
  grove::detail::check::require_identities(report, problem,
                                           {{"fine", 1, 1 + 1e-13, 1}, {"jvp(u) = ⟨gradient,u⟩", 1, 1.001, 1}}, 10);
  CHECK(report.verdict == GradcheckVerdict::wrong);
  REQUIRE(report.rows.size() == 1);
  CHECK(report.summary.find(
            "gradcheck_second_order: params: jvp(u) = ⟨gradient,u⟩: wrong: analytic 1, numeric 1.001") == 0);
  const auto vectors =
      grove::detail::check::vector_identity("v", Eigen::Vector3d(1, 2, 3), 1, Eigen::Vector3d(1, 2.5, 3));
  CHECK(vectors.left == 2);
  CHECK(vectors.right == 2.5);
}

TEST_CASE("identities whose sums overflow are no failure") {
  GradcheckReport report;
  grove::detail::check::FlatProblem problem;
  const double inf = std::numeric_limits<double>::infinity();
  grove::detail::check::require_identities(report, problem, {{"overflows", inf, inf, inf}, {"none", inf, 1, inf}}, 10);
  CHECK(report.verdict == GradcheckVerdict::ok);
  CHECK(report.rows.empty());
}
