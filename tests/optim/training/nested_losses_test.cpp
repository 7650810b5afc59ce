// Training on losses that contain derivatives, or optimizer steps on gradients. (case nested-with-captured-parameters)
#include <cmath>

#include "autodiff/autodiff.hpp"
#include "autodiff/gradcheck/gradcheck.hpp"
#include "optim/optimizers/adam.hpp"
#include "optim/optimizers/lbfgs.hpp"
#include "optim/optimizers/sgd.hpp"
#include "optim/protocol/step.hpp"
#include "optim/training/minimize.hpp"
#include "tests/catch.hpp"

using Eigen::VectorXd;
using namespace grove::optim;

namespace {

template <class T = double>
struct Network {
  grove::Vector<T> weight, bias, out;

  auto operator()(const auto& t) const {
    return grove::sum(out.array() * grove::tanh(weight.array() * t + bias.array()));
  }
};

}  // namespace

TEST_CASE("nested losses: a network that solves u'' + 4u = 0, u(0) = 1, u'(0) = 0") {
  const auto loss = [](const auto& u) {
    using T = grove::scalar_t<decltype(u)>;
    const auto slope = [&](const auto& t) { return grove::jvp(u)(t, 1.0).tangent; };
    T sum = grove::square(u(T(0.0)) - 1.0) + grove::square(slope(T(0.0)));
    for (int k = 0; k <= 8; ++k) {
      const T t = 0.125 * k;
      sum += grove::square(grove::jvp(slope)(t, 1.0).tangent + 4.0 * u(t));
    }
    return sum;
  };
  const Network<> start{VectorXd{{1.0, -1.4, 1.8, 0.6, -2.0}}, VectorXd{{0.3, 0.8, -0.9, -0.4, 1.1}},
                        VectorXd{{0.5, -0.3, 0.4, 0.2, 0.3}}};
  const auto fit = minimize(loss, start, lbfgs(), {.max_steps = 150, .gradient_tolerance = 1e-6});
  double worst = 0;
  for (double t = 0; t <= 1; t += 0.05) worst = std::max(worst, std::abs(fit.params(t) - std::cos(2 * t)));
  CHECK(worst < 1e-2);
}

TEST_CASE("nested losses: through optimizer steps on gradients taken inside the loss") {
  const auto train = [](const auto& w) {
    return grove::sum(grove::square(grove::square(w.array()))) + grove::square(grove::sum(w) - 1.0);
  };
  const auto check = [&](const auto& make) {
    const auto meta = [&](const auto& p) {
      grove::Vector<grove::scalar_t<decltype(p)>> w = p.tail(2);
      const auto optimizer = make(p[0]);
      auto state = optimizer.init(w);
      for (int k = 0; k < 2; ++k) step(optimizer, grove::grad(train)(w), state, w);
      return grove::squared_norm(w);
    };
    CHECK_NOTHROW(grove::gradcheck(meta, VectorXd{{0.1, 0.8, -0.6}}));
  };
  check([](const auto& rate) { return sgd(rate, {.momentum = 0.9}); });
  check([](const auto& rate) { return adam(rate); });
}
