#include "autodiff/gradcheck/of_jacobian.hpp"

#include <string>
#include <utility>
#include <vector>

#include "autodiff/operations/values/stop_gradient.hpp"
#include "tests/catch.hpp"

using grove::gradcheck_jacobian_report;
using grove::GradcheckCoverage;
using grove::GradcheckOptions;
using grove::GradcheckReport;
using grove::GradcheckVerdict;

namespace {

template <class T = double>
struct Decay {
  grove::Vector<T> amplitude;
  T rate;
  int terms;
};

template <class T>
struct Outcome {
  grove::Vector<T> residuals;
  T penalty;
};

const Eigen::ArrayXd times = Eigen::ArrayXd::LinSpaced(5, 0.1, 2);
const Decay<> params{Eigen::Vector2d(1.3, -0.4), 0.8, 2};

const auto residuals = [](const auto& p, const Eigen::ArrayXd& t) {
  return (p.amplitude[0] * exp(-p.rate * t) + p.amplitude[1] - 0.5).matrix();
};

// The second residual's slope in the rate is wrong by a part `wrong` of it.
const auto spoilt = [](const auto& p, const Eigen::ArrayXd& t, double wrong) {
  using T = grove::scalar_t<decltype(p)>;
  std::vector<T> all;
  for (Eigen::Index i = 0; i < t.size(); ++i) {
    T r = p.amplitude[0] * exp(-p.rate * t[i]) + p.amplitude[1];
    if (i == 1) r = r + wrong * (p.rate - grove::stop_gradient(p.rate));
    all.push_back(r);
  }
  return all;
};

}  // namespace

TEST_CASE("the Jacobian of residuals passes, entry by entry") {
  const GradcheckReport report = gradcheck_jacobian_report(residuals, params, times);
  INFO(to_string(report));
  CHECK(report.verdict == GradcheckVerdict::ok);
  REQUIRE(report.leaves.size() == 2);
  CHECK(report.leaves[0].checked == 10);
  CHECK(report.leaves[1].checked == 5);
  CHECK(report.rows[0].output.find("result(") == 0);
  CHECK_NOTHROW(grove::gradcheck_jacobian(residuals, params, times, GradcheckOptions{.max_rows = 2}));
}

TEST_CASE("a wrong entry of a Jacobian is named by its output and its parameter") {
  for (const double wrong : {0.1, 0.001}) {
    const GradcheckReport report = gradcheck_jacobian_report(spoilt, params, times, wrong);
    INFO(to_string(report));
    CHECK(report.verdict == GradcheckVerdict::wrong);
    CHECK(report.rows[0].output == "[1]");
    CHECK(report.rows[0].path == "rate");
    CHECK(report.summary.find("gradcheck_jacobian: d [1] / d rate: wrong: analytic ") == 0);
    CHECK(report.leaves[0].verdict == GradcheckVerdict::ok);
    CHECK(report.leaves[1].wrong == 1);
    CHECK(to_json(report).find(R"("output":"[1]","path":"rate")") != std::string::npos);
    CHECK_THROWS_AS(grove::gradcheck_jacobian(spoilt, params, times, wrong), grove::GradcheckError);
  }
  CHECK(gradcheck_jacobian_report(spoilt, params, times, 0.0).verdict == GradcheckVerdict::ok);
}

TEST_CASE("results may be numbers, arrays, matrices and trees") {
  const Eigen::Vector3d at(0.5, -1, 2);
  CHECK(gradcheck_jacobian_report([](const auto& x) { return x.squaredNorm(); }, at).verdict == GradcheckVerdict::ok);
  CHECK(gradcheck_jacobian_report([](const auto& x) { return x * x.transpose(); }, at).verdict == GradcheckVerdict::ok);
  CHECK(gradcheck_jacobian_report([](const auto& x) { return x.array().sin() * 2.0; }, at).verdict ==
        GradcheckVerdict::ok);
  const auto tree = [](const auto& x) {
    using T = grove::scalar_t<decltype(x)>;
    return Outcome<T>{x.array().exp().matrix(), x[0] * x[1]};
  };
  const GradcheckReport report = gradcheck_jacobian_report(tree, at);
  INFO(to_string(report));
  CHECK(report.verdict == GradcheckVerdict::ok);
  bool penalty = false;
  for (const auto& row : report.rows) penalty = penalty || row.output == "penalty";
  CHECK(penalty);
  CHECK(gradcheck_jacobian_report([](const auto& x) { return x.array().exp().matrix(); },
                                  Eigen::VectorXf(at.cast<float>()))
            .ok());
  CHECK(gradcheck_jacobian_report([](const auto& x) { return x.head(0); }, Eigen::VectorXd(at)).ok());
}

