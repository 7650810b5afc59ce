// The loss that `minimize` sees: of all data or of a batch, once or as a mean, evaluated no more often than need be.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "../../../autodiff/derivatives/grad.hpp"
#include "../../../autodiff/derivatives/hessian.hpp"
#include "../../../autodiff/derivatives/jacobian.hpp"
#include "../../../autodiff/tree/arithmetic.hpp"
#include "../../../autodiff/tree/make.hpp"
#include "../../numerics/detail/check.hpp"
#include "../../numerics/detail/math.hpp"
#include "../../numerics/detail/no_value.hpp"
#include "../batches.hpp"
#include "threaded_loss.hpp"

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

/// The value of `call()`; NaN, and the message kept, if it throws an Error that speaks of the numbers it was given, as
/// a Cholesky factor that does not exist. Errors of the program (shapes, structures, stale variables) go on, and lost
/// processes.
template <class Call>
double value_unless_thrown(std::string& message, const Call& call) {
  try {
    return call();
  } catch (const Error& error) {
    if (is_a_mistake(error)) throw;
    message = error.what();
  }
  return std::numeric_limits<double>::quiet_NaN();
}

/// The loss and its gradient: of all data, of the next batch, or the mean over several batches.
template <class Loss, class P, class... Args>
class Objective {
 public:
  Objective(const Loss& loss, const P& params, const auto& options, const Args&... args)
      : grads(tree::zeros_like(params)),
        loss_(loss),
        threaded_(loss, options, args...),
        args_(args...),
        accumulate_(options.accumulate) {
    if (options.batch_size > 0) {
      batches_.emplace(Sampling{options.batch_size, options.seed, options.shuffle, options.replacement, options.strata,
                                options.data_arguments},
                       args...);
    }
    if (accumulate_ > 1) part_ = grads;
  }

  P grads;
  double value = 0;
  std::int64_t evaluations = 0;
  bool epoch_ends = true;  ///< whether the last evaluation ended an epoch
  double epoch_mean = 0;   ///< mean loss of the last complete epoch; without batches, of the last evaluation
  std::string message;     ///< of the last error that the loss threw

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

  /// Sets `value` and `grads`. Where the last trial of a linesearch became the params, they are known. Where the loss
  /// throws the value is NaN.
  void evaluate(const P& params) {
    message.clear();
    if (trial_ && tree::equal(trial_->params, params)) {
      value = epoch_mean = trial_->value;
      grads = trial_->grads;
      return;
    }
    epoch_ends = !batches_;
    value = evaluate_part(params, grads);
    double size = part_size();
    for (std::int64_t i = 1; i < accumulate_; ++i) {
      const double next = evaluate_part(params, *part_);
      size += part_size();
      const double share = part_size() / size;
      value += share * (next - value);
      tree::for_each([&](auto&& mean, const auto& g) { mean += in_scalar_of(g, share) * (g - mean); }, grads, *part_);
    }
    if (!batches_) epoch_mean = value;
  }

  /// Whether to stop is one's own matter, unless the loss is shared with other processes: then they agree.
  bool agreed(bool mine) const {
    if constexpr (requires { loss_.agreed(mine); }) return loss_.agreed(mine);
    return mine;
  }

  /// The loss on all data; NaN where it throws. No evaluation where a linesearch ended.
  double value_at_end(const P& params) {
    if (trial_ && tree::equal(trial_->params, params)) return trial_->value;
    ++evaluations;
    return value_unless_thrown(message, [&] {
      return std::apply([&](const auto&... args) { return threaded_.value(threaded_.all(), params, args...); }, args_);
    });
  }

  /// The loss on all data with its gradient; NaN where it throws.
  double value_and_grad_on_all(const P& params, P& gradient) {
    ++evaluations;
    return value_unless_thrown(message, [&] {
      return std::apply(
          [&](const auto&... args) { return threaded_.value_and_grad(threaded_.all(), params, gradient, args...); },
          args_);
    });
  }

  /// The loss on all data, or on the current batch, for linesearches: infinite where it is not finite or throws.
  double value_at(const P& params) {
    ++evaluations;
    return finite_or_infinite(value_unless_thrown(message, [&] {
      return with_data([&](const auto&... args) { return threaded_.value(data(), params, args...); });
    }));
  }

