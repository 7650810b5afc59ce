// Headers: autodiff/gradcheck/{options,report}.hpp
#include "autodiff/gradcheck/of_gradient.hpp"

#include <cmath>
#include <limits>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "tests/catch.hpp"

using grove::gradcheck_gradient;
using grove::gradcheck_gradient_report;
using grove::GradcheckCoverage;
using grove::GradcheckOptions;
using grove::GradcheckReport;
using grove::GradcheckVerdict;

namespace {

struct Layer {
  Eigen::MatrixXd weight;
  Eigen::VectorXd bias;
};

struct Net {
  std::vector<Layer> layers;
  double temperature;
  int units;
};

Net some_net() {
  Net net{{{Eigen::MatrixXd(2, 3), Eigen::VectorXd(2)}, {Eigen::MatrixXd(3, 3), Eigen::VectorXd(3)}}, 1.5, 7};
  double next = 0.3;
  for (auto& layer : net.layers) {
    for (double& w : layer.weight.reshaped()) w = (next = std::fmod(next * 7.13 + 0.411, 2.0)) - 0.7;
    for (double& b : layer.bias) b = (next = std::fmod(next * 7.13 + 0.411, 2.0)) - 0.7;
  }
  return net;
}

// f = Σ over layers of Σᵢⱼ exp(wᵢⱼ)·(i + 2j + 1) + Σ sin(b)·temperature, so that no two entries have the same
// derivative.
double net_value(const Net& net) {
  double sum = 0;
  for (const auto& layer : net.layers) {
    for (Eigen::Index j = 0; j < layer.weight.cols(); ++j)
      for (Eigen::Index i = 0; i < layer.weight.rows(); ++i)
        sum += std::exp(layer.weight(i, j)) * static_cast<double>(i + 2 * j + 1);
    sum += layer.bias.array().sin().sum() * net.temperature;
  }
  return sum;
}

Net net_gradient(const Net& net) {
  Net grad = net;
  grad.temperature = 0;
  for (std::size_t k = 0; k < net.layers.size(); ++k) {
    const Layer& layer = net.layers[k];
    for (Eigen::Index j = 0; j < layer.weight.cols(); ++j)
      for (Eigen::Index i = 0; i < layer.weight.rows(); ++i)
        grad.layers[k].weight(i, j) = std::exp(layer.weight(i, j)) * static_cast<double>(i + 2 * j + 1);
    grad.layers[k].bias = net.temperature * layer.bias.array().cos();
    grad.temperature += layer.bias.array().sin().sum();
  }
  return grad;
}

// The report for a gradient that `spoil` has changed.
template <class Spoil>
GradcheckReport spoilt(Spoil spoil, const GradcheckOptions& options = {}) {
  const auto gradient = [&](const Net& net) {
    Net grad = net_gradient(net);
    spoil(grad);
    return grad;
  };
  return gradcheck_gradient_report(net_value, gradient, some_net(), options);
}

bool mentions(const GradcheckReport& report, const std::string& words) {
  return to_string(report).find(words) != std::string::npos;
}

const auto square = [](double x) { return x * x; };

}  // namespace

TEST_CASE("a right gradient passes, entry by entry") {
  const GradcheckReport report = gradcheck_gradient_report(net_value, net_gradient, some_net());
  INFO(to_string(report));
  CHECK(report.ok());
  CHECK(report.verdict == GradcheckVerdict::ok);
  REQUIRE(report.leaves.size() == 5);
  CHECK(report.leaves[2].path == "layers[1].weight");
  CHECK(report.leaves[2].checked == 9);
  CHECK(report.leaves[4].path == "temperature");
  CHECK(report.rows.size() == 10);
  CHECK(report.rows.front().relative_error < 1e-8);
  for (double slope : report.taylor_slopes) CHECK(slope == Approx(2).margin(0.3));
  CHECK_NOTHROW(gradcheck_gradient(net_value, net_gradient, some_net()));
}

