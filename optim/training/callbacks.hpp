// What `minimize` reports after each step, what may listen, and a CSV log.
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "../../autodiff/error.hpp"
#include "../numerics/detail/check.hpp"
#include "detail/shown.hpp"

namespace grove::optim {

/// Where a minimization stands after a step.
struct Progress {
  std::int64_t step = 0;            ///< steps done, so 1 after the first
  std::int64_t max_steps = 0;       ///< steps at most
  double value = 0;                 ///< loss before the step; with batches, of the batch
  double gradient_norm = 0;         ///< norm of the gradient there, over the whole tree
  double seconds = 0;               ///< since the start
  double best_value = 0;            ///< smallest loss so far; with batches, smallest mean of an epoch
  bool last = false;                ///< whether the minimization ends here
  double max_seconds = 0;           ///< the time it may take; 0 if that is not limited
  std::optional<double> measure{};  ///< what `MinimizeOptions::measure` gave last
};

/// Called after each step; if it returns true, the minimization stops. Any callable that takes a `const Progress&` will
/// do, and one that also takes the params after the step, or these and the optimizer's state:
///
///   [](const Progress& now, const Line<>& params) { … }
///   [](const Progress& now, const Line<>& params, const State& state) { … }    // State =
///   decltype(adam(0.1).init(params))
///
/// The types of params and state must be spelt out, not `auto`. Throws: HyperparameterError if they are not those of
/// the minimization, when it begins, and for an empty function.
class Callback {
 public:
  /// Takes a function of the progress, and, if it wants to, of params and state.
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, Callback>) Callback(F f) {
    detail::check_given("minimize", "a callback", f);
    if constexpr (std::is_invocable_v<F&, const Progress&>) {
      call_ = [f = std::move(f)](const Progress& now, const detail::Shown&, const detail::Shown&) mutable {
        return said([&] { return f(now); });
      };
    } else if constexpr (detail::HasOneSignature<F>) {
      watch(std::move(f), static_cast<detail::arguments_of_t<F>*>(nullptr));
    } else {
      static_assert(
          std::is_invocable_v<F&, const Progress&>,
          "a callback of minimize takes (const Progress&), (const Progress&, const Params&) or (const Progress&, const "
          "Params&, const State&), with the types of params and state spelt out instead of auto");
    }
  }

  /// Calls it; true if it wants to stop.
  bool operator()(const Progress& now, const detail::Shown& params, const detail::Shown& state) const {
    return call_(now, params, state);
  }

  /// Throws unless these are what it takes.
  void check(const detail::TypeId& params, const detail::TypeId& state) const {
    if (params_) detail::check_shown("a callback", "the params", *params_, params);
    if (state_) detail::check_shown("a callback", "the optimizer's state", *state_, state);
  }

 private:
  template <class F, class... A>
  void watch(F f, std::tuple<A...>*) {
    static_assert(sizeof...(A) == 2 || sizeof...(A) == 3,
                  "a callback of minimize takes a Progress, or a Progress and the params, or a Progress, the params "
                  "and the optimizer's state");
    if constexpr (sizeof...(A) == 2 || sizeof...(A) == 3) watch_these<F, A...>(std::move(f));
  }
  template <class F, class Now, class P, class... State>
  void watch_these(F f) {
    static_assert(
        std::is_same_v<Now, Progress> && std::is_invocable_v<F&, const Progress&, const P&, const State&...>,
        "a callback of minimize takes a const Progress& first, and params and state by const reference or by value");
    params_ = detail::type_id<P>();
    (state_.emplace(detail::type_id<State>()), ...);
    call_ = [f = std::move(f)](const Progress& now, const detail::Shown& params, const detail::Shown& state) mutable {
      return said([&] { return f(now, params.as<P>(), state.as<State>()...); });
    };
  }

  /// What a callback returns, if it is an answer.
  template <class Call>
  static bool said(const Call& call) {
    if constexpr (std::is_convertible_v<decltype(call()), bool>) {
      return call();
    } else {
      call();
      return false;
    }
  }

  std::function<bool(const Progress&, const detail::Shown&, const detail::Shown&)> call_;
  std::optional<detail::TypeId> params_{};
  std::optional<detail::TypeId> state_{};
};

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
