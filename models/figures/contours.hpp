// Level lines of a function of two variables.
#pragma once

#include <Eigen/Core>
#include <vector>

#include <fmt/format.h>

#include "../../autodiff/error.hpp"
#include "box.hpp"

namespace grove::models {

/// Level lines of a function of two variables, drawn under a panel's series: z(i, j) belongs to (x[j], y[i]). Values
/// that are not finite leave holes.
struct Contours {
  std::vector<double> x = {};  ///< of the columns of z
  std::vector<double> y = {};  ///< of the rows of z
  Eigen::MatrixXd z = {};      ///< heights, a row for each y
  int levels = 20;             ///< how many lines
};

/// Level lines of `f`, which takes an Eigen::Vector2d, from a grid of `steps`×`steps` points.
/// Throws: grove::ShapeError if there are fewer than 2 steps.
template <class F>
Contours contours_of(const F& f, const Box& box, int steps = 101, int levels = 20) {
  if (steps < 2) throw ShapeError(fmt::format("contours_of: needs at least 2 steps, got {}", steps));
  const Eigen::VectorXd x = Eigen::VectorXd::LinSpaced(steps, box.x_low, box.x_high);
  const Eigen::VectorXd y = Eigen::VectorXd::LinSpaced(steps, box.y_low, box.y_high);
  Contours result{{x.data(), x.data() + steps}, {y.data(), y.data() + steps}, Eigen::MatrixXd(steps, steps), levels};
  for (Eigen::Index i = 0; i < steps; ++i)
    for (Eigen::Index j = 0; j < steps; ++j) result.z(i, j) = f(Eigen::Vector2d(x[j], y[i]));
  return result;
}

}  // namespace grove::models
