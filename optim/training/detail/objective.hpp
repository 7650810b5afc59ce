// The loss that `minimize` sees: of all data or of a batch, once or as a mean, evaluated no more often than need be.
#pragma once

#include <cstdint>
#include <optional>
#include <tuple>
#include <utility>

#include "autodiff/derivatives/grad.hpp"
#include "optim/numerics/detail/check.hpp"
#include "optim/numerics/detail/math.hpp"
#include "optim/training/batches.hpp"

namespace grove::optim::detail {

/// What an objective remembers between two steps, as a tree.
template <class P>
struct ObjectiveMemory {
  /// The last trial of a linesearch.
  struct Trial {
    P params;
    double value;
    P grads;
  };
  std::int64_t evaluations = 0;
  bool epoch_ends = true;
  double epoch_mean = 0;
  double epoch_sum = 0;
  double epoch_size = 0;
  std::optional<Trial> trial = {};
  BatchPlace batches = {};
};

/// The loss and its gradient: of all data, of the next batch, or the mean over several batches.
template <class Loss, class P, class... Args>
class Objective {
 public:
  Objective(const Loss& loss, const P& params, const auto& options, const Args&... args)
      : grads(tree::zeros_like(params)), loss_(loss), args_(args...), accumulate_(options.accumulate) {
    if (options.batch_size > 0) batches_.emplace(options.batch_size, options.seed, options.shuffle, args...);
    if (accumulate_ > 1) part_ = grads;
  }

  P grads;
  double value = 0;
  std::int64_t evaluations = 0;
  bool epoch_ends = true;  ///< whether the last evaluation ended an epoch
  double epoch_mean = 0;   ///< mean loss of the last complete epoch; without batches, of the last evaluation

  ObjectiveMemory<P> memory() const {
    return {evaluations,
            epoch_ends,
            epoch_mean,
            epoch_sum_,
            epoch_size_,
            trial_,
            batches_ ? batches_->place() : BatchPlace{}};
  }
  void remember(ObjectiveMemory<P> memory) {
    if (batches_) batches_->go_to(memory.batches);
    evaluations = memory.evaluations;
    epoch_ends = memory.epoch_ends;
    epoch_mean = memory.epoch_mean;
    epoch_sum_ = memory.epoch_sum;
    epoch_size_ = memory.epoch_size;
    trial_ = std::move(memory.trial);
  }

  /// Sets `value` and `grads`. Where the last trial of a linesearch became the params, they are known.
  void evaluate(const P& params) {
    if (trial_ && tree::equal(trial_->params, params)) {
      value = epoch_mean = trial_->value;
      grads = trial_->grads;
      return;
    }
    epoch_ends = !batches_;
    if (accumulate_ == 1) {
      value = evaluate_part(params, grads);
    } else {
      const double share = 1.0 / static_cast<double>(accumulate_);
      value = share * evaluate_part(params, grads);
      tree::for_each([&](auto&& g) { g = in_scalar_of(g, share) * g; }, grads);
      for (std::int64_t i = 1; i < accumulate_; ++i) {
        value += share * evaluate_part(params, *part_);
        tree::for_each([&](auto&& sum, const auto& g) { sum += in_scalar_of(g, share) * g; }, grads, *part_);
      }
    }
    if (!batches_) epoch_mean = value;
  }

  /// The loss on all data. No evaluation where a linesearch ended.
  double value_at_end(const P& params) {
    if (trial_ && tree::equal(trial_->params, params)) return trial_->value;
    ++evaluations;
    return value_on_all(params);
  }

  /// The loss on all data, or on the current batch.
  double value_at(const P& params) const {
    if (batches_)
      return batches_->apply([&](const auto&... batch) { return plain(grove::evaluate(loss_, params, batch...)); });
    return value_on_all(params);
  }

  /// The same with gradient, for linesearches; remembered unless the next evaluation is of other data.
  double value_and_grad_at(const P& params, P& gradient) {
    const double at = differentiate(params, gradient);
    if (batches_ || accumulate_ > 1) return at;
    if (trial_) {
      trial_->params = params;
      trial_->value = at;
      trial_->grads = gradient;
    } else {
      trial_.emplace(typename ObjectiveMemory<P>::Trial{params, at, gradient});
    }
    return at;
  }

 private:
  double value_on_all(const P& params) const {
    return std::apply([&](const auto&... args) { return plain(grove::evaluate(loss_, params, args...)); }, args_);
  }

  double differentiate(const P& params, P& gradient) const {
    double at = 0;
    const auto call = [&](const auto&... args) { grove::value_and_grad_into(loss_, params, at, gradient, args...); };
    if (batches_) {
      batches_->apply(call);
    } else {
      std::apply(call, args_);
    }
    return at;
  }

  double evaluate_part(const P& params, P& gradient) {
    if (batches_) batches_->advance();
    ++evaluations;
    const double at = differentiate(params, gradient);
    if (batches_) {
      const auto size = static_cast<double>(batches_->size());
      epoch_sum_ += size * at;
      epoch_size_ += size;
      if (batches_->epoch_ends()) {
        epoch_mean = epoch_sum_ / epoch_size_;
        epoch_sum_ = epoch_size_ = 0;
        epoch_ends = true;
      }
    }
    return at;
  }

  const Loss& loss_;
  std::tuple<const Args&...> args_;
  std::int64_t accumulate_;
  std::optional<P> part_;
  std::optional<typename ObjectiveMemory<P>::Trial> trial_;
  std::optional<Batches<Args...>> batches_;
  double epoch_sum_ = 0;
  double epoch_size_ = 0;
};

}  // namespace grove::optim::detail
