// The loop behind `minimize`.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "../../protocol/step.hpp"
#include "../minimize_options.hpp"
#include "../minimize_result.hpp"
#include "minimize_run.hpp"
#include "minimum_test.hpp"
#include "objective.hpp"
#include "stopping.hpp"

namespace grove::optim::detail {

/// One minimization.
template <class Loss, class P, class T, class... Args>
class Minimization {
 public:
  using State = std::decay_t<decltype(std::declval<const T&>().init(std::declval<const P&>()))>;

  Minimization(const Loss& loss, P params, const T& optimizer, const MinimizeOptions& options, const Args&... args)
      : optimizer_(optimizer),
        options_(options),
        objective_(loss, params, options, args...),
        run_{params, params,
             params, params,
             params, options.initial_state ? options.initial_state.template as<State>() : optimizer.init(params)},
        raw_grads_(objective_.grads) {
    options.measure.check("measure", type_id<P>());
    options.each.check("each", type_id<P>());
    for (const Callback& callback : options.callbacks) callback.check(type_id<P>(), type_id<State>());
  }

  /// `checkpoint` may put the run and the objective's memory back before the first step, and is shown them before each.
  template <class Checkpoint>
  MinimizeResult<P, State> run(const Checkpoint& checkpoint) {
    checkpoint.restore(run_, objective_);
    const Stopwatch watch(run_.seconds);
    Progress progress{.step = run_.step, .max_steps = options_.max_steps, .max_seconds = options_.max_seconds};
    while (!reason_) {
      run_.seconds = watch.seconds();
      checkpoint.keep(run_, objective_);
      look();
      if (!reason_ && run_.step < options_.max_steps) take_step();
      if (!reason_ && run_.step >= options_.max_steps) reason_ = StopReason::max_steps;
      progress.step = run_.step;
      progress.value = now_.value;
      progress.gradient_norm = now_.gradient_norm;
      progress.best_value = run_.best_value;
      if (!run_.measures.empty()) progress.measure = run_.measures.back();
      progress.seconds = watch.seconds();
      if (!reason_ && options_.max_seconds > 0 && objective_.agreed(progress.seconds >= options_.max_seconds))
        reason_ = StopReason::time;
      progress.last = reason_.has_value();
      tell(progress);
    }
    run_.seconds = watch.seconds();
    auto result = finish();
    result.seconds = watch.seconds();
    return result;
  }

 private:
  static constexpr double epsilon = static_cast<double>(std::numeric_limits<tree::scalar_t<P>>::epsilon());

  bool on_batches() const { return options_.batch_size > 0; }

  void tell(const Progress& progress) {
    bool asked = false;
    for (const Callback& callback : options_.callbacks)
      asked = callback(progress, Shown::of(run_.params), Shown::of(run_.state)) || asked;
    if (!reason_ && objective_.agreed(asked)) reason_ = StopReason::callback;
  }

  /// Evaluates the loss and its gradient, and judges them.
  void look() {
    objective_.evaluate(run_.params);
    now_ = {objective_.value, plain(tree::global_norm(objective_.grads))};
    const bool broken = !std::isfinite(now_.value) || !std::isfinite(now_.gradient_norm);
    if (!broken) {
      reason_ = gradient_reason(now_, run_.params, options_);
      if (!reason_ && objective_.epoch_ends) judge_epoch();
    } else {
      // Data that are the same again give the same again; a batch, or a whole epoch of them, may only be bad luck.
      const bool hopeless = on_batches() ? objective_.epoch_ends && std::isnan(objective_.epoch_mean) : run_.broken;
      if (hopeless || !tree::all_finite(run_.params)) give_up();
    }
    run_.broken = broken;
  }

  void give_up() {
    reason_ = objective_.message.empty() ? StopReason::non_finite : StopReason::loss_threw;
    message_ = objective_.message;
    run_.params = run_.good;
  }

  /// Judges the loss on all data, or its mean over an epoch.
  void judge_epoch() {
    const double value = objective_.epoch_mean;
    const bool moved = run_.step > 0 && (on_batches() || !tree::equal(run_.good, run_.params));
    if (moved) reason_ = value_reason(run_.last_value, value, options_);
    if (moved && !reason_) reason_ = params_reason(run_.good, run_.params, options_);
    if (reason_ && outlook(objective_.grads)
                       .is_plateau(worthwhile_gain(*reason_, value, options_), worthwhile_step(*reason_, options_))) {
      reason_ = StopReason::plateau;
    }
    run_.last_value = value;
    run_.best_value = std::min(run_.best_value, value);
    if (!options_.measure) {
      judge(value);
    } else if (run_.epochs % options_.measure_every == 0) {
      run_.measures.push_back(measure(run_.params));
      judge(run_.measures.back());
    }
    ++run_.epochs;
    if (!reason_) judge_standstill(value);
  }

