// D1, D500: the energy of points among eight Gaussian wells in the plane.
#pragma once

#include <Eigen/Dense>
#include <autodiff/autodiff.hpp>
#include <memory>

#include "../peers.hpp"
#include "../random_data.hpp"
#include "../rows.hpp"
#include "gaussian_wells_loss.hpp"

namespace benchmarks {

template <class T = double>
struct Cloud {
  grove::Array<T> x, y;
};

/// The same wells, by columns.
struct WellColumns {
  Eigen::ArrayXd x, y, depth, sharpness;
};

inline WellColumns columns_of(const Wells& wells) {
  const auto column = [&](double Well::*member) {
    Eigen::ArrayXd numbers(8);
    for (std::size_t k = 0; k < 8; ++k) numbers[static_cast<Eigen::Index>(k)] = wells[k].*member;
    return numbers;
  };
  return {column(&Well::x), column(&Well::y), column(&Well::depth), column(&Well::sharpness)};
}

/// Energy of one point, all wells at once.
inline const auto point_energy_by_columns = [](const auto& p, const WellColumns& wells) {
  return -grove::sum(wells.depth *
                     grove::exp(-wells.sharpness * (grove::square(p.x - wells.x) + grove::square(p.y - wells.y))));
};

/// Energy of a cloud, a scalar loop over points and wells.
inline const auto cloud_energy_by_points = [](const auto& p, const Wells& wells) {
  using T = grove::scalar_t<decltype(p)>;
  T energy = 0.0;
  for (Eigen::Index i = 0; i < p.x.size(); ++i) energy += point_energy(Point<T>{p.x[i], p.y[i]}, wells);
  return energy;
};

/// Energy of a cloud, one array expression a well.
inline const auto cloud_energy = [](const auto& p, const Wells& wells) {
  grove::scalar_t<decltype(p)> energy = 0.0;
  for (const Well& well : wells)
    energy -= well.depth *
              grove::sum(grove::exp(-well.sharpness * (grove::square(p.x - well.x) + grove::square(p.y - well.y))));
  return energy;
};

struct WellsData {
  Wells wells;
  Cloud<> cloud;
  Point<> point;
  WellColumns columns;

  explicit WellsData(Eigen::Index points) {
    Random random(3);
    wells = random_wells(random);
    columns = columns_of(wells);
    cloud = {random.uniform_vector(points, -2, 2), random.uniform_vector(points, -2, 2)};
    point = {cloud.x[0], cloud.y[0]};
  }
};

inline double cloud_energy_by_hand(const Cloud<>& p, const Wells& wells, Cloud<>& grads) {
  grads.x.resize(p.x.size());
  grads.y.resize(p.y.size());
  double energy = 0;
  for (Eigen::Index i = 0; i < p.x.size(); ++i) {
    Point<> grad;
    energy += point_energy_by_hand({p.x[i], p.y[i]}, wells, grad);
    grads.x[i] = grad.x;
    grads.y[i] = grad.y;
  }
  return energy;
}

inline Workload one_point() {
  const auto data = std::make_shared<const WellsData>(1);
  Workload workload{"D1", "8 Gaussian wells in the plane, 1 point: 2 inputs, 8 exp", 8 * 9};
  workload.data = data;
  workload.rows = {
      primal_row("primal", point_energy, data->point, data->wells),
      hand_row<Point<>>([&data = *data](auto& grads) { return point_energy_by_hand(data.point, data.wells, grads); }),
      grove_row("grove", 2.2, point_energy, data->point, data->wells),
      grove_row("grove, arrays", 2.5, point_energy_by_columns, data->point, data->columns),
  };
  const auto energy = [&wells = data->wells](const auto& p) { return point_energy(p, wells); };
  const auto make = []<class T>(const auto& x) { return Point<T>{x[0], x[1]}; };
  const Eigen::Vector2d at(data->point.x, data->point.y);
  workload.rows.push_back(forward_row<GroveForward<2>, 2>(energy, make, at, 1.0));
  add_peers<2>(workload, energy, make, at);
  workload.difference = difference_of(workload.rows[1], point_energy, data->point, data->wells);
  return workload;
}

inline Workload many_points() {
  const auto data = std::make_shared<const WellsData>(500);
  Workload workload{"D500", "8 Gaussian wells in the plane, 500 points: 1000 inputs, 4000 exp", 500 * 8 * 9};
  workload.data = data;
  workload.rows = {
      primal_row("primal", cloud_energy_by_points, data->cloud, data->wells),
      hand_row<Cloud<>>([&data = *data](auto& grads) { return cloud_energy_by_hand(data.cloud, data.wells, grads); }),
      grove_row("grove, arrays", 0.6, cloud_energy, data->cloud, data->wells),
      grove_row("grove, scalars", 0, cloud_energy_by_points, data->cloud, data->wells),
  };
  workload.difference = difference_of(workload.rows[1], cloud_energy_by_points, data->cloud, data->wells);
  return workload;
}

inline std::vector<Workload> workloads() { return {one_point(), many_points()}; }

}  // namespace benchmarks