TEST_CASE("a wrong gradient throws a table that names the entry") {
  const auto gradient = [](const Net& net) {
    Net grad = net_gradient(net);
    grad.layers[1].weight(2, 1) *= 1.001;
    return grad;
  };
  try {
    gradcheck_gradient(net_value, gradient, some_net());
    FAIL("no exception");
  } catch (const grove::GradcheckError& error) {
    const std::string message = error.what();
    INFO(message);
    CHECK(message.find("gradcheck_gradient: layers[1].weight(2,1): wrong: analytic ") == 0);
    CHECK(message.find("relative error 1.0e-03; 1 of 21 entries compared and 1 of 5 leaves fail") != std::string::npos);
    for (const char* column : {"path", "analytic", "numeric", "abs error", "rel error", "tolerance", "step", "slope"})
      CHECK(message.find(column) != std::string::npos);
    CHECK(message.find("layers[1].weight: only entry (2,1) is wrong") != std::string::npos);
    CHECK(message.find("analytic is the gradient under test, numeric its finite difference") != std::string::npos);
  }
}

TEST_CASE("rows come worst first, at most ten of them") {
  const GradcheckReport report = spoilt([](Net& grad) {
    grad.layers[0].weight *= 1.01;
    grad.layers[1].weight *= 1.1;
  });
  INFO(to_string(report));
  REQUIRE(report.rows.size() == 10);
  for (std::size_t i = 0; i < 9; ++i) CHECK(report.rows[i].path == "layers[1].weight");
  CHECK(report.rows[9].path == "layers[0].weight");
  CHECK(report.rows[0].slope == Approx(1).margin(0.05));
  CHECK(report.leaves[2].wrong == 9);
  CHECK(report.leaves[2].max_relative_error == Approx(1 - 1 / 1.1).epsilon(1e-6));
}

TEST_CASE("hints recognise common mistakes") {
  CHECK(mentions(spoilt([](Net& g) { g.layers[0].weight *= 2; }), "layers[0].weight: all entries are off by factor 2"));
  CHECK(
      mentions(spoilt([](Net& g) { g.layers[0].weight /= 2; }), "layers[0].weight: all entries are off by factor 1/2"));
  CHECK(mentions(spoilt([](Net& g) { g.layers[0].bias *= 300; }), "is a 1/300 of a mean missing"));
  CHECK(mentions(spoilt([](Net& g) { g.layers[1].bias *= -1; }),
                 "layers[1].bias: all entries are right in size but the sign is flipped"));
  CHECK(mentions(spoilt([](Net& g) { g.layers[1].bias[1] *= -1; }), "sign flipped in 1 of 3 entries"));
  CHECK(mentions(spoilt([](Net& g) { g.layers[1].weight.transposeInPlace(); }), "layers[1].weight: transposed"));
  CHECK(mentions(spoilt([](Net& g) {
                   const Eigen::MatrixXd rows = g.layers[0].weight.transpose();
                   g.layers[0].weight = rows.reshaped(2, 3);
                 }),
                 "row and column order swapped"));
  CHECK(mentions(spoilt([](Net& g) {
                   const Eigen::VectorXd b = g.layers[1].bias;
                   g.layers[1].bias << b[2], b[0], b[1];
                 }),
                 "off by one"));
  CHECK(mentions(spoilt([](Net& g) { g.layers[1].bias.setZero(); }), "the gradient is zero everywhere"));
  CHECK(mentions(spoilt([](Net& g) { g.layers[1].bias.array() += 0.5; }), "every entry is off by the same 0.5"));
  CHECK(mentions(spoilt([](Net& g) { g.layers[1].weight.row(2).array() += Eigen::RowVector3d(1, 2, 4).array(); }),
                 "only row 2 is wrong"));
  CHECK(mentions(spoilt([](Net& g) { g.layers[1].weight.col(0).array() += Eigen::Vector3d(1, 2, 4).array(); }),
                 "only column 0 is wrong"));
  CHECK(mentions(spoilt([](Net& g) { g.temperature *= 1.25; }),
                 "temperature: the only entry is off by the same factor 1.25"));
  const std::map<std::string, double> two{{"a", 1.0}, {"b", 2.0}};
  const auto value = [](const auto& p) { return std::exp(p.at("a")) + 3 * p.at("b"); };
  const auto swapped = [](const auto& p) {
    return std::map<std::string, double>{{"a", 3.0}, {"b", std::exp(p.at("a"))}};
  };
  CHECK(mentions(gradcheck_gradient_report(value, swapped, two), R"(["a"]: holds the gradient of ["b"])"));
}

