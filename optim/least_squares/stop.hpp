// Why least_squares ended.
#pragma once

#include <string_view>

namespace grove::optim {

/// Why `least_squares` ended. The first four mean that a minimum was found.
enum class LeastSquaresStop {
  gradient_tolerance,
  step_tolerance,
  cost_tolerance,
  at_rounding,
  max_steps,
  no_progress,
  plateau,
  bad_start
};

/// The reason in words.
constexpr std::string_view to_string(LeastSquaresStop reason) {
  switch (reason) {
    case LeastSquaresStop::gradient_tolerance:
      return "the residuals are orthogonal to every column of the Jacobian";
    case LeastSquaresStop::step_tolerance:
      return "a whole step hardly changes the params any more";
    case LeastSquaresStop::cost_tolerance:
      return "a step hardly lowers the cost any more";
    case LeastSquaresStop::at_rounding:
      return "what a step could gain is less than rounding";
    case LeastSquaresStop::max_steps:
      return "the maximum number of steps was reached";
    case LeastSquaresStop::no_progress:
      return "no step lowers the cost, although the model promises it; the residuals may jump or their derivatives be "
             "wrong";
    case LeastSquaresStop::plateau:
      return "the residuals no longer depend on a param: it has run away, far from the data";
    case LeastSquaresStop::bad_start:
      return "there are no finite residuals or derivatives at the start";
  }
  return "";
}

}  // namespace grove::optim
