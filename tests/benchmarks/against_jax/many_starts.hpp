// A decay a·exp(-r·t) + c is fitted to 40 points from 64 starts at once.
#pragma once

#include <grove/autodiff.hpp>
#include <grove/optim.hpp>

namespace job {

template <class T = double>
struct Decay {
  T height, rate, ground;
};
template <class T = double>
using Params = Decay<Eigen::VectorX<T>>;  // an element for each start

struct Data {
  Eigen::VectorXd t, y;
};

const auto loss = [](const auto& p, const Eigen::VectorXd& t, const Eigen::VectorXd& y) {
  return grove::mean(grove::square(p.height * grove::exp(-p.rate * t.array()) + p.ground - y.array()));
};

inline Params<> train(Params<> params, const Data& data) {
  const auto optimizer = grove::optim::adam(0.02);
  auto state = optimizer.init(params);
  for (int i = 0; i < 500; ++i) {
    auto grads = grove::vmap(grove::grad(loss))(params, data.t, data.y);
    grove::optim::step(optimizer, grads, state, params);
  }
  return params;
}
inline double final_loss(const Params<>& params, const Data& data) {
  return grove::vmap(loss)(params, data.t, data.y).sum();
}

}  // namespace job
