// The table: medians of times and of ratios taken within a round, so that a slow round does not favour anybody.
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>

#include "suite.hpp"

namespace benchmarks {
namespace {

double median(std::vector<double> numbers) {
  const auto middle = numbers.begin() + static_cast<std::ptrdiff_t>(numbers.size() / 2);
  std::nth_element(numbers.begin(), middle, numbers.end());
  return *middle;
}

std::vector<double> ratios(const std::vector<double>& numerators, const std::vector<double>& denominators) {
  std::vector<double> result;
  std::transform(numerators.begin(), numerators.end(), denominators.begin(), std::back_inserter(result),
                 std::divides<>());
  return result;
}

std::string ratio_cell(const std::vector<double>& numerators, const std::vector<double>& denominators) {
  const bool comparable = !numerators.empty() && numerators.size() == denominators.size();
  return comparable ? fmt::format("{:.3g}", median(ratios(numerators, denominators))) : "";
}

std::string time_cell(double seconds) {
  if (seconds < 1e-6) return fmt::format("{:.1f} ns", seconds * 1e9);
  if (seconds < 1e-4) return fmt::format("{:.2f} us", seconds * 1e6);
  return fmt::format("{:.3f} ms", seconds * 1e3);
}

const std::vector<double>& seconds_of(const std::string& name, const Workload& workload,
                                      const std::vector<Measurement>& measurements) {
  static const std::vector<double> none;
  const auto is_named = [&](const Row& row) { return row.name == name; };
  const auto found = std::find_if(workload.rows.begin(), workload.rows.end(), is_named);
  if (found == workload.rows.end()) return none;
  return measurements[static_cast<std::size_t>(found - workload.rows.begin())].seconds;
}

/// What is left of a whole row when its recording is taken away: a line of its own.
std::string sweep_line(const std::string& whole, const std::vector<double>& all, const std::vector<double>& recording,
                       const std::vector<double>& hand) {
  std::vector<double> sweep;
  std::transform(all.begin(), all.end(), recording.begin(), std::back_inserter(sweep), std::minus<>());
  return fmt::format("| {:<28} | {:>10} | {:>6} |\n", whole + ", sweep", time_cell(median(sweep)),
                     ratio_cell(sweep, hand));
}

std::string afterwards_cell(const Measurement& measurement) {
  if (measurement.seconds_afterwards.empty() || measurement.seconds.empty()) return "";
  return fmt::format("{:.2f}", median(measurement.seconds_afterwards) / median(measurement.seconds));
}

}  // namespace

std::string table(const Workload& workload, const std::vector<Measurement>& measurements) {
  const auto& hand = seconds_of("hand", workload, measurements);
  const auto& primal = seconds_of("primal", workload, measurements);
  std::string text = fmt::format("\n{}: {}\n\n", workload.id, workload.description);
  text += fmt::format("| {:<28} | {:>10} | {:>6} | {:>6} | {:>8} | {:>10} | {:>8} | {:>8} |\n", "row", "time", "÷ hand",
                      "target", "÷ primal", "after huge", "bytes/op", "peak MB");
  text += fmt::format("|{0:-<30}|{0:->11}:|{0:->7}:|{0:->7}:|{0:->9}:|{0:->11}:|{0:->9}:|{0:->9}:|\n", "");
  for (std::size_t i = 0; i < measurements.size(); ++i) {
    const Measurement& m = measurements[i];
    if (m.seconds.empty()) continue;
    const double target = workload.rows[i].target;
    text += fmt::format(
        "| {:<28} | {:>10} | {:>6} | {:>6} | {:>8} | {:>10} | {:>8} | {:>8} |\n", workload.rows[i].name,
        time_cell(median(m.seconds)), ratio_cell(m.seconds, hand), target > 0 ? fmt::format("{:g}", target) : "",
        ratio_cell(m.seconds, primal), afterwards_cell(m),
        m.bytes_recorded && workload.operations > 0 ? fmt::format("{:.1f}", *m.bytes_recorded / workload.operations)
                                                    : "",
        m.peak_megabytes ? fmt::format("{:.1f}", *m.peak_megabytes) : "");
    if (const std::string whole = workload.rows[i].whole(); !whole.empty())
      text += sweep_line(whole, seconds_of(whole, workload, measurements), m.seconds, hand);
  }
  return text;
}

}  // namespace benchmarks