TEST_CASE("a kink is not a wrong derivative") {
  const auto value = [](const Eigen::VectorXd& x) { return x.array().abs().sum(); };
  const auto gradient = [](const Eigen::VectorXd& x) -> Eigen::VectorXd {
    return (x.array() >= 0).select(Eigen::VectorXd::Ones(x.size()), -1);
  };
  const GradcheckReport report = gradcheck_gradient_report(value, gradient, Eigen::VectorXd(Eigen::Vector3d(1, 0, -2)));
  INFO(to_string(report));
  CHECK(report.ok());
  CHECK(report.verdict == GradcheckVerdict::non_smooth);
  CHECK(report.rows[0].index == "(1)");
  CHECK(report.rows[0].left == Approx(-1));
  CHECK(report.rows[0].right == Approx(1));
  CHECK(report.rows[0].note.find("between them") != std::string::npos);

  SECTION("also when it is only near") {
    const GradcheckReport near =
        gradcheck_gradient_report(value, gradient, Eigen::VectorXd(Eigen::Vector3d(1, 3e-7, -2)));
    INFO(to_string(near));
    CHECK(near.ok());
    CHECK(near.verdict <= GradcheckVerdict::non_smooth);
  }
  SECTION("nor is a jump") {
    const auto jump =
        gradcheck_gradient_report([](double x) { return std::floor(x); }, [](double) { return 0.0; }, 2.0);
    INFO(to_string(jump));
    CHECK(jump.verdict == GradcheckVerdict::non_smooth);
    CHECK(mentions(jump, "the value jumps by -1 just below the point: it is not continuous there"));
  }
}

TEST_CASE("noise that hides the derivative is said to be noise") {
  const auto value = [](double x) { return 1e12 + 1e-3 * x; };
  const auto report = gradcheck_gradient_report(
      value, [](double) { return 5e-3; }, 1.0);
  INFO(to_string(report));
  CHECK(report.verdict == GradcheckVerdict::inconclusive_noise);
  CHECK(report.ok());
}

TEST_CASE("noise that is declared sets the step and the tolerance") {
  const auto value = [](double x) { return std::exp(x) * (1 + 1e-8 * std::sin(1e9 * x)); };
  const auto gradient = [](double x) { return std::exp(x); };
  CHECK(gradcheck_gradient_report(value, gradient, 1.0, GradcheckOptions{.noise = 1e-8}).verdict ==
        GradcheckVerdict::ok);
  CHECK_FALSE(gradcheck_gradient_report(
                  value, [](double x) { return 1.01 * std::exp(x); }, 1.0, GradcheckOptions{.noise = 1e-8})
                  .ok());
}

TEST_CASE("steps follow the size of the parameter") {
  for (double x : {1e-12, 1e-8, 1e-3, 1.0, 2e4, 1e9}) {
    INFO(x);
    CHECK(gradcheck_gradient_report([](double p) { return std::log(p); }, [](double p) { return 1 / p; }, x).verdict ==
          GradcheckVerdict::ok);
    CHECK(
        gradcheck_gradient_report([](double p) { return std::sqrt(p); }, [](double p) { return 0.5 / std::sqrt(p); }, x)
            .verdict == GradcheckVerdict::ok);
    CHECK_FALSE(
        gradcheck_gradient_report([](double p) { return std::log(p); }, [](double p) { return 1.001 / p; }, x).ok());
  }
  for (double frequency : {30.0, 300.0, 1000.0}) {
    INFO(frequency);
    const auto value = [=](double p) { return std::sin(frequency * p); };
    CHECK(gradcheck_gradient_report(
              value, [=](double p) { return frequency * std::cos(frequency * p); }, 1.0)
              .verdict == GradcheckVerdict::ok);
    CHECK_FALSE(gradcheck_gradient_report(
                    value, [=](double p) { return 1.001 * frequency * std::cos(frequency * p); }, 1.0)
                    .ok());
  }
  SECTION("a parameter that is almost zero is moved by more than itself") {
    const auto value = [](double p) { return (p - 3) * (p - 3); };
    CHECK(gradcheck_gradient_report(
              value, [](double p) { return 2 * (p - 3); }, 1e-200)
              .verdict == GradcheckVerdict::ok);
    CHECK(gradcheck_gradient_report(
              value, [](double p) { return 2.002 * (p - 3); }, 1e-200)
              .verdict == GradcheckVerdict::wrong);
  }
  SECTION("very different sizes in one leaf") {
    const Eigen::VectorXd x = Eigen::Vector3d(1e-9, 1.0, 1e7);
    const auto value = [](const Eigen::VectorXd& p) { return p.array().log().sum(); };
    CHECK(gradcheck_gradient_report(
              value, [](const Eigen::VectorXd& p) -> Eigen::VectorXd { return 1 / p.array(); }, x)
              .verdict == GradcheckVerdict::ok);
  }
}

