// What a minimization knows between two steps, and how it goes on from there.
#pragma once

#include <Eigen/Core>
#include <chrono>
#include <cstdint>
#include <limits>
#include <vector>

#include "objective.hpp"
#include "stopping.hpp"

namespace grove::optim::detail {

/// Seconds since it was made, and those before.
class Stopwatch {
 public:
  explicit Stopwatch(double before = 0) : before_(before) {}
  double seconds() const {
    return before_ + std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  double before_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// All that a minimization knows between two steps, as a tree.
template <class P, class State>
struct MinimizeRun {
  P params;
  P start;
  P good;   // the last params with a finite loss and gradient
  P level;  // where the standstill has its best loss
  P best;   // the params of the best score
  State state;
  std::int64_t step = 0;
  std::int64_t epochs = 0;
  std::int64_t skipped = 0;
  double last_value = std::numeric_limits<double>::infinity();
  double best_value = std::numeric_limits<double>::infinity();
  double best_score = std::numeric_limits<double>::infinity();
  Patience patience = {};
  Standstill standstill = {};
  Crawl crawl = {};
  bool searching = false;  // whether the last step was a search
  bool found = false;      // whether a search of this epoch found a way down
  bool forget = false;     // whether the next step is one without memory
  bool fresh = false;      // whether there was no progress since the last such step
  bool broken = false;     // whether the last loss or gradient was not finite
  double seconds = 0;
  std::vector<double> values = {};
  std::vector<double> measures = {};
  std::vector<Eigen::ArrayXd> each_values = {};
  std::vector<P> path = {};
};

/// Where a minimization ended, to go on from.
template <class P, class State>
struct MinimizeEnd {
  MinimizeRun<P, State> run;
  ObjectiveMemory<P> memory;

  void restore(auto& to, auto& objective) const {
    to = run;
    objective.remember(memory);
  }
  void keep(const auto& /*run*/, const auto& /*objective*/) const {}
};

/// A minimization that starts anew and that nobody interrupts.
struct NoCheckpoint {
  void restore(auto& /*run*/, auto& /*objective*/) const {}
  void keep(const auto& /*run*/, const auto& /*objective*/) const {}
};

}  // namespace grove::optim::detail
