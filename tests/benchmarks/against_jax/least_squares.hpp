// Three peaks on a ground are fitted to 1000 points by a trust region.
#pragma once

#include <grove/autodiff.hpp>
#include <grove/optim.hpp>

namespace job {

template <class T = double>
struct Params {
  grove::Array<T> heights, places, widths;
  T ground;
};

struct Data {
  Eigen::ArrayXd x, y;
};

const auto residuals = [](const auto& p, const Data& data) {
  using T = grove::scalar_t<decltype(p)>;
  grove::Array<T> sum = p.ground - data.y;
  for (Eigen::Index k = 0; k < p.heights.size(); ++k)
    sum += p.heights[k] * grove::exp(-0.5 * grove::square((data.x - p.places[k]) / p.widths[k]));
  return sum;
};

inline Params<> train(const Params<>& start, const Data& data) {
  return grove::optim::least_squares(residuals, start, {}, data).params;
}
inline double final_loss(const Params<>& params, const Data& data) {
  return grove::value_of(grove::sum(grove::square(residuals(params, data))));
}

}  // namespace job