TEST_CASE("differences are one-sided at the edge of the domain") {
  SECTION("that a probe finds by itself") {
    const auto value = [](double x) { return x < 0 ? std::nan("") : std::exp(x); };
    const auto report = gradcheck_gradient_report(
        value, [](double x) { return std::exp(x); }, 0.0);
    INFO(to_string(report));
    CHECK(report.verdict == GradcheckVerdict::ok);
    CHECK(mentions(report, "one-sided difference"));
    CHECK(gradcheck_gradient_report(
              value, [](double x) { return 1.001 * std::exp(x); }, 0.0)
              .verdict == GradcheckVerdict::wrong);
  }
  SECTION("or an exception shows") {
    const auto value = [](double x) { return x < 0 ? throw grove::Error("negative") : std::exp(x); };
    CHECK(gradcheck_gradient_report(
              value, [](double x) { return std::exp(x); }, 0.0)
              .verdict == GradcheckVerdict::ok);
  }
  SECTION("or that the options give") {
    int outside = 0;
    const auto value = [&](const Net& net) {
      outside += net.temperature < 1.5 ? 1 : 0;
      return net_value(net);
    };
    const auto report = gradcheck_gradient_report(value, net_gradient, some_net(),
                                                  GradcheckOptions{.bounds = {{"temperature", {1.5, 2}}}});
    INFO(to_string(report));
    CHECK(report.verdict == GradcheckVerdict::ok);
    CHECK(outside == 0);
  }
}

TEST_CASE("a gradient or value that is not finite fails") {
  CHECK(gradcheck_gradient_report(
            square, [](double) { return std::nan(""); }, 1.0)
            .verdict == GradcheckVerdict::non_finite);
  const auto report =
      gradcheck_gradient_report([](double x) { return std::log(x); }, [](double x) { return 1 / x; }, -1.0);
  CHECK(report.verdict == GradcheckVerdict::non_finite);
  CHECK(mentions(report, "the value at params is "));
  CHECK(mentions(report, "check at another point"));
  const auto of_nan =
      gradcheck_gradient_report([](double x) { return x * x; }, [](double x) { return 2 * x; }, std::nan(""));
  CHECK(mentions(of_nan, "the value at params is nan; params is nan there"));
}

TEST_CASE("a leaf that the value does not use is listed and passes") {
  const Layer params{Eigen::MatrixXd::Ones(2, 2), Eigen::VectorXd::Zero(2)};
  const auto value = [](const Layer& p) { return p.weight.squaredNorm(); };
  const auto gradient = [](const Layer& p) { return Layer{2 * p.weight, 0 * p.bias}; };
  const auto report = gradcheck_gradient_report(value, gradient, params);
  INFO(to_string(report));
  CHECK(report.ok());
  CHECK(report.leaves[0].verdict == GradcheckVerdict::ok);
  CHECK(report.leaves[1].verdict == GradcheckVerdict::unused);
  const auto flat_there = [](const Layer& p) { return p.weight.squaredNorm() + p.bias.squaredNorm(); };
  const auto zero_there = [](const Layer& p) { return Layer{2 * p.weight, 2 * p.bias}; };
  CHECK(gradcheck_gradient_report(flat_there, zero_there, params).leaves[1].verdict == GradcheckVerdict::ok);
}

TEST_CASE("a gradient of another shape is a structure failure") {
  const Eigen::VectorXd x = Eigen::VectorXd::Ones(3);
  const auto value = [](const Eigen::VectorXd& p) { return p.sum(); };
  const auto report = gradcheck_gradient_report(
      value, [](const Eigen::VectorXd&) -> Eigen::VectorXd { return Eigen::VectorXd::Ones(2); }, x);
  CHECK(report.verdict == GradcheckVerdict::structure);
  CHECK(report.summary == "gradcheck_gradient: structure: params is 3×1 in params and 2×1 in the gradient");
  CHECK_FALSE(report.ok());
}

