// Functions and points at which a gradient check is easily fooled.
#include <bit>
#include <cmath>
#include <limits>
#include <string>

#include "autodiff/gradcheck/of_gradient.hpp"
#include "tests/catch.hpp"

using Eigen::VectorXd;
using grove::GradcheckReport;
using grove::GradcheckVerdict;

namespace {

using Function = double (*)(double);
constexpr auto infinity = std::numeric_limits<double>::infinity();

template <class F, class G>
GradcheckReport report_of(F f, G gradient, double x) {
  return grove::gradcheck_gradient_report(f, gradient, x, grove::GradcheckOptions{.check_nearby = false});
}
template <class F, class G>
GradcheckVerdict verdict_of(F f, G gradient, double x) {
  return report_of(f, gradient, x).verdict;
}

// Between -1 and 1, without pattern.
double scrambled(double x) {
  std::uint64_t bits = std::bit_cast<std::uint64_t>(x) * 0x9e3779b97f4a7c15u;
  bits = (bits ^ (bits >> 29)) * 0xbf58476d1ce4e5b9u;
  return static_cast<double>(bits >> 32) / 0x1p31 - 1;
}

}  // namespace

TEST_CASE("an oscillation is followed down to its own scale (gradcheck-fast-oscillation)") {
  for (const double w : {1e3, 1e4, 1e5, 1e6, 1e7, 1e8}) {
    for (const double x : {0.0, 0.5, 1.0, 1.3, 2.0}) {
      INFO("sin(" << w << "x) at " << x);
      const auto f = [w](double p) { return std::sin(w * p); };
      CHECK(verdict_of(
                f, [w](double p) { return w * std::cos(w * p); }, x) == GradcheckVerdict::ok);
      CHECK(verdict_of(
                f, [w](double p) { return 1.1 * w * std::cos(w * p); }, x) == GradcheckVerdict::wrong);
      CHECK(verdict_of(
                f, [](double) { return 0.0; }, x) == GradcheckVerdict::wrong);
    }
  }
  for (const double w : {1e10, 1e12, 1e15, 1e18}) {
    INFO(w);
    const auto right =
        report_of([w](double p) { return std::sin(w * p); }, [w](double p) { return w * std::cos(w * p); }, 1.3);
    INFO(to_string(right));
    CHECK(right.ok());
  }
  const auto entries =
      grove::gradcheck_gradient_report([](const VectorXd& p) { return (1e6 * p.array()).sin().sum(); },
                                       [](const VectorXd& p) -> VectorXd { return 1e6 * (1e6 * p.array()).cos(); },
                                       VectorXd(VectorXd::LinSpaced(4, 0.5, 2)));
  INFO(to_string(entries));
  CHECK(entries.ok());
}

TEST_CASE("a jump of the value is told from a kink, and neither is ok") {
  const auto one = [](double) { return 1.0; };
  for (const double x : {2.0, 0.0, -3.0, 1.0, 1e6}) {
    INFO(x);
    const auto report = report_of([](double p) { return std::floor(p) + p; }, one, x);
    INFO(to_string(report));
    CHECK(report.verdict == GradcheckVerdict::non_smooth);
    CHECK(report.rows[0].note ==
          "the value jumps by -1 just below the point: it is not continuous there; move the point");
  }
  CHECK(report_of([](double p) { return 3 * std::ceil(p) + p * p; }, [](double p) { return 2 * p; }, 1.0)
            .rows[0]
            .note.find("the value jumps by 3 just above the point") == 0);
  CHECK(verdict_of([](double p) { return p == 2 ? 5 : p; }, one, 2.0) == GradcheckVerdict::non_smooth);
  CHECK(verdict_of([](double p) { return std::round(p) + p; }, one, 2.0) == GradcheckVerdict::ok);

  for (const Function f : {Function([](double p) { return std::abs(p - 1) + 3 * p; }),
                           Function([](double p) { return std::max(p - 1, 0.0) + 2.5 * p; }),
                           Function([](double p) { return std::abs(p - 1) + 3 * p + p * p * p / 3 - p; })}) {
    const auto kink = report_of(
        f, [](double) { return 3.0; }, 1.0);
    INFO(to_string(kink));
    CHECK(kink.verdict == GradcheckVerdict::non_smooth);
    CHECK(kink.rows[0].note.find("left slope 2") == 0);
  }
  CHECK(verdict_of([](double p) { return std::abs(p); }, [](double) { return 0.0; }, 0.0) ==
        GradcheckVerdict::non_smooth);
  CHECK(report_of([](double p) { return std::sqrt(std::abs(p)); }, [](double) { return 0.0; }, 0.0)
            .rows[0]
            .note.find("the slope grows without bound") == 0);
  CHECK(verdict_of([](double p) { return std::pow(std::abs(p), 1.5); }, [](double) { return 0.0; }, 0.0) ==
        GradcheckVerdict::ok);
}

