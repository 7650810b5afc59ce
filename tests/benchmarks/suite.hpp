// Checks a workload, times its rows interleaved and prints the table.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "workload.hpp"

namespace benchmarks {

struct Options {
  std::string workload;         ///< id of the one to run; empty: all of the program
  int rounds = 9;               ///< each round times every row once; the table holds medians over the rounds
  double round_seconds = 0.01;  ///< time of a row in a round
  bool only_check = false;      ///< check the gradients, time nothing
  bool only_list = false;       ///< print the ids
  bool huge = true;             ///< time Grove's rows again after a huge recording
};

/// What the table says of a row.
struct Measurement {
  std::vector<double> seconds;             ///< a round each
  std::vector<double> seconds_afterwards;  ///< the same after a huge recording
  std::optional<double> peak_megabytes;
  std::optional<double> bytes_recorded;
};

/// Runs the workloads of a program as its command line says; the exit code of `main`.
int run(const std::vector<Workload>& workloads, int argc, char** argv);

/// Worst disagreement of a result with the reference, relative to the larger of the component and a thousandth of the
/// largest.
double disagreement(const Eigen::VectorXd& result, const Eigen::VectorXd& reference);

/// The table of a workload in Markdown.
std::string table(const Workload& workload, const std::vector<Measurement>& measurements);

}  // namespace benchmarks