TEST_CASE("results that change between calls are found") {
  int calls = 0;
  SECTION("in the value") {
    const auto value = [&](double x) { return x * x + 1e-13 * ++calls; };
    const auto report = gradcheck_gradient_report(
        value, [](double x) { return 2 * x; }, 1.0);
    CHECK(report.verdict == GradcheckVerdict::nondeterministic);
    CHECK(mentions(report, "two calls with the same params gave the values"));
    CHECK(gradcheck_gradient_report(
              value, [](double x) { return 2 * x; }, 1.0, GradcheckOptions{.nondet_tol = 1e-9})
              .ok());
  }
  SECTION("in a gradient that accumulates") {
    double total = 0;
    const auto report = gradcheck_gradient_report(
        square, [&](double x) { return total += 2 * x; }, 1.0);
    CHECK(report.verdict == GradcheckVerdict::nondeterministic);
    CHECK(mentions(report, "add to values of an earlier call"));
  }
  SECTION("in a gradient that keeps the first point it saw") {
    double kept = std::nan("");
    const auto report = gradcheck_gradient_report(
        square,
        [&](double x) {
          if (std::isnan(kept)) kept = x;
          return 2 * kept;
        },
        1.0);
    INFO(to_string(report));
    CHECK_FALSE(report.ok());
    CHECK(mentions(report, "right at params but wrong 1 % away"));
  }
  SECTION("in a gradient that uses the point of the call before") {
    double previous = 1.0;
    const auto report = gradcheck_gradient_report(
        square, [&](double x) { return 2 * std::exchange(previous, x); }, 1.0);
    CHECK_FALSE(report.ok());
  }
}

TEST_CASE("a big tree is checked along random directions, and a failure is bisected to an index") {
  using Pair = std::pair<Eigen::VectorXd, Eigen::MatrixXd>;
  const Pair params{Eigen::VectorXd::LinSpaced(2000, -1, 1), Eigen::MatrixXd::Constant(20, 5, 0.3)};
  const Eigen::ArrayXd weights = Eigen::ArrayXd::LinSpaced(2000, 1, 2);
  const auto value = [&](const Pair& p) {
    return (p.first.array().exp() * weights).sum() + p.second.array().cube().sum();
  };
  const auto gradient = [&](const Pair& p) -> Pair {
    return {p.first.array().exp() * weights, 3 * p.second.array().square()};
  };
  const auto right = gradcheck_gradient_report(value, gradient, params);
  INFO(to_string(right));
  CHECK(right.verdict == GradcheckVerdict::ok);
  CHECK(right.evaluations < 100);
  CHECK(right.method == "central differences along random directions");

  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const auto off_by_one_percent = [&](const Pair& p) {
      Pair grad = gradient(p);
      grad.first[1234] *= 1.01;
      return grad;
    };
    const auto wrong = gradcheck_gradient_report(value, off_by_one_percent, params, GradcheckOptions{.seed = seed});
    INFO(to_string(wrong));
    CHECK(wrong.verdict == GradcheckVerdict::wrong);
    REQUIRE_FALSE(wrong.rows.empty());
    CHECK(wrong.rows[0].path + wrong.rows[0].index == "[0](1234)");
    CHECK(wrong.seed == seed);
  }
  const auto doubled = [&](const Pair& p) {
    Pair grad = gradient(p);
    grad.second *= 2;
    return grad;
  };
  const auto wrong = gradcheck_gradient_report(value, doubled, params);
  INFO(to_string(wrong));
  CHECK(wrong.leaves[0].verdict == GradcheckVerdict::ok);
  CHECK(wrong.leaves[1].verdict == GradcheckVerdict::wrong);
  CHECK(mentions(wrong, "[1]: all entries are off by factor 2"));
}

TEST_CASE("a small entry of a big tree is found along the direction of its size") {
  const Eigen::Index n = 3000;
  const Eigen::ArrayXd weights =
      Eigen::ArrayXd::LinSpaced(n, 0, -9).unaryExpr([](double e) { return std::pow(10, e); });
  const Eigen::VectorXd at = Eigen::VectorXd::LinSpaced(n, 0.5, 1.5);
  const auto value = [&](const Eigen::VectorXd& p) { return (weights * p.array().square()).sum(); };
  const auto gradient = [&](const Eigen::VectorXd& p) -> Eigen::VectorXd { return 2 * weights * p.array(); };
  const auto right = gradcheck_gradient_report(value, gradient, at);
  INFO(to_string(right));
  CHECK(right.verdict == GradcheckVerdict::ok);
  CHECK(right.evaluations < 500);
  for (const Eigen::Index k : {1500, 2400, 2900}) {
    for (const double part : {1.1, 0.0}) {
      const auto wrong = gradcheck_gradient_report(
          value,
          [&](const Eigen::VectorXd& p) {
            Eigen::VectorXd grad = gradient(p);
            grad[k] *= part;
            return grad;
          },
          at);
      INFO(to_string(wrong));
      CHECK(wrong.verdict == GradcheckVerdict::wrong);
      CHECK(wrong.rows[0].entry == k);
    }
  }
}

