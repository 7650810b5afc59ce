// The problem of the examples beside: how high a decay begins, and how fast it is.
#pragma once

#include <Eigen/Core>

#include <grove/autodiff.hpp>

template <class T = double>
struct Decay {
  T height, rate;
};

struct Measured {
  Eigen::ArrayXd time = Eigen::ArrayXd::LinSpaced(20, 0, 3);
  Eigen::ArrayXd value = 2.5 * (-1.3 * time).exp();
};

inline const auto squares = [](const auto& p, const Measured& data) {
  return grove::sum(grove::square(p.height * exp(-p.rate * data.time) - data.value));
};

inline bool is_right(const Decay<>& p) { return std::abs(p.height - 2.5) < 1e-4 && std::abs(p.rate - 1.3) < 1e-4; }
