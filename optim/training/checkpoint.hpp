// Minimizations that survive the end of the program.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include "../files/save.hpp"
#include "minimize.hpp"

namespace grove::optim {

/// How `minimize` goes about it, and the file that it could go on from; made by `checkpoint` or `resume`.
class Checkpoint {
 public:
  /// See checkpoint and resume.
  Checkpoint(std::string file, std::int64_t every, MinimizeOptions options, bool resume)
      : file_(std::move(file)), every_(every), options_(std::move(options)), resume_(resume) {
    detail::check_positive(resume_ ? "resume" : "checkpoint", "every", every_);
  }
  /// Those of the minimization.
  const MinimizeOptions& options() const { return options_; }

  /// Puts a run back to where the file has it.
  template <class Run, class Objective>
  void restore(Run& run, Objective& objective) const {
    std::error_code ignored;
    if (!resume_ || !std::filesystem::exists(file_, ignored)) return;
    std::pair saved(std::move(run), objective.memory());
    load(file_, saved);
    run = std::move(saved.first);
    objective.remember(std::move(saved.second));
    from_ = run.step;
  }
  /// Writes the file, if it is time to.
  template <class Run, class Objective>
  void keep(const Run& run, const Objective& objective) const {
    if (run.step % every_ == 0 && run.step > from_) save(file_, std::pair(run, objective.memory()));
  }

 private:
  std::string file_;
  std::int64_t every_;
  MinimizeOptions options_;
  bool resume_;
  mutable std::int64_t from_ = 0;
};

/// Keeps all that a minimization knows (params, the optimizer's state, the order of the batches, the best params, the
/// history) in a file, anew after every so many steps. The file is always whole (see `save`), so a program that is
/// killed loses the steps since then at most.
///
///   auto fit = minimize(loss, params, adam(1e-2), checkpoint("fit.state", 100, {.max_steps = 5000}), x, y);
///
/// Cost: the time to write the params a few times. Throws: HyperparameterError if `every` is not positive; `minimize`
/// throws DataError if the file cannot be written.
inline Checkpoint checkpoint(std::string file, std::int64_t every, MinimizeOptions options = {}) {
  return {std::move(file), every, std::move(options), false};
}

/// The same, beginning where the file ends, or at the start if there is none. With the same loss, data, optimizer and
/// options the result is, bit for bit, that of a run that nobody interrupted (but for the time it took); `max_steps`
/// counts from the first start.
///
///   auto fit = minimize(loss, params, adam(1e-2), resume("fit.state", 100, {.max_steps = 5000}), x, y);
///
/// Throws as `checkpoint` does; `minimize` throws DataError if the file is damaged or that of another problem.
inline Checkpoint resume(std::string file, std::int64_t every, MinimizeOptions options = {}) {
  return {std::move(file), every, std::move(options), true};
}

/// Minimizes as `minimize` with options does, with checkpoints.
template <class Loss, class P, class T, class... Args>
auto minimize(const Loss& loss, P params, const T& optimizer, const Checkpoint& checkpoint, const Args&... args) {
  return detail::run_minimize(loss, std::move(params), optimizer, checkpoint.options(), checkpoint, args...);
}

}  // namespace grove::optim
