// The loss of every regression here.
#pragma once

#include <autodiff/autodiff.hpp>

namespace grove::models {

/// mean((model(x) - y)²), for any model with a call operator; the parameters to differentiate by are the model itself.
///
///   auto [value, grads] = grove::value_and_grad(mean_squared_error)(LinearRegression<>{…}, x, y);
inline constexpr auto mean_squared_error = [](const auto& model, const auto& x, const auto& y) {
  return mean(square(model(x).array() - y.array()));
};

}  // namespace grove::models
