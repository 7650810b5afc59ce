#include "autodiff/gradcheck/gradcheck.hpp"

#include <string>
#include <utility>
#include <vector>

#include "autodiff/operations/values/stop_gradient.hpp"
#include "tests/catch.hpp"

using grove::gradcheck_report;
using grove::GradcheckOptions;
using grove::GradcheckReport;
using grove::GradcheckVerdict;

namespace {

template <class T = double>
struct Layer {
  grove::Matrix<T> weight;
  grove::Vector<T> bias;
};

template <class T = double>
struct Net {
  std::vector<Layer<T>> layers;
  T scale;
  int units;
};

Net<> some_net() {
  Net<> net{{{Eigen::MatrixXd(4, 3), Eigen::VectorXd(4)}, {Eigen::MatrixXd(1, 4), Eigen::VectorXd(1)}}, 1.5, 4};
  double next = 0.3;
  for (auto& layer : net.layers) {
    for (double& w : layer.weight.reshaped()) w = (next = std::fmod(next * 7.13 + 0.411, 2.0)) - 0.9;
    for (double& b : layer.bias) b = (next = std::fmod(next * 7.13 + 0.411, 2.0)) - 0.9;
  }
  return net;
}

const auto net_loss = [](const auto& net, const Eigen::MatrixXd& x, const Eigen::RowVectorXd& y) {
  const auto hidden = grove::tanh(net.layers[0].weight * x);
  const auto output = net.layers[1].weight * hidden * net.scale;
  return grove::mean(grove::square(output.array() + net.layers[1].bias[0] - y.array())) +
         grove::sum(grove::exp(net.layers[0].bias));
};

const Eigen::MatrixXd inputs = Eigen::MatrixXd::NullaryExpr(
    3, 5, [](Eigen::Index i, Eigen::Index j) { return std::sin(1.0 + static_cast<double>(2 * i + 3 * j)); });
const Eigen::RowVectorXd targets = Eigen::RowVectorXd::LinSpaced(5, -1, 1);

}  // namespace

TEST_CASE("the gradient of a net on the tape passes") {
  const GradcheckReport report = gradcheck_report(net_loss, some_net(), inputs, targets);
  INFO(to_string(report));
  CHECK(report.verdict == GradcheckVerdict::ok);
  REQUIRE(report.leaves.size() == 5);
  CHECK(report.leaves[0].path == "layers[0].weight");
  CHECK(report.leaves[0].checked == 12);
  CHECK(report.summary.find("gradcheck: ok: 22 of 22 entries in 5 leaves compared") == 0);
  CHECK_NOTHROW(grove::gradcheck(net_loss, some_net(), inputs, targets, GradcheckOptions{.seed = 5}));
}

TEST_CASE("a loss that hides a parameter from the tape is found") {
  const auto loss = [](const auto& p) {
    const auto hidden = grove::value_of(p[1]);
    return grove::square(p[0] * hidden);
  };
  const std::vector<double> params{2, 3};
  const GradcheckReport report = gradcheck_report(loss, params);
  INFO(to_string(report));
  CHECK(report.verdict == GradcheckVerdict::wrong);
  CHECK(report.rows[0].path == "[1]");
  CHECK(report.rows[0].analytic == 0);
  CHECK(report.rows[0].numeric == Approx(24));
  REQUIRE(report.hints.size() == 1);
  CHECK(report.hints[0].find("[1]: the gradient is zero everywhere, but the value does depend on it") == 0);
  CHECK_THROWS_AS(grove::gradcheck(loss, params), grove::GradcheckError);
}

TEST_CASE("a loss that draws random numbers is found") {
  int calls = 0;
  const auto loss = [&](const auto& x) { return x * (1 + 1e-9 * ++calls); };
  const GradcheckReport report = gradcheck_report(loss, 2.0);
  CHECK(report.verdict == GradcheckVerdict::nondeterministic);
  CHECK(report.summary.find("draw random numbers outside of the loss") != std::string::npos);
}

TEST_CASE("a plain double, a float and a fixed-size vector are parameters too") {
  CHECK(gradcheck_report([](const auto& x) { return grove::exp(x) * x; }, 0.7).verdict == GradcheckVerdict::ok);
  CHECK(gradcheck_report([](const auto& x) { return grove::exp(x) * x; }, 0.7f).verdict == GradcheckVerdict::ok);
  CHECK(gradcheck_report([](const auto& x) { return x.squaredNorm(); }, Eigen::Vector3d(1, 2, 3)).verdict ==
        GradcheckVerdict::ok);
}

TEST_CASE("a kink in a loss on the tape is not smooth rather than wrong") {
  const GradcheckReport report = gradcheck_report([](const auto& x) { return x > 0 ? 4 * x : 3 * x; }, 0.0);
  INFO(to_string(report));
  CHECK(report.ok());
  CHECK(report.verdict == GradcheckVerdict::non_smooth);
  CHECK(report.rows[0].left == Approx(3));
  CHECK(report.rows[0].right == Approx(4));
}

TEST_CASE("params and data are left as they were") {
  const Net<> net = some_net(), before = net;
  gradcheck_report(net_loss, net, inputs, targets);
  for (std::size_t i = 0; i < 2; ++i) CHECK((net.layers[i].weight.array() == before.layers[i].weight.array()).all());
  CHECK(net.scale == before.scale);
}

TEST_CASE("a number that is none is printed without a sign") {
  const auto root = [](const auto& x) { return grove::sqrt(x); };
  const std::string text = to_string(gradcheck_report(root, -1.0));
  CHECK(text.find("nan") != std::string::npos);
  CHECK(text.find("-nan") == std::string::npos);
}

TEST_CASE("parameters of different units in one vector are each checked (gradcheck-small-entries)") {
  const Eigen::ArrayXd data = Eigen::ArrayXd::LinSpaced(20, 1, 800), target = 0.3 * data.sqrt();
  const auto loss = [&](const auto& p, double wrong) {
    return sum(square(p[0] + p[1] * data * data * data - target)) + wrong * (p[0] - grove::stop_gradient(p[0]));
  };
  const Eigen::Vector2d at(1, 2e-6);
  const double slope = grove::grad(loss)(at, 0.0)[0];
  CHECK(gradcheck_report(loss, at, 0.0).verdict == GradcheckVerdict::ok);
  for (const double part : {0.1, 0.01, 0.001, 0.0001}) {
    const GradcheckReport report = gradcheck_report(loss, at, part * slope);
    INFO(to_string(report));
    CHECK(report.verdict == GradcheckVerdict::wrong);
    CHECK(report.rows[0].name() == "params(0)");
  }
}

TEST_CASE("a loss that jumps at the point is not smooth") {
  const GradcheckReport report = gradcheck_report([](const auto& x) { return floor(x) + x; }, 2.0);
  INFO(to_string(report));
  CHECK(report.verdict == GradcheckVerdict::non_smooth);
  CHECK(report.rows[0].note.find("the value jumps by -1 just below the point") == 0);
}

TEST_CASE("an empty leaf and members that are no numbers stay out of the way") {
  Net<> net = some_net();
  net.layers.push_back({Eigen::MatrixXd(0, 3), Eigen::VectorXd(0)});
  const GradcheckReport report = gradcheck_report(net_loss, net, inputs, targets);
  INFO(to_string(report));
  CHECK(report.verdict == GradcheckVerdict::ok);
  CHECK(report.leaves.size() == 7);
  CHECK(report.leaves[4].checked == 0);
}