  void judge(double score) {
    if (score < run_.best_score) {
      run_.best_score = score;
      if (options_.keep_best) run_.best = run_.params;
    }
    if (run_.patience.is_over(score, options_) && !reason_) reason_ = StopReason::no_improvement;
  }

  void judge_standstill(double value) {
    const Seen seen{value, on_batches() ? std::numeric_limits<double>::infinity() : now_.gradient_norm};
    const bool descending = run_.searching && !on_batches();
    const bool progress = run_.standstill.progress(seen, epsilon, descending);
    if (progress && !run_.standstill.is_long()) {
      if (descending) run_.level = run_.params;
      if (run_.step > 0) run_.fresh = false;
      if (descending && run_.crawl.is_noticed(value)) run_.forget = true;
    } else if (run_.standstill.is_due() || run_.standstill.is_long()) {
      const StopReason end = end_of_descent(objective_.grads, StopReason::plateau);
      if (end == StopReason::at_rounding) {
        reason_ = end;
      } else if (descending && (run_.fresh || run_.standstill.is_long())) {
        reason_ = StopReason::plateau;
      } else if (descending) {
        run_.forget = true;
        run_.standstill.start_over();
      } else {
        run_.standstill.wait();
      }
      if (reason_ && descending) run_.params = run_.level;
    }
  }

  /// The loss with its gradient on all data; `grads` is the gradient at the params.
  auto gradient_at(const P& grads) {
    return [this, &grads](const P& at, P& gradient) {
      if (on_batches() || !tree::equal(at, run_.params)) return objective_.value_and_grad_on_all(at, gradient);
      gradient = grads;
      return now_.value;
    };
  }

  /// What a step against the gradient would bring.
  Outlook outlook(const P& grads) { return look_ahead(run_.start, run_.params, epsilon, gradient_at(grads)); }

  /// The end of a descent that gets no further: `otherwise`, unless it is a minimum, or looks like one but is open.
  StopReason end_of_descent(const P& grads, StopReason otherwise) {
    if (at_bounds_) return StopReason::at_rounding;
    const Outlook ahead = outlook(grads);
    if (!ahead.is_minimum(epsilon))
      return ahead.is_flat(100 * epsilon * std::abs(now_.value)) ? StopReason::plateau : otherwise;
    return has_open_end(run_.start, run_.params, epsilon, gradient_at(grads)) ? StopReason::plateau
                                                                              : StopReason::at_rounding;
  }

  void take_step() {
    run_.values.push_back(now_.value);
    if (options_.each) run_.each_values.push_back(options_.each(Shown::of(run_.params)));
    if (options_.record_every > 0 && run_.step % options_.record_every == 0) run_.path.push_back(run_.params);
    if (run_.broken) {
      step_over();
    } else {
      run_.good = run_.params;
      step_down();
    }
    ++run_.step;
  }

  // What the optimizer asks for, and the loss can give. Of an optimizer that is chosen at run time only the run could
  // tell what it needs, so the loss is not made to give more than it can.
  static constexpr bool wants_hvp = [] {
    using Twice = Var<Dual<tree::scalar_t<P>, 1>>;
    if constexpr ((asks_for<T> & asks_for_hvp) == 0) {
      return false;
    } else if constexpr (is_erased<T>) {
      return std::is_invocable_r_v<Twice, const Loss&, grove::detail::rebind_t<P, Twice>, const Args&...>;
    } else {
      return true;
    }
  }();
  static constexpr bool wants_hessian = (asks_for<T> & asks_for_hessian) != 0;
  static constexpr bool wants_residuals = (asks_for<T> & asks_for_residuals) != 0 && requires(const Loss& loss) {
    loss.residuals;
  };

  template <bool Wanted, class Make>
  static auto slot_if(const Make& make) {
    if constexpr (Wanted) {
      return std::tuple(make());
    } else {
      return std::tuple<>();
    }
  }

