// What a minimization is judged by, if not by its loss, and what is recorded besides.
#pragma once

#include <Eigen/Core>
#include <tuple>

#include "../../autodiff/derivatives/grad.hpp"
#include "../numerics/detail/check.hpp"
#include "detail/of_params.hpp"

namespace grove::optim {

/// A number for the params, the smaller the better: any callable from params of a type that is spelt out.
///
///   {.measure = [&](const Line<>& params) { return error_rate(params, x_held_out, y_held_out); }}
using Measure = detail::OfParams<double>;

/// A number for each start where the params are a batch of starts.
using MeasureEach = detail::OfParams<Eigen::ArrayXd>;

/// The loss of held-out data as a measure, for params of type P; keeps a copy of both.
///
///   minimize(loss, params, adam(0.1),
///            {.patience = 20, .keep_best = true, .measure = held_out<Line<>>(loss, x_val, y_val)}, x, y);
template <class P, class Loss, class... Args>
Measure held_out(const Loss& loss, const Args&... args) {
  return [loss, data = std::tuple<Args...>(args...)](const P& params) {
    return std::apply([&](const auto&... x) { return detail::plain(grove::evaluate(loss, params, x...)); }, data);
  };
}

/// The losses of a batch of starts, to be recorded: `losses(params, args...)` is an array, whose sum is minimized.
///
///   const auto losses = [](const auto& p) { return square(p.col(0).array()) - cos(3 * p.col(1).array()); };
///   const auto total = [&](const auto& p) { return sum(losses(p)); };
///   auto fit = minimize(total, starts, sgd(0.1), {.each = values_of_each<Eigen::MatrixXd>(losses)});
template <class P, class Losses, class... Args>
MeasureEach values_of_each(const Losses& losses, const Args&... args) {
  return [losses, data = std::tuple<Args...>(args...)](const P& params) -> Eigen::ArrayXd {
    return std::apply(
        [&](const auto&... x) -> Eigen::ArrayXd {
          const auto values = grove::evaluate(losses, params, x...);
          return Eigen::Map<const Eigen::Array<typename decltype(values)::Scalar, Eigen::Dynamic, 1>>(values.data(),
                                                                                                      values.size())
              .template cast<double>();
        },
        data);
  };
}

}  // namespace grove::optim
