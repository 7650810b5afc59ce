// So many steps of adam: the loop that a user writes.
#pragma once

#include <grove/autodiff.hpp>
#include <grove/optim.hpp>

namespace job {

/// `arguments(i)` is the tuple of the arguments of step i that follow the params.
template <class Loss, class P, class Arguments>
P adam_steps(const Loss& loss, P params, int steps, double rate, const Arguments& arguments) {
  const auto optimizer = grove::optim::adam(rate);
  auto state = optimizer.init(params);
  P grads = params;
  double value = 0;
  for (int i = 0; i < steps; ++i) {
    std::apply([&](const auto&... args) { grove::value_and_grad_into(loss, params, value, grads, args...); },
               arguments(i));
    grove::optim::step(optimizer, grads, state, params);
  }
  return params;
}

}  // namespace job