  /// Returns whether a search was made, and whether it found no way down.
  std::pair<bool, bool> step_optimizer() {
    if constexpr (!is_elementwise<T>) raw_grads_ = objective_.grads;  // some link may ask for them
    const auto value_fn = [&](const P& at) { return objective_.value_at(at); };
    const auto value_and_grad_fn = [&](const P& at, P& gradient) { return objective_.value_and_grad_at(at, gradient); };
    SearchReport report{.forget = std::exchange(run_.forget, false)};
    if (report.forget) run_.fresh = true;
    // Generic, so that what no link asks for is not compiled.
    const auto hvp_fn = [&](const auto& at, const auto& tangents) { return objective_.hvp_at(at, tangents); };
    const auto hessian_fn = [&](const auto& at) { return objective_.hessian_at(at); };
    const auto residuals_fn = [&](const auto& at, auto& residuals, auto& jacobian) {
      objective_.residuals_at(at, residuals, jacobian);
    };
    const auto pass = [&](const auto&... more) {
      step_unguarded(optimizer_, objective_.grads, run_.state, run_.params,
                     Extra(with_value(objective_.value), with_grad(raw_grads_), with_value_fn(value_fn),
                           with_value_and_grad_fn(value_and_grad_fn), ReportTo{&report}, more...));
    };
    std::apply(pass, std::tuple_cat(slot_if<wants_hvp>([&] { return with_hvp_fn(hvp_fn); }),
                                    slot_if<wants_hessian>([&] { return with_hessian_fn(hessian_fn); }),
                                    slot_if<wants_residuals>([&] { return with_residuals_fn(residuals_fn); })));
    at_bounds_ = report.at_bounds;
    if (report.from_outside) {
      run_.level = run_.best = run_.params;
      run_.standstill = {};
      run_.best_value = run_.best_score = std::numeric_limits<double>::infinity();
    }
    const bool searched = report.searches > 0;
    return {searched, searched && (report.failures == report.searches || tree::equal(run_.good, run_.params))};
  }

  /// A step at a loss that is not finite: an optimizer that leaves out what is not finite is shown just that.
  void step_over() {
    const State before = run_.state;
    tree::for_each([](auto&& g) { g += in_scalar_of(g, std::numeric_limits<double>::quiet_NaN()); }, objective_.grads);
    objective_.value = std::numeric_limits<double>::quiet_NaN();
    const bool searched = step_optimizer().first;
    if (!searched && tree::all_finite(run_.params)) {
      ++run_.skipped;
    } else {
      run_.state = before;
      give_up();
    }
  }

  /// A step; a search that finds no way down is undone and made once more without memory.
  void step_down() {
    auto [searched, failed] = step_optimizer();
    if (failed) run_.params = run_.good;
    if (failed && !run_.fresh) {
      run_.forget = true;
      objective_.grads = raw_grads_;
      failed = step_optimizer().second;
      if (failed) run_.params = run_.good;
    }
    run_.searching = searched;
    if (!searched) return;
    run_.found = run_.found || !failed;
    if (!objective_.epoch_ends || std::exchange(run_.found, false)) return;
    reason_ = on_batches() ? StopReason::linesearch_failed : end_of_descent(raw_grads_, StopReason::linesearch_failed);
    if (!on_batches()) run_.params = run_.level;
  }

  double measure(const P& params) {
    std::string ignored;
    return value_unless_thrown(ignored, [&] { return options_.measure(Shown::of(params)); });
  }

  MinimizeResult<P, State> finish() {
    auto end = std::make_shared<const MinimizeEnd<P, State>>(MinimizeEnd<P, State>{run_, objective_.memory()});
    MinimizeResult<P, State> result{{.params = run_.params}, run_.state, std::move(end)};
    result.value = objective_.value_at_end(run_.params);
    result.values = std::move(run_.values);
    result.values.push_back(result.value);
    result.path = std::move(run_.path);
    if (options_.record_every > 0) result.path.push_back(run_.params);
    result.measures = std::move(run_.measures);
    result.each_values = std::move(run_.each_values);
    if (options_.each) result.each_values.push_back(options_.each(Shown::of(run_.params)));
    double score = result.value;
    if (options_.measure) result.measures.push_back(score = measure(run_.params));
    if (options_.keep_best && std::isfinite(run_.best_score) && !tree::equal(run_.best, run_.params)) {
      const double value = objective_.value_at_end(run_.best);
      // The mean of an epoch is not to be compared with the loss on all data.
      const double best = on_batches() && !options_.measure ? value : run_.best_score;
      if (!(score < best)) {
        result.params = run_.best;
        result.value = value;
      }
    }
    result.steps = run_.step;
    result.reason = *reason_;
    result.evaluations = objective_.evaluations;
    result.skipped = run_.skipped;
    result.message = std::move(message_);
    return result;
  }

  const T& optimizer_;
  const MinimizeOptions& options_;
  Objective<Loss, P, Args...> objective_;
  MinimizeRun<P, State> run_;
  P raw_grads_;
  Seen now_{0, 0};
  std::optional<StopReason> reason_;
  std::string message_;
  bool at_bounds_ = false;
};

}  // namespace grove::optim::detail
