// How `minimize` goes about it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "../numerics/detail/check.hpp"
#include "callbacks.hpp"
#include "detail/initial_state.hpp"
#include "measure.hpp"

namespace grove::optim {

/// How `minimize` goes about it. Without any tolerance it ends where rounding does not let the loss fall further.
struct MinimizeOptions {
  std::int64_t max_steps = 1000;           ///< steps of the optimizer at most
  double gradient_tolerance = 0;           ///< stops when the norm of the gradient is at most this
  double relative_gradient_tolerance = 0;  ///< stops when |gradient| · |params| is at most this times |loss|
  double value_tolerance = 0;              ///< stops when a step changes the loss by at most this, relative to the loss
  double absolute_value_tolerance = 0;     ///< stops when a step changes the loss by at most this
  double params_tolerance = 0;             ///< stops when a step is at most this, relative to the norm of the params
  double max_seconds = 0;                  ///< stops after this time; 0 means never
  std::int64_t patience = 0;    ///< stops after so many steps (with batches: epochs) without improvement; 0 means never
  double min_improvement = 0;   ///< by how much the loss (or the measure) must fall to be patient for longer
  bool keep_best = false;       ///< whether to return the best params seen instead of the last
  std::int64_t batch_size = 0;  ///< examples of a batch; 0 means all data at once
  std::uint64_t seed = 0;       ///< of the order of the examples
  bool shuffle = true;          ///< whether each epoch has an order of its own
  bool replacement = false;     ///< whether the batches of an epoch are drawn with replacement
  std::vector<std::int64_t> strata{};  ///< a label for each example: batches get their share of each label
  std::vector<std::int64_t>
      data_arguments{};  ///< which arguments of the loss are cut into batches (the params are argument 0); those that
                         ///< most have the same number of examples, if none
  std::int64_t accumulate = 1;        ///< batches whose gradients make one step: their mean, weighted by size
  std::int64_t record_every = 0;      ///< keeps the params of every so many steps in `path`; 0 means none
  std::vector<Callback> callbacks{};  ///< called after each step; one that returns true stops the minimization
  Measure measure{};                  ///< what `patience` and `keep_best` go by, instead of the loss
  std::int64_t measure_every = 1;     ///< steps (with batches: epochs) between two measurements
  MeasureEach each{};                 ///< recorded in `each_values` before each step and at the end
  std::optional<std::int64_t>
      threads{};  ///< that share out the rows of the data, over which the loss must be a mean; of `minimize_each`, the
                  ///< starts. None: the loss is evaluated as a whole, and one start after the other is minimized
  detail::InitialState initial_state{};  ///< the optimizer's state to begin with, instead of `optimizer.init(params)`
};

namespace detail {

inline void check_minimize(const MinimizeOptions& options) {
  check_not_negative("minimize", "max_steps", options.max_steps);
  check_not_negative("minimize", "gradient_tolerance", options.gradient_tolerance);
  check_not_negative("minimize", "relative_gradient_tolerance", options.relative_gradient_tolerance);
  check_not_negative("minimize", "value_tolerance", options.value_tolerance);
  check_not_negative("minimize", "absolute_value_tolerance", options.absolute_value_tolerance);
  check_not_negative("minimize", "params_tolerance", options.params_tolerance);
  check_not_negative("minimize", "max_seconds", options.max_seconds);
  check_not_negative("minimize", "patience", options.patience);
  check_not_negative("minimize", "batch_size", options.batch_size);
  check_positive("minimize", "accumulate", options.accumulate);
  check_not_negative("minimize", "record_every", options.record_every);
  check_not_negative("minimize", "min_improvement", options.min_improvement);
  check_positive("minimize", "measure_every", options.measure_every);
  if (options.threads) check_positive("minimize", "threads", *options.threads);
}

}  // namespace detail
}  // namespace grove::optim