TEST_CASE("a kink beside the point does not hide a wrong slope, nor make a right one wrong") {
  const auto f = [](double p) { return std::max(p - 1, 0.0) + 0.3 * p; };
  for (const double distance : {1e-2, 1e-4, 1e-6, 1e-8, 1e-10, 1e-12, 1e-14, -1e-3, -1e-8, -1e-12}) {
    INFO(distance);
    CHECK(report_of(
              f, [](double p) { return p > 1 ? 1.3 : 0.3; }, 1 + distance)
              .ok());
  }
  for (const double distance : {1e-2, 1e-4, 1e-6, -1e-4})
    CHECK(verdict_of(
              f, [](double p) { return p > 1 ? 1.31 : 0.31; }, 1 + distance) == GradcheckVerdict::wrong);
}

TEST_CASE("noise in the value is not a wrong gradient, and hides one only as far as it must") {
  const auto right = [](double p) { return std::exp(p); };
  const auto wrong = [](double p) { return 1.1 * std::exp(p); };
  for (const double noise : {1e-6, 1e-8, 1e-10}) {
    for (const double x : {0.3, 0.7, 1.9}) {
      INFO(noise << " at " << x);
      const auto random = [=](double p) { return std::exp(p) * (1 + noise * scrambled(p)); };
      const auto grained = [=](double p) { return std::round(std::exp(p) / noise) * noise; };
      const auto waves = [=](double p) { return std::exp(p) * (1 + noise * std::sin(1e9 * p)); };
      CHECK(report_of(random, right, x).ok());
      CHECK(report_of(grained, right, x).ok());
      CHECK(report_of(waves, right, x).verdict == GradcheckVerdict::inconclusive_noise);
      CHECK(verdict_of(random, wrong, x) == GradcheckVerdict::wrong);
      CHECK(verdict_of(grained, wrong, x) == GradcheckVerdict::wrong);
    }
  }
  const auto in_float = [](double p) { return static_cast<double>(std::exp(static_cast<float>(p))); };
  CHECK(report_of(in_float, right, 0.7).ok());
  CHECK(verdict_of(in_float, wrong, 0.7) == GradcheckVerdict::wrong);
}

TEST_CASE("cancellation costs digits, not verdicts") {
  const auto right = [](double p) { return std::exp(p); };
  for (const double large : {1e3, 1e8, 1e12, 1e15, -1e10}) {
    INFO(large);
    CHECK(report_of([=](double p) { return large + std::exp(p); }, right, 0.7).ok());
    CHECK(report_of([=](double p) { return (large + std::exp(p)) - large; }, right, 0.7).ok());
    for (const double part : {1.1, 1.01})
      CHECK(verdict_of([=](double p) { return (large + std::exp(p)) - large; },
                       [=](double p) { return part * std::exp(p); }, 0.7) != GradcheckVerdict::ok);
  }
}

TEST_CASE("the ends of the range of double") {
  CHECK(verdict_of([](double p) { return std::exp(p); }, [](double p) { return std::exp(p); }, 709.5) ==
        GradcheckVerdict::ok);
  CHECK(verdict_of([](double p) { return std::exp(p); }, [](double p) { return 1.1 * std::exp(p); }, 709.5) ==
        GradcheckVerdict::wrong);
  CHECK(verdict_of([](double p) { return p / 3; }, [](double) { return 1 / 3.0; }, 1e308) == GradcheckVerdict::ok);
  CHECK(verdict_of([](double p) { return p; }, [](double) { return 1.0; }, std::numeric_limits<double>::max()) ==
        GradcheckVerdict::ok);
  CHECK(verdict_of([](double p) { return p * p; }, [](double p) { return 2 * p; }, 1.3e154) == GradcheckVerdict::ok);
  CHECK(verdict_of([](double p) { return p / 3; }, [](double) { return 1 / 3.0; }, 1e-308) == GradcheckVerdict::ok);
  CHECK(verdict_of([](double p) { return 3 * p + 1; }, [](double) { return 3.0; }, 5e-324) == GradcheckVerdict::ok);
  CHECK(report_of([](double p) { return std::exp(-p); }, [](double p) { return -std::exp(-p); }, 740.0).ok());
}

TEST_CASE("domains that end beside the point") {
  const auto root = [](double p) { return std::sqrt(p); };
  const auto half_by_root = [](double p) { return 0.5 / std::sqrt(p); };
  for (const double x : {1e-300, 1e-30, 1e-12, 1e-3}) {
    INFO(x);
    CHECK(verdict_of(root, half_by_root, x) == GradcheckVerdict::ok);
    CHECK(verdict_of([](double p) { return std::log(p); }, [](double p) { return 1 / p; }, x) == GradcheckVerdict::ok);
    CHECK(verdict_of([](double p) { return std::log(p); }, [](double p) { return 1.001 / p; }, x) ==
          GradcheckVerdict::wrong);
  }
  CHECK(verdict_of(root, half_by_root, 0) == GradcheckVerdict::non_finite);
  const VectorXd mixed = Eigen::Vector3d(1e-12, 1, 5);
  const auto entropy = [](const VectorXd& p) { return (p.array() * p.array().log()).sum(); };
  CHECK(grove::gradcheck_gradient_report(
            entropy, [](const VectorXd& p) -> VectorXd { return p.array().log() + 1; }, mixed)
            .ok());
}