TEST_CASE("a constant output and one of a kink are what they are") {
  const auto f = [](const auto& x) {
    using T = grove::scalar_t<decltype(x)>;
    return std::vector<T>{T(3), x[0] > 0 ? 4 * x[0] : 3 * x[0], x[1] * x[1]};
  };
  const GradcheckReport report = gradcheck_jacobian_report(f, Eigen::Vector2d(0, 2));
  INFO(to_string(report));
  CHECK(report.verdict == GradcheckVerdict::non_smooth);
  CHECK(report.rows[0].name() == "d [1] / d params(0)");
}

TEST_CASE("values that are not finite, and that change between calls, are named") {
  const GradcheckReport of_log =
      gradcheck_jacobian_report([](const auto& x) { return x.array().log(); }, Eigen::Vector2d(1, -1));
  CHECK(of_log.summary ==
        "gradcheck_jacobian: non_finite: the value of result(1) at params is nan; check at another point");
  int calls = 0;
  const GradcheckReport random = gradcheck_jacobian_report(
      [&](const auto& x) { return (x * (1 + 1e-9 * ++calls)).eval(); }, Eigen::Vector2d(1, 2));
  CHECK(random.verdict == GradcheckVerdict::nondeterministic);
}

TEST_CASE("a large Jacobian is checked along random directions, and a failure is bisected") {
  const Eigen::VectorXd at = Eigen::VectorXd::LinSpaced(3000, 0.2, 1);
  const auto f = [](const auto& x, double wrong) {
    auto y = x.head(1500).array().exp() * x.tail(1500).array();
    using T = grove::scalar_t<decltype(x)>;
    return std::vector<T>{sum(y), sum(square(y)), x[7] * x[8] + wrong * (x[2345] - grove::stop_gradient(x[2345]))};
  };
  const GradcheckReport right = gradcheck_jacobian_report(f, at, 0.0);
  INFO(to_string(right));
  CHECK(right.verdict == GradcheckVerdict::ok);
  CHECK(right.evaluations < 200);
  CHECK(right.method == "central differences along random directions");
  const GradcheckReport wrong = gradcheck_jacobian_report(f, at, 0.01);
  INFO(to_string(wrong));
  CHECK(wrong.verdict == GradcheckVerdict::wrong);
  CHECK(wrong.rows[0].name() == "d [2] / d params(2345)");
}

TEST_CASE("forward and reverse mode that disagree fail, whichever is right") {
  namespace check = grove::detail::check;
  check::FlatFunction function;
  function.params = check::flat_problem("gradcheck_jacobian", Eigen::VectorXd(Eigen::Vector2d(1, 2)));
  function.outputs = check::leaf_table(Eigen::VectorXd(2));
  function.value = [](const Eigen::VectorXd& x) -> Eigen::VectorXd { return x.array().square(); };
  const auto right = [](const Eigen::VectorXd& x) -> Eigen::MatrixXd { return (2 * x).asDiagonal(); };
  const auto wrong = [&](const Eigen::VectorXd& x) {
    Eigen::MatrixXd j = right(x);
    j(1, 0) = 1e-6;
    return j;
  };
  for (const bool forward_is_wrong : {false, true}) {
    function.forward =
        forward_is_wrong ? std::function(wrong) : std::function<Eigen::MatrixXd(const Eigen::VectorXd&)>(right);
    function.reverse =
        forward_is_wrong ? std::function<Eigen::MatrixXd(const Eigen::VectorXd&)>(right) : std::function(wrong);
    const GradcheckReport report = check::JacobianRun(function, GradcheckOptions{}).run();
    INFO(to_string(report));
    CHECK(report.verdict == GradcheckVerdict::wrong);
    CHECK(report.rows[0].name() == "d result(1) / d params(0)");
    CHECK(report.rows[0].note ==
          (forward_is_wrong ? "reverse mode gives 0, forward mode 1e-06" : "reverse mode gives 1e-06, forward mode 0"));
  }
  function.jvp = [](const Eigen::VectorXd& x, const Eigen::VectorXd& v) -> Eigen::VectorXd {
    return 2 * x.cwiseProduct(v);
  };
  function.vjp = [](const Eigen::VectorXd& x, const Eigen::VectorXd& u) -> Eigen::VectorXd {
    return 2.001 * x.cwiseProduct(u);
  };
  const GradcheckReport report =
      check::JacobianRun(function, GradcheckOptions{.coverage = GradcheckCoverage::directional}).run();
  INFO(to_string(report));
  CHECK(report.verdict == GradcheckVerdict::wrong);
  CHECK(to_string(report).find("⟨vjp(u),v⟩ = ⟨u,jvp(v)⟩") != std::string::npos);
}
