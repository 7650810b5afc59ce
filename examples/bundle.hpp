// Cameras that see points: what example 15 and the comparison with Ceres fit.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <Eigen/Core>

#include <grove/autodiff.hpp>

/// Turns by a vector whose length is the angle, moves, projects, and distorts by 1 + k1 r² + k2 r⁴.
template <class T = double>
struct Camera {
  Eigen::Matrix<T, 3, 1> turn, move;
  T focal, k1, k2;
};

template <class T = double>
struct Scene {
  std::vector<Camera<T>> cameras;
  grove::Matrix<T> points;  ///< 3 × number of points
};

/// A point seen by a camera, in pixels.
struct Sight {
  std::size_t camera;
  Eigen::Index point;
  Eigen::Vector2d pixel;
};

/// Where the camera sees the point (x, y, z).
template <class C, class T>
Eigen::Matrix<T, 2, 1> project(const C& camera, const T& x, const T& y, const T& z) {
  const auto& [turn, move, focal, k1, k2] = camera;
  const T a = turn(0), b = turn(1), c = turn(2);
  const T angle = sqrt(a * a + b * b + c * c), sine = sin(angle) / angle;
  const T versine = (1.0 - cos(angle)) / (angle * angle) * (a * x + b * y + c * z), cosine = cos(angle);
  const T u = x * cosine + (b * z - c * y) * sine + a * versine + move(0);
  const T v = y * cosine + (c * x - a * z) * sine + b * versine + move(1);
  const T w = z * cosine + (a * y - b * x) * sine + c * versine + move(2);
  const T p = u / w, q = v / w, r2 = p * p + q * q;
  const T magnification = focal * (1.0 + r2 * (k1 + k2 * r2));
  return {magnification * p, magnification * q};
}

/// Two residuals for each sight, in pixels.
inline constexpr auto misses = [](const auto& scene, const std::vector<Sight>& sights) {
  using T = grove::scalar_t<decltype(scene)>;
  std::vector<T> all;
  all.reserve(2 * sights.size());
  for (const Sight& s : sights) {
    const T x = scene.points(0, s.point), y = scene.points(1, s.point), z = scene.points(2, s.point);
    const Eigen::Matrix<T, 2, 1> seen = project(scene.cameras[s.camera], x, y, z);
    all.push_back(seen(0) - s.pixel(0));
    all.push_back(seen(1) - s.pixel(1));
  }
  return all;
};

/// A made-up scene of the size of the smallest "Ladybug" problem of Bundle Adjustment in the Large: cameras in a ring
/// around a box of points, each of which four or five cameras see.
struct Bundle {
  static constexpr std::size_t cameras = 49, points = 7776, sights_wanted = 31843;
  static constexpr double noise = 0.5;  ///< standard deviation of a pixel

  Scene<> truth, start;
  std::vector<Sight> sights;

  Bundle() {
    for (std::size_t i = 0; i < cameras; ++i) {
      const double direction = 6.283185307179586 * ((double(i) + 0.5) / double(cameras) - 0.5);
      truth.cameras.push_back({Eigen::Vector3d(normal(0.05), direction, normal(0.05)), Eigen::Vector3d(0, 0, 10), 500,
                               normal(0.02), normal(0.005)});
    }
    truth.points = 2 * Eigen::MatrixXd::NullaryExpr(3, points, [this] { return uniform() * 2 - 1; });
    for (std::size_t k = 0; k < sights_wanted; ++k) {
      const std::size_t point = k % points, camera = (point * 13 + k / points * 3) % cameras;
      const auto column = truth.points.col(Eigen::Index(point));
      const Eigen::Vector2d seen = project(truth.cameras[camera], column(0), column(1), column(2));
      sights.push_back({camera, Eigen::Index(point), seen + Eigen::Vector2d(normal(noise), normal(noise))});
    }
    start = truth;
    for (Camera<>& camera : start.cameras) {
      for (int i = 0; i < 3; ++i) camera.turn(i) += normal(0.01);
      for (int i = 0; i < 3; ++i) camera.move(i) += normal(0.1);
      camera.focal += normal(10);
      camera.k1 = camera.k2 = 0;
    }
    start.points += 0.1 * Eigen::MatrixXd::NullaryExpr(3, points, [this] { return normal(1); });
  }

 private:
  // The same numbers with every standard library.
  double uniform() {
    bits_ = bits_ * 6364136223846793005u + 1442695040888963407u;
    return (double(bits_ >> 11) + 0.5) / 9007199254740992.0;
  }
  double normal(double deviation) {
    const double radius = std::sqrt(-2 * std::log(uniform()));
    return deviation * radius * std::cos(6.283185307179586 * uniform());
  }
  std::uint64_t bits_ = 2026;
};
