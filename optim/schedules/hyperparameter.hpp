// Hyperparameters: numbers, or functions of the step count.
#pragma once

#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>

#include "../numerics/detail/check.hpp"

namespace grove::optim {

/// A function of the step count, which is 0 at the first step. Any callable will do where a schedule is wanted.
using Schedule = std::function<double(std::int64_t)>;

/// A learning rate that changes with the step count.
template <class T>
concept ScheduleLike = std::is_invocable_v<const T&, std::int64_t>;

/// The scalar of hyperparameters that accompany a learning rate: its own type if it is an active scalar, else double.
template <class LearningRate>
struct HyperparameterScalar {
  /// The scalar.
  using type = LearningRate;
};
/// Schedules count in double.
template <ScheduleLike F>
struct HyperparameterScalar<F> {
  /// The scalar.
  using type = double;
};
/// Whole numbers count as double.
template <class N>
requires std::is_arithmetic_v<N>
struct HyperparameterScalar<N> {
  /// The scalar.
  using type = double;
};
/// See HyperparameterScalar.
template <class LearningRate>
using real_t = typename HyperparameterScalar<LearningRate>::type;

/// A number or a schedule, for hyperparameters that may be either. `Real` may be an active scalar.
template <class Real = double>
class ScalarOrSchedule {
 public:
  /// A number that stays.
  ScalarOrSchedule(Real value = Real(0)) : value_(std::move(value)) {}

  /// A number for each step, counted from 0.
  template <class F>
  requires std::is_invocable_v<const F&, std::int64_t> ScalarOrSchedule(F schedule) : schedule_(std::move(schedule)) {
    detail::check_given("ScalarOrSchedule", "the schedule", schedule_);
  }

  /// The value at this step count. Throws: HyperparameterError if a schedule returns what is not finite.
  Real operator()(std::int64_t count) const {
    return schedule_ ? detail::checked_of_schedule(schedule_(count), count) : value_;
  }

  /// Whether it depends on the step.
  bool is_schedule() const { return static_cast<bool>(schedule_); }

 private:
  Real value_ = Real(0);
  std::function<Real(std::int64_t)> schedule_;
};

}  // namespace grove::optim