  /// The same with gradient; remembered unless the next evaluation is of other data.
  double value_and_grad_at(const P& params, P& gradient) {
    ++evaluations;
    const double at = value_unless_thrown(message, [&] {
      return with_data(
          [&](const auto&... args) { return threaded_.value_and_grad(data(), params, gradient, args...); });
    });
    if (std::isnan(at)) tree::for_each([&](auto&& g) { g += in_scalar_of(g, at); }, gradient);
    if (!std::isfinite(at) || !tree::all_finite(gradient)) return std::numeric_limits<double>::infinity();
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

  /// The product of the Hessian with a tree, on all data or on the current batch; NaN where the loss throws.
  P hvp_at(const P& params, const P& tangents) {
    P product = tangents;
    const double thrown = value_unless_thrown(message, [&] {
      return with_data([&](const auto&... args) {
        product = grove::hvp(loss_)(params, tangents, args...);
        return 0.0;
      });
    });
    if (std::isnan(thrown)) tree::for_each([](auto&& x) { x += in_scalar_of(x, not_a_number); }, product);
    return product;
  }

  /// The Hessian; NaN where the loss throws.
  Eigen::MatrixXd hessian_at(const P& params) {
    const Eigen::Index n = tree::size(params);
    Eigen::MatrixXd hessian = Eigen::MatrixXd::Constant(n, n, not_a_number);
    value_unless_thrown(message, [&] {
      return with_data([&](const auto&... args) {
        hessian = grove::hessian(loss_)(params, args...).template cast<double>();
        return 0.0;
      });
    });
    return hessian;
  }

  /// The residuals of a loss that has some, and their Jacobian; NaN where the loss throws.
  void residuals_at(const P& params, Eigen::VectorXd& residuals, Eigen::MatrixXd& jacobian) {
    residuals.setConstant(1, not_a_number);
    jacobian.setConstant(1, tree::size(params), not_a_number);
    value_unless_thrown(message, [&] {
      return with_data([&](const auto&... args) {
        const auto both = grove::value_and_jacobian(loss_.residuals)(params, args...);
        residuals = tree::flatten(both.value).template cast<double>();
        jacobian = both.jacobian.template cast<double>();
        return 0.0;
      });
    });
  }

 private:
  static constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
  static double finite_or_infinite(double x) { return std::isfinite(x) ? x : std::numeric_limits<double>::infinity(); }

  template <class Call>
  double with_data(const Call& call) const {
    return batches_ ? batches_->apply(call) : std::apply(call, args_);
  }

  /// What `with_data` passes.
  DataId data() const {
    if (!batches_) return threaded_.all();
    return {batch_, static_cast<std::int64_t>(batches_->size())};
  }

  /// A loss that is shared with other processes knows how many examples they all had, and when they end an epoch.
  double part_size() const {
    if (!batches_) return 1;
    if constexpr (requires { loss_.examples(); }) return loss_.examples();
    return static_cast<double>(batches_->size());
  }
  bool ends_epoch() const {
    if constexpr (requires { loss_.first_says(true); }) return loss_.first_says(batches_->epoch_ends());
    return batches_->epoch_ends();
  }

  /// Batches whose loss is not finite do not count in the mean of an epoch.
  double evaluate_part(const P& params, P& gradient) {
    if (batches_) {
      batches_->advance();
      ++batch_;
    }
    ++evaluations;
    const double at = value_unless_thrown(message, [&] {
      return with_data(
          [&](const auto&... args) { return threaded_.value_and_grad(data(), params, gradient, args...); });
    });
    if (threaded_.is_to_check(at)) {
      std::string ignored;
      threaded_.check(value_unless_thrown(ignored, [&] {
        return with_data([&](const auto&... args) { return plain(grove::evaluate(loss_, params, args...)); });
      }));
    }
    if (batches_) {
      if (std::isfinite(at)) {
        epoch_sum_ += part_size() * at;
        epoch_size_ += part_size();
      }
      if (ends_epoch()) {
        epoch_mean = epoch_sum_ / epoch_size_;  // NaN if no batch was finite
        epoch_sum_ = epoch_size_ = 0;
        epoch_ends = true;
      }
    }
    return at;
  }

  const Loss& loss_;
  ThreadedLoss<Loss, P, Args...> threaded_;
  std::uint64_t batch_ = 0;
  std::tuple<const Args&...> args_;
  std::int64_t accumulate_;
  std::optional<P> part_;
  std::optional<typename ObjectiveMemory<P>::Trial> trial_;
  std::optional<Batches<Args...>> batches_;
  double epoch_sum_ = 0;
  double epoch_size_ = 0;
};

}  // namespace grove::optim::detail
