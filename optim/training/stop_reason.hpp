// Why minimizations end.
#pragma once

#include <string_view>

namespace grove::optim {

/// Why a minimization ended.
enum class StopReason {
  max_steps,
  gradient_tolerance,
  value_tolerance,
  no_improvement,
  linesearch_failed,
  non_finite,
  callback,
  time,
  params_tolerance,
  at_rounding,
  plateau,
  loss_threw
};

/// The reason in words.
constexpr std::string_view to_string(StopReason reason) {
  switch (reason) {
    case StopReason::max_steps:
      return "the maximum number of steps was reached";
    case StopReason::gradient_tolerance:
      return "the gradient is small enough";
    case StopReason::value_tolerance:
      return "the loss hardly changes any more";
    case StopReason::no_improvement:
      return "the loss did not improve for a while";
    case StopReason::linesearch_failed:
      return "the linesearch found no step that lowers the loss";
    case StopReason::non_finite:
      return "the loss or its gradient is not finite";
    case StopReason::callback:
      return "a callback asked to stop";
    case StopReason::time:
      return "the time is over";
    case StopReason::params_tolerance:
      return "the params hardly change any more";
    case StopReason::at_rounding:
      return "a minimum to within rounding";
    case StopReason::plateau:
      return "the loss hardly changes any more, but this is no minimum";
    case StopReason::loss_threw:
      return "the loss threw an error";
  }
  return "";
}

/// Whether this is the end of a minimization that found what it was asked for.
constexpr bool is_convergence(StopReason reason) {
  return reason == StopReason::gradient_tolerance || reason == StopReason::value_tolerance ||
         reason == StopReason::params_tolerance || reason == StopReason::at_rounding;
}

}  // namespace grove::optim
