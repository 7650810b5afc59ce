// expect: a callback of minimize takes
#include <Eigen/Core>

#include "optim/optimizers/sgd.hpp"
#include "optim/training/minimize.hpp"

int main() {
  const auto loss = [](const auto& x) { return x * x; };
#ifdef GROVE_FIXED
  const auto watch = [](const grove::optim::Progress&, const double&) {};
#else
  const auto watch = [](const grove::optim::Progress&, const auto&) {};
#endif
  return static_cast<int>(grove::optim::minimize(loss, 1.0, grove::optim::sgd(0.1), {.callbacks = {watch}}).steps);
}
