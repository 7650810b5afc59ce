// V_wells, V_ack, V_ros, V_hess, V_lor: losses of one point at many points, by vmap and by a scalar loop over the
// points.
#pragma once

#include <Eigen/Dense>
#include <autodiff/autodiff.hpp>
#include <cmath>
#include <memory>
#include <numbers>
#include <utility>
#include <vector>

#include "../random_data.hpp"
#include "../rows.hpp"
#include "gaussian_wells_loss.hpp"
#include "landscapes_loss.hpp"
#include "lorenz_loss.hpp"

namespace benchmarks {

/// The sum of the values and all gradients, by `vmap(value_and_grad(loss))`.
template <class Loss, class Batch, class... Args>
Row vmap_row(std::string name, double target, Loss loss, const Batch& batch, const Args&... args) {
  const auto outcome = std::make_shared<Outcome<Batch>>();
  const auto compute = [=, &batch, &args...] {
    auto all = grove::vmap(grove::value_and_grad(loss))(batch, args...);
    outcome->value = all.value.sum();
    outcome->grads = std::move(all.grads);
  };
  return row(
      std::move(name), compute, [=] { return outcome->joined(); }, target);
}

/// The same one by one: behind a lambda vmap does not see what it could take together.
template <class Loss, class Batch, class... Args>
Row vmap_one_by_one_row(Loss loss, const Batch& batch, const Args&... args) {
  const auto outcome = std::make_shared<Outcome<Batch>>();
  const auto each = [g = grove::value_and_grad(loss)](const auto&... point) { return g(point...); };
  const auto compute = [=, &batch, &args...] {
    auto all = grove::vmap(each)(batch, args...);
    outcome->value = all.value.sum();
    outcome->grads = std::move(all.grads);
  };
  return row("grove, one by one", compute, [=] { return outcome->joined(); });
}

inline Workload wells_at_points() {
  struct Data {
    Wells wells;
    Point<Eigen::VectorXd> points;
  };
  Random random(3);
  Data made{random_wells(random), {}};
  made.points = {random.uniform_vector(500, -2, 2), random.uniform_vector(500, -2, 2)};
  const auto data = std::make_shared<const Data>(std::move(made));
  Workload workload{"V_wells", "gradients at 500 points among 8 Gaussian wells, from the loss of one point"};
  workload.data = data;
  workload.rows = {hand_row<Point<Eigen::VectorXd>>([&data = *data](auto& grads) {
                     const auto& [x, y] = data.points;
                     grads.x.resize(x.size());
                     grads.y.resize(x.size());
                     double sum = 0;
                     for (Eigen::Index i = 0; i < x.size(); ++i) {
                       Point<> grad;
                       sum += point_energy_by_hand({x[i], y[i]}, data.wells, grad);
                       grads.x[i] = grad.x;
                       grads.y[i] = grad.y;
                     }
                     return sum;
                   }),
                   vmap_row("grove, vmap", 0.5, point_energy, data->points, data->wells),
                   vmap_one_by_one_row(point_energy, data->points, data->wells)};
  return workload;
}

inline Position<Eigen::VectorXd> random_positions(Eigen::Index n) {
  Random random(5);
  return {random.uniform_vector(n, -3, 3), random.uniform_vector(n, -3, 3)};
}

inline Workload ackley_at_points() {
  const auto points = std::make_shared<const Position<Eigen::VectorXd>>(random_positions(10000));
  Workload workload{"V_ack", "gradients of Ackley's function at 10,000 points, from the loss of one point"};
  workload.data = points;
  workload.rows = {hand_row<Position<Eigen::VectorXd>>([&points = *points](auto& grads) {
                     const auto& [x, y] = points;
                     grads.x.resize(x.size());
                     grads.y.resize(x.size());
                     double sum = 0;
                     for (Eigen::Index i = 0; i < x.size(); ++i) {
                       Position<> grad;
                       sum += ackley_by_hand({x[i], y[i]}, grad);
                       grads.x[i] = grad.x;
                       grads.y[i] = grad.y;
                     }
                     return sum;
                   }),
                   vmap_row("grove, vmap", 0.6, ackley, *points), vmap_one_by_one_row(ackley, *points)};
  return workload;
}

inline Workload rosenbrock_at_points() {
  const Eigen::Index n = 10000, variables = 10;
  const auto points = std::make_shared<const Eigen::MatrixXd>(
      Random(4).uniform_vector(n * variables, -1.5, 1.5).reshaped(n, variables));
  Workload workload{"V_ros",
                    "gradients of Rosenbrock's function of 10 variables at 10,000 points, from the loss of one"};
  workload.data = points;
  workload.rows = {hand_row<Eigen::MatrixXd>(
                       [&points = *points, x = Eigen::ArrayXd(), grad = Eigen::ArrayXd()](auto& grads) mutable {
                         grads.resize(points.rows(), points.cols());
                         double sum = 0;
                         for (Eigen::Index i = 0; i < points.rows(); ++i) {
                           x = points.row(i).transpose();
                           sum += rosenbrock_by_hand(x, grad);
                           grads.row(i) = grad.transpose();
                         }
                         return sum;
                       }),
                   vmap_row("grove, vmap", 3, rosenbrock, *points), vmap_one_by_one_row(rosenbrock, *points)};
  return workload;
}

inline Eigen::Matrix2d ackley_hessian_by_hand(double x, double y) {
  constexpr double turn = 2 * std::numbers::pi;
  const double radius = std::sqrt(0.5 * (x * x + y * y)), hill = 20 * std::exp(-0.2 * radius);
  const double ripple = std::exp(0.5 * (std::cos(turn * x) + std::cos(turn * y)));
  const Eigen::Vector2d slope(x / (2 * radius), y / (2 * radius));  // of the radius
  const Eigen::Vector2d wave(-0.5 * turn * std::sin(turn * x), -0.5 * turn * std::sin(turn * y));
  const Eigen::Vector2d bend(-0.5 * turn * turn * std::cos(turn * x), -0.5 * turn * turn * std::cos(turn * y));
  Eigen::Matrix2d hessian = -(0.04 * hill + 0.2 * hill / radius) * slope * slope.transpose();
  hessian.diagonal().array() += 0.1 * hill / radius;
  hessian -= ripple * wave * wave.transpose();
  hessian.diagonal() -= ripple * bend;
  return hessian;
}

inline Workload hessians_at_points() {
  const auto points = std::make_shared<const Position<Eigen::VectorXd>>(random_positions(10000));
  Workload workload{"V_hess", "Hessians, 2×2, of Ackley's function at 10,000 points, from the loss of one point"};
  workload.data = points;
  const auto joined_all = [](const auto& all) {
    Eigen::VectorXd numbers(4 * static_cast<Eigen::Index>(all.size()));
    Eigen::Index i = 0;
    for (const auto& hessian : all) numbers.segment<4>(4 * i++) = Eigen::Matrix2d(hessian).reshaped();
    return numbers;
  };
  const auto by_hand = std::make_shared<std::vector<Eigen::Matrix2d>>();
  const auto hand = [=, &points = *points] {
    by_hand->resize(static_cast<std::size_t>(points.x.size()));
    for (Eigen::Index i = 0; i < points.x.size(); ++i)
      (*by_hand)[static_cast<std::size_t>(i)] = ackley_hessian_by_hand(points.x[i], points.y[i]);
  };
  const auto hessians = grove::vmap(grove::hessian(ackley));
  const auto by_vmap = std::make_shared<decltype(hessians(*points))>();
  workload.rows = {row("hand", hand, [=] { return joined_all(*by_hand); }),
                   row(
                       "grove, vmap", [=, &points = *points] { *by_vmap = hessians(points); },
                       [=] { return joined_all(*by_vmap); })};
  return workload;
}

inline Workload lorenz_at_points() {
  constexpr int steps = 7150;
  const Eigen::Index n = 256;
  Random random(6);
  const auto near = [&](double value) { return Eigen::VectorXd(random.uniform_vector(n, 0.9 * value, 1.1 * value)); };
  const auto points = std::make_shared<const Lorenz<Eigen::VectorXd>>(
      Lorenz<Eigen::VectorXd>{near(1), near(1.2), near(20), near(10), near(28), near(8.0 / 3)});
  Workload workload{"V_lor",
                    "Lorenz system, 7150 steps, gradients by 6 inputs at 256 points, from the loss of one point"};
  workload.data = points;
  workload.rows = {
      hand_row<Lorenz<Eigen::VectorXd>>(
          [&points = *points, by_hand = LorenzByHand{std::vector<std::array<double, 3>>(steps)}](auto& grads) mutable {
            grads = points;
            double sum = 0;
            for (Eigen::Index i = 0; i < points.x.size(); ++i) {
              const auto& [x, y, z, sigma, rho, beta] = points;
              Lorenz<> grad;
              sum += by_hand({x[i], y[i], z[i], sigma[i], rho[i], beta[i]}, grad);
              grads.x[i] = grad.x;
              grads.y[i] = grad.y;
              grads.z[i] = grad.z;
              grads.sigma[i] = grad.sigma;
              grads.rho[i] = grad.rho;
              grads.beta[i] = grad.beta;
            }
            return sum;
          }),
      vmap_row("grove, vmap", 0.8, lorenz_after<steps>, *points)};
  return workload;
}

inline std::vector<Workload> workloads() {
  return {wells_at_points(), ackley_at_points(), rosenbrock_at_points(), hessians_at_points(), lorenz_at_points()};
}

}  // namespace benchmarks
