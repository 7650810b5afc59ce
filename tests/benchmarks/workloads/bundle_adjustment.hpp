// F_ba: reprojection errors of bundle adjustment after ADBench, with a 2×15 Jacobian for each observation.
#pragma once

#include <Eigen/Dense>
#include <array>
#include <autodiff/autodiff.hpp>
#include <cmath>
#include <cstddef>
#include <memory>
#include <vector>

#include "../random_data.hpp"
#include "../rows.hpp"

namespace benchmarks {

/// What one observation depends on. Camera: rotation vector, centre, focal length, principal point, two radial
/// distortions.
template <class T = double>
struct Sight {
  grove::Vector<T, 11> camera;
  grove::Vector<T, 3> point;
  T weight;
};

using SightJacobian = Eigen::Matrix<double, 2, 15>;

/// Weighted reprojection error of an observation.
inline const auto reproject = [](const auto& sight, const Eigen::Vector2d& feature) {
  using std::cos;
  using std::sin;
  using std::sqrt;
  using T = std::decay_t<decltype(sight.weight)>;
  const auto& cam = sight.camera;
  const T x = sight.point[0] - cam[3], y = sight.point[1] - cam[4], z = sight.point[2] - cam[5];
  const T angle = sqrt(cam[0] * cam[0] + cam[1] * cam[1] + cam[2] * cam[2]);
  const T cosine = cos(angle), sine = sin(angle);
  const T wx = cam[0] / angle, wy = cam[1] / angle, wz = cam[2] / angle;
  const T along = (wx * x + wy * y + wz * z) * (1.0 - cosine);
  const T rx = x * cosine + (wy * z - wz * y) * sine + wx * along;
  const T ry = y * cosine + (wz * x - wx * z) * sine + wy * along;
  const T rz = z * cosine + (wx * y - wy * x) * sine + wz * along;
  const T u = rx / rz, v = ry / rz;
  const T r2 = u * u + v * v;
  const T distortion = 1.0 + cam[9] * r2 + cam[10] * r2 * r2;
  return Eigen::Matrix<T, 2, 1>(T(sight.weight * (u * distortion * cam[6] + cam[7] - feature[0])),
                                T(sight.weight * (v * distortion * cam[6] + cam[8] - feature[1])));
};

struct BundleData {
  struct Observation {
    std::size_t camera, point;
    Eigen::Vector2d feature;
    double weight;
  };
  std::vector<Eigen::Matrix<double, 11, 1>> cameras = std::vector<Eigen::Matrix<double, 11, 1>>(49);
  std::vector<Eigen::Vector3d> points = std::vector<Eigen::Vector3d>(7776);
  std::vector<Observation> observations = std::vector<Observation>(31843);

  BundleData() {
    Random random(6);
    for (auto& camera : cameras) {
      camera.head<6>() = random.normal_vector(6, 0.1);
      camera.tail<5>() << 400, 1, -1, 0.01 * random.normal(), 0.001 * random.normal();
    }
    for (auto& point : points) point = Eigen::Vector3d(random.normal(), random.normal(), random.uniform(4, 8));
    for (std::size_t i = 0; i < observations.size(); ++i) {
      const Eigen::Vector2d feature = 100 * random.normal_vector(2);
      observations[i] = {i % cameras.size(), (i * 7919) % points.size(), feature, random.uniform(0.5, 1.5)};
    }
  }

  Sight<> sight(const Observation& seen) const { return {cameras[seen.camera], points[seen.point], seen.weight}; }
};

/// Errors and Jacobians of all observations.
struct BundleResult {
  std::vector<Eigen::Vector2d> errors;
  std::vector<SightJacobian> jacobians;

  explicit BundleResult(std::size_t observations) : errors(observations), jacobians(observations) {}

