// How small an error the gradient check sees, in entries of every relative size, and how often it calls a right
// gradient wrong. The figures in docs/gradcheck.md are printed by the hidden cases: `test_gradcheck "[figures]"`.
#include "tests/autodiff/gradcheck/accuracy_losses.hpp"

#include <fmt/format.h>

#include <map>

#include "autodiff/gradcheck/of_gradient.hpp"
#include "tests/catch.hpp"
#include "tests/sanitized.hpp"

namespace {

using accuracy::Loss;
using accuracy::Random;
using accuracy::Vector;
using grove::GradcheckReport;
using grove::GradcheckVerdict;

constexpr double errors[] = {0.1, 0.01, 1e-3, 1e-4};
constexpr int magnitudes = 13;

struct Counts {
  int planted = 0, wrong = 0, ok = 0;
};
struct Detection {
  Counts counts[magnitudes][std::size(errors)];
};

// A loss whose entries are 1, 10⁻¹ … 10⁻¹² of the largest, each in its turn wrong by each of the errors.
Detection detection(int points, std::uint64_t seed) {
  Detection result;
  Random random(seed);
  std::vector<double> weights(magnitudes), units(magnitudes, 1.0);
  for (int point = 0; point < points; ++point) {
    for (std::size_t k = 0; k < magnitudes; ++k) weights[k] = std::pow(10, -static_cast<double>(k));
    Loss<double> loss = accuracy::separable<double>("sizes", weights, units, 0, random);
    const Vector<double> right = loss.gradient(loss.at);
    for (int k = 0; k < magnitudes; ++k) {
      for (std::size_t e = 0; e < std::size(errors); ++e) {
        const auto spoilt = [&](const Vector<double>& p) {
          Vector<double> grad = loss.gradient(p);
          grad[k] *= 1 + errors[e];
          return grad;
        };
        const GradcheckReport report = grove::gradcheck_gradient_report(
            loss.value, spoilt, loss.at, grove::GradcheckOptions{.max_rows = magnitudes, .check_nearby = false});
        Counts& counts = result.counts[k][e];
        ++counts.planted;
        for (const auto& row : report.rows) {
          if (row.entry != k) continue;
          counts.wrong += row.verdict == GradcheckVerdict::wrong ? 1 : 0;
          counts.ok += row.verdict == GradcheckVerdict::ok ? 1 : 0;
        }
      }
    }
  }
  return result;
}

void print(const Detection& found) {
  fmt::print("planted errors called wrong (called ok), in %, by the entry's part of the largest of its leaf\n{:>8}",
             "");
  for (const double error : errors) fmt::print("{:>14}", fmt::format("{} %", 100 * error));
  for (int k = 0; k < magnitudes; ++k) {
    fmt::print("\n{:>8}", fmt::format("1e-{}", k));
    for (const Counts& c : found.counts[k])
      fmt::print("{:>14}", fmt::format("{:.1f} ({:.1f})", 100.0 * c.wrong / c.planted, 100.0 * c.ok / c.planted));
  }
  fmt::print("\n");
}

struct Alarms {
  int points = 0, wrong = 0, undecided = 0, other = 0;
};

// Right gradients at hard points.
template <class S>
std::map<std::string, Alarms> alarms(int points, std::uint64_t seed) {
  Random random(seed);
  std::map<std::string, Alarms> result;
  const auto kinds = accuracy::hard_losses<S>();
  for (int point = 0; point < points; ++point) {
    const Loss<S> loss = kinds[static_cast<std::size_t>(point) % kinds.size()](random);
    if (!loss.at.allFinite() || !std::isfinite(loss.value(loss.at))) continue;
    const GradcheckReport report = grove::gradcheck_gradient_report(loss.value, loss.gradient, loss.at);
    Alarms& all = result[loss.name];
    ++all.points;
    if (!report.ok()) {
      ++all.wrong;
      if (all.wrong == 1) fmt::print("false alarm: {}\n{}\n", loss.name, report);
    } else if (report.verdict == GradcheckVerdict::inconclusive_noise) {
      ++all.undecided;
    } else if (report.verdict > GradcheckVerdict::unused) {
      if (++all.other == 1) fmt::print("not smooth? {}\n{}\n", loss.name, report);
    }
  }
  return result;
}

Alarms total(const std::map<std::string, Alarms>& by_name) {
  Alarms sum;
  for (const auto& [name, each] : by_name) {
    sum.points += each.points;
    sum.wrong += each.wrong;
    sum.undecided += each.undecided;
    sum.other += each.other;
  }
  return sum;
}

void print(const char* title, const std::map<std::string, Alarms>& by_name) {
  fmt::print("{}\n{:>28}{:>8}{:>8}{:>11}{:>12}\n", title, "", "points", "wrong", "undecided", "not smooth");
  const auto line = [](const std::string& name, const Alarms& each) {
    fmt::print("{:>28}{:>8}{:>8}{:>11}{:>12}\n", name, each.points, each.wrong, each.undecided, each.other);
  };
  for (const auto& [name, each] : by_name) line(name, each);
  line("all", total(by_name));
}

}  // namespace

// Sanitizers take a hundred times as long, and look for something else.
constexpr int share = GROVE_TEST_SANITIZED ? 10 : 1;

TEST_CASE("an entry that is ok is right to 0.01 %, however small it is in its leaf (gradcheck-small-entries)") {
  const Detection found = detection(share == 1 ? 3 : 1, 5);
  print(found);
  for (int k = 0; k < magnitudes; ++k) {
    INFO("entries 1e-" << k << " of the largest");
    for (const Counts& c : found.counts[k]) CHECK(c.ok == 0);
    if (k <= 11) CHECK(found.counts[k][0].wrong == found.counts[k][0].planted);
    if (k <= 6)
      for (const Counts& c : found.counts[k]) CHECK(c.wrong == c.planted);
  }
}

TEST_CASE("right gradients at minima, of many sizes and beside large constants are not called wrong") {
  const auto in_double = alarms<double>(160 / share, 3);
  print("double", in_double);
  CHECK(total(in_double).points > 150 / share);
  CHECK(total(in_double).wrong == 0);
  CHECK(total(in_double).other == 0);
  const auto in_float = alarms<float>(80 / share, 4);
  print("float", in_float);
  CHECK(total(in_float).points > 60 / share);
  CHECK(total(in_float).wrong == 0);
}

TEST_CASE("the figures of docs/gradcheck.md", "[.][figures]") {
  print(detection(500, 11));
  print("right gradients, double", alarms<double>(10000, 12));
  print("right gradients, float", alarms<float>(10000, 13));
}
