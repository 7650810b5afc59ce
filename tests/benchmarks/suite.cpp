// The driver: check first, then peak memory in children that have recorded nothing, then rounds of all rows in turn.
#include "suite.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <stdexcept>
#include <string_view>

#include "memory.hpp"
#include "recording.hpp"

namespace benchmarks {
namespace {

constexpr double agreement_required = 1e-9;
constexpr double difference_allowed = 1e-4;

/// Keeps the time of each benchmark by the index of its row.
class Collector : public benchmark::BenchmarkReporter {
 public:
  explicit Collector(std::vector<std::vector<double>>& seconds) : seconds_(seconds) {}

  bool ReportContext(const Context&) override { return true; }

  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs)
      seconds_[row_index(run.benchmark_name())].push_back(run.real_accumulated_time /
                                                          static_cast<double>(run.iterations));
  }

 private:
  static std::size_t row_index(const std::string& name) {
    const auto start = name.find('#') + 1;
    return static_cast<std::size_t>(std::stoul(name.substr(start)));
  }

  std::vector<std::vector<double>>& seconds_;
};

std::vector<std::vector<double>> time_rounds(const Workload& workload, const Options& options, bool only_grove) {
  benchmark::ClearRegisteredBenchmarks();
  for (std::size_t i = 0; i < workload.rows.size(); ++i) {
    const Row& row = workload.rows[i];
    if (only_grove && !row.is_grove()) continue;
    benchmark::RegisterBenchmark(fmt::format("{}/{}#{}", workload.id, row.name, i).c_str(), row.timed)
        ->MinTime(options.round_seconds)
        ->UseRealTime();
  }
  std::vector<std::vector<double>> seconds(workload.rows.size());
  Collector collector(seconds);
  for (int round = 0; round < options.rounds; ++round) benchmark::RunSpecifiedBenchmarks(&collector);
  return seconds;
}

const Row& hand_row(const Workload& workload) {
  for (const Row& row : workload.rows)
    if (row.name == "hand") return row;
  throw std::logic_error(fmt::format("{}: no row named hand; add one", workload.id));
}

/// Prints and counts the rows that disagree with the hand-written gradient, and that one with central differences.
int failed_checks(const Workload& workload, bool verbose) {
  int failures = 0;
  const auto report = [&](const std::string& what, double error, double limit) {
    const bool failed = !(error <= limit);
    failures += failed;
    if (!failed && !verbose) return;
    fmt::print("{} {}: {} differs by {:.2g}, allowed {:g}\n", failed ? "FAILED" : "ok", workload.id, what, error,
               limit);
  };
  hand_row(workload).once();
  const Eigen::VectorXd reference = hand_row(workload).result();
  if (workload.difference) report("hand from central differences", workload.difference(), difference_allowed);
  for (const Row& row : workload.rows) {
    row.once();
    const Eigen::VectorXd result = row.result();
    const bool has_gradient = !row.name.starts_with("primal") && row.whole().empty();
    report(row.name + " from hand", disagreement(result, has_gradient ? reference : reference.head(result.size())),
           agreement_required);
  }
  return failures;
}

bool run_one(const Workload& workload, const Options& options) {
  std::vector<Measurement> measurements(workload.rows.size());
  if (!options.only_check)
    for (std::size_t i = 0; i < workload.rows.size(); ++i)
      measurements[i].peak_megabytes = peak_megabytes(workload.rows[i].once);
  if (failed_checks(workload, options.only_check) != 0) return false;
  if (options.only_check) return true;
  for (std::size_t i = 0; i < workload.rows.size(); ++i) {
    if (!workload.rows[i].is_grove()) continue;
    workload.rows[i].once();
    measurements[i].bytes_recorded = bytes_of_last_recording();
  }
  const auto before = time_rounds(workload, options, false);
  if (options.huge) record_hugely();
  const auto after = options.huge ? time_rounds(workload, options, true) : decltype(before)(workload.rows.size());
  for (std::size_t i = 0; i < workload.rows.size(); ++i) {
    measurements[i].seconds = before[i];
    measurements[i].seconds_afterwards = after[i];
  }
  fmt::print("{}", table(workload, measurements));
  return true;
}

std::optional<std::string_view> option_value(std::string_view argument, std::string_view name) {
  if (!argument.starts_with(name) || !argument.substr(name.size()).starts_with('=')) return std::nullopt;
  return argument.substr(name.size() + 1);
}

Options parsed(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (const auto id = option_value(argument, "--workload"))
      options.workload = *id;
    else if (const auto rounds = option_value(argument, "--rounds"))
      options.rounds = std::max(1, std::atoi(rounds->data()));
    else if (const auto seconds = option_value(argument, "--round-seconds"))
      options.round_seconds = std::atof(seconds->data());
    else if (argument == "--check")
      options.only_check = true;
    else if (argument == "--list")
      options.only_list = true;
    else if (argument == "--no-huge")
      options.huge = false;
    else
      throw std::invalid_argument(fmt::format(
          "benchmark: {}: unknown option; use --workload=ID --rounds=N --round-seconds=S --check --list --no-huge",
          argument));
  }
  return options;
}

}  // namespace

double disagreement(const Eigen::VectorXd& result, const Eigen::VectorXd& reference) {
  if (result.size() != reference.size() || !result.allFinite()) return INFINITY;
  const double floor = 1e-3 * reference.cwiseAbs().maxCoeff();
  return ((result - reference).array().abs() / reference.array().abs().max(floor)).maxCoeff();
}

int run(const std::vector<Workload>& workloads, int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  const Options options = parsed(argc, argv);
  bool all_agree = true;
  for (const Workload& workload : workloads) {
    if (!options.workload.empty() && workload.id != options.workload) continue;
    if (options.only_list)
      fmt::print("{}\n", workload.id);
    else
      all_agree = run_one(workload, options) && all_agree;
  }
  return all_agree ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace benchmarks
