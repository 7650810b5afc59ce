// Hares and lynx: a differential equation of Lotka and Volterra by 400 steps of Runge and Kutta, fitted to 21 years.
#pragma once

#include "steps.hpp"

namespace job {

template <class T = double>
struct Params {
  T birth, hunting, death, growth, hares, lynx;  // logarithms
};

struct Data {
  Eigen::ArrayXd hares, lynx;
};

const auto loss = [](const auto& p, const Data& data) {
  using T = grove::scalar_t<decltype(p)>;
  using State = std::array<T, 2>;
  const T birth = exp(p.birth), hunting = exp(p.hunting), death = exp(p.death), growth = exp(p.growth);
  const auto slope = [&](const State& z) {
    return State{(birth - hunting * z[1]) * z[0], (growth * z[0] - death) * z[1]};
  };
  const auto moved = [](const State& z, double h, const State& d) { return State{z[0] + h * d[0], z[1] + h * d[1]}; };
  constexpr int steps_a_year = 20;
  constexpr double h = 1.0 / steps_a_year;
  State z{exp(p.hares), exp(p.lynx)};
  T sum = 0;
  for (Eigen::Index year = 0; year < data.hares.size(); ++year) {
    sum += square(log(z[0] / data.hares[year])) + square(log(z[1] / data.lynx[year]));
    if (year + 1 == data.hares.size()) break;
    for (int i = 0; i < steps_a_year; ++i) {
      const State a = slope(z), b = slope(moved(z, h / 2, a)), c = slope(moved(z, h / 2, b)), d = slope(moved(z, h, c));
      for (std::size_t k = 0; k < 2; ++k) z[k] += h / 6 * (a[k] + 2 * b[k] + 2 * c[k] + d[k]);
    }
  }
  return sum;
};

inline Params<> train(const Params<>& start, const Data& data) {
  return adam_steps(loss, start, 200, 0.01, [&](int) { return std::tie(data); });
}
inline double final_loss(const Params<>& params, const Data& data) { return grove::evaluate(loss, params, data); }

}  // namespace job