  /// All errors, then all Jacobians unless only the primal was computed.
  Eigen::VectorXd joined(bool with_jacobians) const {
    const auto n = static_cast<Eigen::Index>(errors.size());
    Eigen::VectorXd all(with_jacobians ? 32 * n : 2 * n);
    for (Eigen::Index i = 0; i < n; ++i) {
      all.segment<2>(2 * i) = errors[static_cast<std::size_t>(i)];
      if (with_jacobians) all.segment<30>(2 * n + 30 * i) = jacobians[static_cast<std::size_t>(i)].reshaped();
    }
    return all;
  }
};

/// Error and Jacobian of one observation: the forward pass once, then two reverse sweeps over its intermediate values.
inline void reproject_by_hand(const Sight<>& sight, const Eigen::Vector2d& feature, Eigen::Vector2d& error,
                              SightJacobian& jacobian) {
  const auto& cam = sight.camera;
  const double x = sight.point[0] - cam[3], y = sight.point[1] - cam[4], z = sight.point[2] - cam[5];
  const double angle = std::sqrt(cam[0] * cam[0] + cam[1] * cam[1] + cam[2] * cam[2]);
  const double cosine = std::cos(angle), sine = std::sin(angle);
  const double wx = cam[0] / angle, wy = cam[1] / angle, wz = cam[2] / angle;
  const double dot = wx * x + wy * y + wz * z;
  const double along = dot * (1 - cosine);
  const double cx = wy * z - wz * y, cy = wz * x - wx * z, cz = wx * y - wy * x;
  const double rx = x * cosine + cx * sine + wx * along;
  const double ry = y * cosine + cy * sine + wy * along;
  const double rz = z * cosine + cz * sine + wz * along;
  const double u = rx / rz, v = ry / rz;
  const double r2 = u * u + v * v;
  const double distortion = 1 + cam[9] * r2 + cam[10] * r2 * r2;
  const double plain[2] = {u * distortion * cam[6] + cam[7] - feature[0],
                           v * distortion * cam[6] + cam[8] - feature[1]};
  error = {sight.weight * plain[0], sight.weight * plain[1]};

  for (int row = 0; row < 2; ++row) {
    const double w = sight.weight;
    const double direction = row == 0 ? u : v;
    const double distortion_bar = w * cam[6] * direction;
    const double r2_bar = distortion_bar * (cam[9] + 2 * cam[10] * r2);
    const double u_bar = 2 * u * r2_bar + (row == 0 ? w * cam[6] * distortion : 0);
    const double v_bar = 2 * v * r2_bar + (row == 1 ? w * cam[6] * distortion : 0);
    const double rx_bar = u_bar / rz, ry_bar = v_bar / rz, rz_bar = -(u_bar * u + v_bar * v) / rz;
    const double along_bar = wx * rx_bar + wy * ry_bar + wz * rz_bar;
    const double dot_bar = along_bar * (1 - cosine);
    const double cx_bar = sine * rx_bar, cy_bar = sine * ry_bar, cz_bar = sine * rz_bar;
    const double cosine_bar = x * rx_bar + y * ry_bar + z * rz_bar - dot * along_bar;
    const double sine_bar = cx * rx_bar + cy * ry_bar + cz * rz_bar;
    const double wx_bar = along * rx_bar + x * dot_bar - z * cy_bar + y * cz_bar;
    const double wy_bar = along * ry_bar + y * dot_bar + z * cx_bar - x * cz_bar;
    const double wz_bar = along * rz_bar + z * dot_bar - y * cx_bar + x * cy_bar;
    const double x_bar = cosine * rx_bar + wx * dot_bar + wz * cy_bar - wy * cz_bar;
    const double y_bar = cosine * ry_bar + wy * dot_bar - wz * cx_bar + wx * cz_bar;
    const double z_bar = cosine * rz_bar + wz * dot_bar + wy * cx_bar - wx * cy_bar;
    const double angle_bar = cosine * sine_bar - sine * cosine_bar - (wx * wx_bar + wy * wy_bar + wz * wz_bar) / angle;
    jacobian(row, 0) = wx_bar / angle + wx * angle_bar;
    jacobian(row, 1) = wy_bar / angle + wy * angle_bar;
    jacobian(row, 2) = wz_bar / angle + wz * angle_bar;
    jacobian(row, 3) = -x_bar;
    jacobian(row, 4) = -y_bar;
    jacobian(row, 5) = -z_bar;
    jacobian(row, 6) = w * direction * distortion;
    jacobian(row, 7) = row == 0 ? w : 0;
    jacobian(row, 8) = row == 1 ? w : 0;
    jacobian(row, 9) = distortion_bar * r2;
    jacobian(row, 10) = distortion_bar * r2 * r2;
    jacobian(row, 11) = x_bar;
    jacobian(row, 12) = y_bar;
    jacobian(row, 13) = z_bar;
    jacobian(row, 14) = plain[row];
  }
}

/// Error and Jacobian of one observation in the mode that Grove chooses, into storage that is kept.
inline const auto reproject_with_jacobian = [](const Sight<>& sight, const Eigen::Vector2d& feature,
                                               Eigen::Vector2d& error, SightJacobian& jacobian) {
  grove::value_and_jacobian_into(reproject, sight, error, jacobian, feature);
};

/// The same by one of Grove's Jacobians, which return a matrix on the heap.
inline const auto reproject_by = [](auto mode) {
  return [mode](const Sight<>& sight, const Eigen::Vector2d& feature, Eigen::Vector2d& error, SightJacobian& jacobian) {
    jacobian = mode(reproject)(sight, feature);
    error = reproject(sight, feature);
  };
};

/// A row that fills `BundleResult` observation by observation with `one(sight, feature, error, jacobian)`.
template <class One>
Row bundle_row(std::string name, double target, const BundleData& data, One one) {
  const auto result = std::make_shared<BundleResult>(data.observations.size());
  const auto compute = [=, &data] {
    for (std::size_t i = 0; i < data.observations.size(); ++i) {
      const auto& seen = data.observations[i];
      one(data.sight(seen), seen.feature, result->errors[i], result->jacobians[i]);
    }
  };
  const bool with_jacobians = name != "primal";
  return row(
      std::move(name), compute, [=] { return result->joined(with_jacobians); }, target);
}

/// Worst disagreement of the hand-written Jacobian with central differences over some observations.
inline double bundle_difference(const BundleData& data) {
  double worst = 0;
  for (std::size_t i = 0; i < 50; ++i) {
    const auto& seen = data.observations[i];
    const Sight<> at = data.sight(seen);
    Eigen::Vector2d error;
    SightJacobian jacobian;
    reproject_by_hand(at, seen.feature, error, jacobian);
    for (int row = 0; row < 2; ++row) {
      const auto component = [&](const Eigen::VectorXd& flat) {
        return reproject(grove::tree::unflatten(flat, at), seen.feature)[row];
      };
      worst = std::max(worst,
                       difference_along_directions(component, grove::tree::flatten(at), jacobian.row(row).transpose()));
    }
  }
  return worst;
}

inline std::vector<Workload> workloads() {
  const auto data = std::make_shared<const BundleData>();
  const auto primal = [](const Sight<>& at, const Eigen::Vector2d& feature, Eigen::Vector2d& error, SightJacobian&) {
    error = reproject(at, feature);
  };
  Workload workload{"F_ba", "bundle adjustment, 31843 observations, a 2x15 Jacobian each"};
  workload.data = data;
  workload.rows = {
      bundle_row("primal", 0, *data, primal),
      bundle_row("hand", 0, *data, reproject_by_hand),
      bundle_row("grove", 2.7, *data, reproject_with_jacobian),
      bundle_row("grove, jacrev", 0, *data, reproject_by([](auto f) { return grove::jacrev(f); })),
      bundle_row("grove, jacfwd", 0, *data, reproject_by([](auto f) { return grove::jacfwd(f); })),
  };
  workload.difference = [&data = *data] { return bundle_difference(data); };
  return {workload};
}

}  // namespace benchmarks
