// What `minimize` reports after each step, and ready-made callbacks: a progress line and a CSV log.
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "autodiff/error.hpp"
#include "optim/numerics/detail/check.hpp"
#include "optim/training/detail/terminal.hpp"

namespace grove::optim {

/// Where a minimization stands after a step.
struct Progress {
  std::int64_t step = 0;       ///< steps done, so 1 after the first
  std::int64_t max_steps = 0;  ///< steps at most
  double value = 0;            ///< loss before the step; with batches, of the batch
  double gradient_norm = 0;    ///< norm of the gradient there, over the whole tree
  double seconds = 0;          ///< since the start
  double best_value = 0;       ///< smallest loss so far; with batches, smallest mean of an epoch
  bool last = false;           ///< whether the minimization ends here
};

/// Called after each step. Any callable that takes a `const Progress&` will do; if it returns true, the minimization
/// stops.
class Callback {
 public:
  template <class F>
  requires std::is_invocable_v<F&, const Progress&> Callback(F f) {
    detail::check_given("minimize", "a callback", f);
    if constexpr (std::is_convertible_v<std::invoke_result_t<F&, const Progress&>, bool>) {
      call_ = std::move(f);
    } else {
      call_ = [f = std::move(f)](const Progress& progress) mutable {
        f(progress);
        return false;
      };
    }
  }

  bool operator()(const Progress& progress) const { return call_(progress); }

 private:
  std::function<bool(const Progress&)> call_;
};

namespace detail {

/// `title: step 3/100  loss 0.5  |gradient| 0.1  2.0 s`
inline std::string progress_text(const std::string& title, const Progress& now) {
  using grove::detail::number;
  return fill("{}{}step {}/{}  loss {}  |gradient| {}  {} s",
              {title, title.empty() ? "" : ": ", now.step, now.max_steps, number(now.value, "{:.6g}"),
               number(now.gradient_norm, "{:.3g}"), number(now.seconds, "{:.1f}")});
}

}  // namespace detail

/// A line that is rewritten as the minimization goes on, at most ten times a second. Silent if `stream` is no terminal.
///
///   minimize(loss, params, adam(1e-2), {.callbacks = {progress_line("warm-up")}});
inline Callback progress_line(std::string title = {}, std::FILE* stream = stderr) {
  const bool visible = detail::is_terminal(stream);
  return [title = std::move(title), stream, visible, shown = -1.0](const Progress& now) mutable {
    if (!visible || (!now.last && now.seconds - shown < 0.1)) return;
    shown = now.seconds;
    std::fputs(detail::fill("\r\x1b[2K{}{}", {detail::progress_text(title, now), now.last ? "\n" : ""}).c_str(),
               stream);
    std::fflush(stream);
  };
}

/// Writes `step,value,gradient_norm,seconds` to a file, a line every `every` steps and one for the last.
///
/// Throws: DataError if the file cannot be written, HyperparameterError if `every` is below 1.
inline Callback csv_log(const std::string& path, std::int64_t every = 1) {
  detail::check_positive("csv_log", "every", every);
  std::shared_ptr<std::FILE> file(std::fopen(path.c_str(), "w"), [](std::FILE* f) {
    if (f != nullptr) std::fclose(f);
  });
  if (!file) throw DataError(detail::fill("csv_log: {}: cannot be opened for writing", {path}));
  std::fputs("step,value,gradient_norm,seconds\n", file.get());
  return [file, every](const Progress& now) {
    if (!now.last && now.step % every != 0) return;
    const auto exact = [](double x) { return grove::detail::number(x, "{:.17g}"); };
    std::fputs(detail::fill("{},{},{},{}\n", {now.step, exact(now.value), exact(now.gradient_norm),
                                              grove::detail::number(now.seconds, "{:.6f}")})
                   .c_str(),
               file.get());
    if (now.last) std::fflush(file.get());
  };
}

}  // namespace grove::optim