TEST_CASE("sampled coverage looks at some entries of each leaf, and a budget stops a long check") {
  const auto sampled = spoilt([](Net&) {}, {.coverage = GradcheckCoverage::sampled, .samples = 3});
  CHECK(sampled.leaves[2].checked == 3);
  CHECK(sampled.leaves[4].checked == 1);
  const auto short_check = spoilt([](Net&) {}, {.max_evaluations = 10});
  CHECK(short_check.leaves[4].checked == 0);
  CHECK(mentions(short_check, "the budget of 10 evaluations ran out"));
}

TEST_CASE("every method gives the same verdicts") {
  using enum grove::DifferenceMethod;
  for (const auto method : {central, central4, sweep, richardson}) {
    CHECK(spoilt([](Net&) {}, {.method = method}).verdict == GradcheckVerdict::ok);
    CHECK(spoilt([](Net& g) { g.layers[0].weight *= 1.001; }, {.method = method}).verdict == GradcheckVerdict::wrong);
  }
}

TEST_CASE("float parameters are checked with the tolerance that float allows") {
  const auto value = [](const Eigen::VectorXf& p) { return p.array().exp().sum(); };
  const Eigen::VectorXf x = Eigen::VectorXf::LinSpaced(5, -1, 2);
  CHECK(gradcheck_gradient_report(
            value, [](const Eigen::VectorXf& p) -> Eigen::VectorXf { return p.array().exp(); }, x)
            .ok());
  CHECK_FALSE(gradcheck_gradient_report(
                  value, [](const Eigen::VectorXf& p) -> Eigen::VectorXf { return 1.05f * p.array().exp(); }, x)
                  .ok());
}

TEST_CASE("bad options are refused by name") {
  const auto with = [](const GradcheckOptions& options) { return spoilt([](Net&) {}, options); };
  CHECK_THROWS_WITH(with({.rtol = -1}), "gradcheck_gradient: rtol must not be negative, got -1");
  CHECK_THROWS_WITH(with({.typical_scale = {{"temprature", 1}}}),
                    "gradcheck_gradient: typical_scale: no leaf is called temprature; the leaves are layers[0].weight, "
                    "layers[0].bias, "
                    "layers[1].weight, layers[1].bias, temperature");
  CHECK_THROWS_AS(with({.bounds = {{"x", {0, 1}}}}), grove::HyperparameterError);
  CHECK_THROWS_AS(gradcheck_gradient_report([](const std::vector<double>&) { return 0.0; },
                                            [](const auto& p) { return p; }, std::vector<double>{}),
                  grove::StructureError);
}

TEST_CASE("arguments after the parameters reach both functions, options or not") {
  const auto value = [](double x, const Eigen::VectorXd& data, double factor) {
    return factor * (data.array() * x).sin().sum();
  };
  const auto gradient = [](double x, const Eigen::VectorXd& data, double factor) {
    return factor * (data.array() * (data.array() * x).cos()).sum();
  };
  const Eigen::VectorXd data = Eigen::VectorXd::LinSpaced(4, 0, 1);
  CHECK(gradcheck_gradient_report(value, gradient, 0.7, data, 2.0).ok());
  CHECK(gradcheck_gradient_report(value, gradient, 0.7, data, 2.0, GradcheckOptions{.seed = 9}).seed == 9);
}

TEST_CASE("a report prints with streams and fmt, and as JSON") {
  const auto report = spoilt([](Net& g) { g.layers[0].weight(0, 1) = std::numeric_limits<double>::infinity(); });
  std::ostringstream stream;
  stream << report;
  CHECK(stream.str() == to_string(report));
  CHECK(fmt::format("{}", report) == to_string(report));
  const std::string json = to_json(report);
  INFO(json);
  CHECK(json.find(R"({"ok":false,"verdict":"non_finite",)") == 0);
  CHECK(json.find(R"x("path":"layers[0].weight","index":"(0,1)","leaf":0,"entry":2,"analytic":null,)x") !=
        std::string::npos);
  CHECK(json.find(":nan") == std::string::npos);
  CHECK(json.find(":inf") == std::string::npos);
}
