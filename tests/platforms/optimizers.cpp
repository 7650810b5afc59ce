// Optimizers: a step by hand, a chain with a schedule, and what an option out of range says.
#include <autodiff/derivatives/grad.hpp>
#include <autodiff/operations/operations.hpp>
#include <optim/optimizers/adam.hpp>
#include <optim/optimizers/sgd.hpp>
#include <optim/protocol/chain.hpp>
#include <optim/protocol/step.hpp>
#include <optim/schedules/schedule.hpp>
#include <optim/transforms/clip.hpp>

#include "smoke.hpp"

int main() {
  namespace optim = grove::optim;
  const auto loss = [](const auto& p) { return grove::sum(grove::square(p.array() - 2)); };
  Eigen::VectorXd params = Eigen::Vector3d(5, -1, 0);
  const auto first = optim::adam(0.1);
  auto state = first.init(params);
  optim::step(first, grove::grad(loss)(params), state, params);
  smoke::expect("the first step of adam is the rate", (params - Eigen::Vector3d(4.9, -0.9, 0.1)).norm() < 1e-7);

  const auto chained = optim::chain(optim::clip_by_global_norm(1.0),
                                    optim::sgd(optim::exponential_decay(0.1, 100, 0.5), {.momentum = 0.9}));
  auto chained_state = chained.init(params);
  for (int k = 0; k < 500; ++k) optim::step(chained, grove::grad(loss)(params), chained_state, params);
  smoke::expect("a chain arrives", (params.array() - 2).matrix().norm() < 1e-3);
  smoke::expect("an option out of range",
                smoke::throws<grove::HyperparameterError>([] { optim::adam(0.1, {.b1 = 1.5}); }, "b1"));
  return smoke::failures;
}