TEST_CASE("parameters that are no finite numbers are named") {
  for (const double bad : {infinity, -infinity, std::nan("")}) {
    const VectorXd at = Eigen::Vector2d(1, bad);
    const auto report = grove::gradcheck_gradient_report(
        [](const VectorXd& p) { return p[0] * p[0] + (std::isnan(p[1]) ? 0 : std::tanh(p[1])); },
        [](const VectorXd& p) -> VectorXd { return Eigen::Vector2d(2 * p[0], 0); }, at);
    INFO(to_string(report));
    CHECK(report.verdict == GradcheckVerdict::non_finite);
    CHECK(report.summary.find("gradcheck_gradient: params(1): non_finite: the parameter is ") == 0);
    CHECK(report.summary.find("; check at a finite point; 1 of 2 entries compared and 1 of 1 leaves fail") !=
          std::string::npos);
    CHECK(report.leaves[0].wrong == 1);
  }
}

TEST_CASE("a gradient that vanishes is right, and one that does not is wrong") {
  CHECK(verdict_of([](double p) { return std::cos(p); }, [](double p) { return -std::sin(p); }, 3.141592653589793) ==
        GradcheckVerdict::ok);
  CHECK(verdict_of([](double p) { return std::cos(p); }, [](double p) { return 1e-8 - std::sin(p); },
                   3.141592653589793) == GradcheckVerdict::wrong);
  CHECK(verdict_of([](double p) { return 1 + p * p * p * p; }, [](double p) { return 4 * p * p * p; }, 0.0) ==
        GradcheckVerdict::ok);
  const auto constant = [](const VectorXd&) { return 3.0; };
  const VectorXd at = Eigen::Vector2d(2, 0);
  CHECK(grove::gradcheck_gradient_report(
            constant, [](const VectorXd& p) -> VectorXd { return 0 * p; }, at)
            .verdict == GradcheckVerdict::unused);
  CHECK(grove::gradcheck_gradient_report(
            constant, [](const VectorXd& p) -> VectorXd { return VectorXd::Constant(p.size(), 1e-3); }, at)
            .verdict == GradcheckVerdict::wrong);
  // An entry that is not used, beside one that is: four values say so.
  const auto first = grove::gradcheck_gradient_report(
      [](const VectorXd& p) { return p[0] * p[0]; },
      [](const VectorXd& p) -> VectorXd { return 2 * p[0] * VectorXd::Unit(p.size(), 0); },
      VectorXd(VectorXd::Ones(100)));
  CHECK(first.verdict == GradcheckVerdict::ok);
  CHECK(first.evaluations < 700);
}

TEST_CASE("params of very different units, at zero too") {
  const auto f = [](const VectorXd& p) { return std::sin(p[0] * 1e9) + std::exp(-p[1] * 1e-9) + p[2] * p[2]; };
  const auto gradient_with = [](double first, double second) {
    return [=](const VectorXd& p) -> VectorXd {
      return Eigen::Vector3d(first * 1e9 * std::cos(p[0] * 1e9), -second * 1e-9 * std::exp(-p[1] * 1e-9), 2 * p[2]);
    };
  };
  const VectorXd points[] = {Eigen::Vector3d(3e-10, 2e9, 1), Eigen::Vector3d::Zero()};
  for (const VectorXd& at : points) {
    CHECK(grove::gradcheck_gradient_report(f, gradient_with(1, 1), at).verdict == GradcheckVerdict::ok);
    CHECK(grove::gradcheck_gradient_report(f, gradient_with(1, 1.001), at).verdict == GradcheckVerdict::wrong);
    CHECK(grove::gradcheck_gradient_report(f, gradient_with(1.001, 1), at).verdict == GradcheckVerdict::wrong);
  }
}

TEST_CASE("no hint speaks of no entries") {
  // The wrong entry is tiny beside the others, so that all are alike to the hints that compare them.
  const VectorXd at = VectorXd::Constant(6, 1.5);
  const Eigen::ArrayXd weight = (Eigen::ArrayXd(6) << 1, 2, 3, 4, 5, 1e-8).finished();
  const auto report =
      grove::gradcheck_gradient_report([&](const VectorXd& p) { return (weight * p.array().square()).sum(); },
                                       [&](const VectorXd& p) -> VectorXd {
                                         VectorXd grad = 2 * weight * p.array();
                                         grad[5] *= 1.1;
                                         return grad;
                                       },
                                       at);
  INFO(to_string(report));
  CHECK(report.verdict == GradcheckVerdict::wrong);
  CHECK(to_string(report).find("sign flipped") == std::string::npos);
  REQUIRE(report.hints.size() == 1);
  CHECK(report.hints[0] == "params: only entry (5) is wrong");
}
