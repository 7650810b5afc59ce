// The loss of every regression here.
#pragma once

#include "../autodiff/autodiff.hpp"

namespace grove::models {

/// mean((model(x) - y)²), for any model with a call operator; the parameters to differentiate by are the model itself.
///
///   auto [value, grads] = grove::value_and_grad(mean_squared_error)(LinearRegression<>{…}, x, y);
///
/// Throws: grove::ShapeError unless there is a target for each prediction.
inline constexpr auto mean_squared_error = [](const auto& model, const auto& x, const auto& y) {
  const auto predictions = model(x);
  grove::detail::check_same_shape("mean_squared_error", predictions.rows(), predictions.cols(), y.rows(), y.cols());
  return mean(square(predictions.array() - y.array()));
};

}  // namespace grove::models
