// Functions to try optimizers on, with the minima they are known to have.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <random>
#include <type_traits>
#include <vector>

#include <fmt/format.h>

#include "../autodiff/engine/array/owned.hpp"
#include "../autodiff/error.hpp"
#include "data/detail/uniform.hpp"
#include "figures/box.hpp"

namespace grove::models {

/// A known minimum.
struct Minimum {
  Eigen::VectorXd x;  ///< where it is
  double value;       ///< how deep it is
};

namespace detail {

inline constexpr Eigen::Index any_dimension = std::numeric_limits<Eigen::Index>::max();

/// Throws unless a point has a number of elements that the landscape is defined for.
inline void check_dimensions(const char* landscape, Eigen::Index dimensions, Eigen::Index least, Eigen::Index most) {
  if (dimensions < least || dimensions > most)
    throw ShapeError(fmt::format("{}: a point must have {} elements{}, got {}", landscape, least,
                                 most > least ? " or more" : "", dimensions));
}

/// A matrix, plain or active: each row is a point.
template <class X>
concept PointRows = X::RowsAtCompileTime != 1 && X::ColsAtCompileTime != 1;

/// The coordinates of points, an array of one of all points each.
template <class X>
struct Coordinates {
  const X& points;
  Eigen::Index size() const { return points.cols(); }
  auto operator[](Eigen::Index i) const { return points.col(i).array(); }
};

/// f of a point, or an array of f of each row. Active rows are taken together, for few large operations are recorded
/// fast; plain ones by themselves, for that needs no memory.
template <class X, class F>
auto at_points(const X& x, const F& f) {
  if constexpr (!PointRows<X>) {
    return f(x);
  } else if constexpr (std::is_base_of_v<Eigen::DenseBase<X>, X>) {
    const auto& points = x.eval();
    Eigen::Array<std::remove_cvref_t<decltype(f(points.row(0)))>, Eigen::Dynamic, 1> values(points.rows());
    for (Eigen::Index i = 0; i < points.rows(); ++i) values[i] = f(points.row(i));
    return grove::detail::owned(values);
  } else {
    return f(Coordinates<X>{x}).eval();
  }
}

}  // namespace detail

// Every landscape is a function object of a point, a vector with elements x[0], x[1], …, or of many, the rows of a
// matrix, of which it makes an array with a value for each; the elements may be plain or active.
// `minima()` lists all global minima (of the two-dimensional form), `box()` is a region worth drawing, `start()` a
// usual start.

/// Hyperbolic paraboloid x0² - x1². Unbounded below; the origin is a saddle.
struct Saddle {
  template <class X>
  auto operator()(const X& points) const {
    return detail::at_points(points, [&](const auto& x) {
      detail::check_dimensions("Saddle", x.size(), 2, 2);
      return x[0] * x[0] - x[1] * x[1];
    });
  }
  static std::vector<Minimum> minima() { return {}; }
  static Box box() { return {-25, 25, -25, 25}; }
  static Eigen::Vector2d start() { return {20.75, 0.5}; }
};

/// Double well x0⁴ - 2x0² + x1². Minima at (±1, 0), a saddle at the origin: a start on the line x0 = 0 ends in the
/// saddle.
struct DoubleWell {
  template <class X>
  auto operator()(const X& points) const {
    return detail::at_points(points, [&](const auto& x) {
      detail::check_dimensions("DoubleWell", x.size(), 2, 2);
      return x[0] * x[0] * x[0] * x[0] - 2 * x[0] * x[0] + x[1] * x[1];
    });
  }
  static std::vector<Minimum> minima() { return {{Eigen::Vector2d(1, 0), -1}, {Eigen::Vector2d(-1, 0), -1}}; }
  static Box box() { return {-1.6, 1.6, -1.6, 1.6}; }
  static Eigen::Vector2d start() { return {0.01, 1}; }
};

/// Rosenbrock's valley Σ 100·(x_{i+1} - x_i²)² + (1 - x_i)², in any dimension ≥ 2.
/// Source: Rosenbrock 1960, https://doi.org/10.1093/comjnl/3.3.175.
struct Rosenbrock {
  template <class X>
  auto operator()(const X& points) const {
    return detail::at_points(points, [&](const auto& x) {
      detail::check_dimensions("Rosenbrock", x.size(), 2, detail::any_dimension);
      auto sum = step(x[0], x[1]);
      for (Eigen::Index i = 1; i + 1 < x.size(); ++i) sum += step(x[i], x[i + 1]);
      return sum;
    });
  }
  static std::vector<Minimum> minima() { return {{Eigen::Vector2d(1, 1), 0}}; }
  static Box box() { return {-2, 2, -1, 3}; }
  static Eigen::Vector2d start() { return {-1.2, 1}; }

 private:
  template <class T>
  static auto step(const T& here, const T& next) {
    const auto off_valley = next - here * here;
    const auto along = 1 - here;
    return 100 * off_valley * off_valley + along * along;
  }
};

/// Ackley's function, many shallow minima around one deep one, in any dimension:
///
///   -20·exp(-0.2·√(mean xᵢ²)) - exp(mean cos 2πxᵢ) + 20 + e
///
/// At its minimum it has a kink (√ at 0), where the gradient is NaN. Source: Ackley 1987, A connectionist machine for
/// genetic hillclimbing.
struct Ackley {
  template <class X>
  auto operator()(const X& points) const {
    return detail::at_points(points, [&](const auto& x) {
      detail::check_dimensions("Ackley", x.size(), 1, detail::any_dimension);
      using std::cos, std::exp, std::sqrt;
      auto squares = x[0] * x[0];
      auto waves = cos(2 * std::numbers::pi * x[0]);
      for (Eigen::Index i = 1; i < x.size(); ++i) {
        squares += x[i] * x[i];
        waves += cos(2 * std::numbers::pi * x[i]);
      }
      const auto n = static_cast<double>(x.size());
      return 20 + std::numbers::e - 20 * exp(-0.2 * sqrt(squares / n)) - exp(waves / n);
    });
  }
  static std::vector<Minimum> minima() { return {{Eigen::Vector2d(0, 0), 0}}; }
  static Box box() { return {-3, 3, -3, 3}; }
  static Eigen::Vector2d start() { return {0.6, -0.4}; }
};

/// Himmelblau's function (x0² + x1 - 11)² + (x0 + x1² - 7)²: four equal minima.
/// Source: Himmelblau 1972, Applied nonlinear programming.
struct Himmelblau {
  template <class X>
  auto operator()(const X& points) const {
    return detail::at_points(points, [&](const auto& x) {
      detail::check_dimensions("Himmelblau", x.size(), 2, 2);
      const auto a = x[0] * x[0] + x[1] - 11;
      const auto b = x[0] + x[1] * x[1] - 7;
      return a * a + b * b;
    });
  }
  static std::vector<Minimum> minima() {
    return {{Eigen::Vector2d(3, 2), 0},
            {Eigen::Vector2d(-2.805118086952745, 3.131312518250573), 0},
            {Eigen::Vector2d(-3.779310253377747, -3.283185991286170), 0},
            {Eigen::Vector2d(3.584428340330492, -1.848126526964404), 0}};
  }
  static Box box() { return {-5, 5, -5, 5}; }
  static Eigen::Vector2d start() { return {0, 0}; }
};

/// Beale's function: flat, with steep corners; (1.5 - x0 + x0x1)² + (2.25 - x0 + x0x1²)² + (2.625 - x0 + x0x1³)².
/// Source: Beale 1958, On an iterative method for finding a local minimum.
struct Beale {
  template <class X>
  auto operator()(const X& points) const {
    return detail::at_points(points, [&](const auto& x) {
      detail::check_dimensions("Beale", x.size(), 2, 2);
      const auto a = 1.5 - x[0] + x[0] * x[1];
      const auto b = 2.25 - x[0] + x[0] * x[1] * x[1];
      const auto c = 2.625 - x[0] + x[0] * x[1] * x[1] * x[1];
      return a * a + b * b + c * c;
    });
  }
  static std::vector<Minimum> minima() { return {{Eigen::Vector2d(3, 0.5), 0}}; }
  static Box box() { return {-1, 4, -2, 2}; }
  static Eigen::Vector2d start() { return {1, 1}; }
};

/// A sum of Gaussian wells, a toy model of a disordered medium:  -Σ_p depth_p · exp(-|x - centre_p|² / width_p²).
///
/// Shapes: `centres` is d×P, `widths` (lengths, > 0) and `depths` have P elements; x has d. Far from every centre the
/// function is flat and a gradient says nothing. For a single well the minimum is its centre.
struct GaussianWells {
  Eigen::MatrixXd centres;  ///< a column for each well
  Eigen::VectorXd widths;   ///< one for each well
  Eigen::VectorXd depths;   ///< one for each well

  template <class X>
  auto operator()(const X& points) const {
    return detail::at_points(points, [&](const auto& x) {
      if (depths.size() == 0 || centres.cols() != depths.size() || widths.size() != depths.size())
        throw ShapeError(
            fmt::format("GaussianWells: {} centres, {} widths and {} depths; as many of each are needed, one at least",
                        centres.cols(), widths.size(), depths.size()));
      detail::check_dimensions("GaussianWells", x.size(), std::max<Eigen::Index>(centres.rows(), 1), centres.rows());
      auto sum = well(x, 0);
      for (Eigen::Index p = 1; p < depths.size(); ++p) sum += well(x, p);
      return sum;
    });
  }
  static Box box() { return {-3, 3, -3, 3}; }

 private:
  template <class X>
  auto well(const X& x, Eigen::Index p) const {
    using std::exp;
    const auto first = x[0] - centres(0, p);
    auto distance = first * first;
    for (Eigen::Index i = 1; i < centres.rows(); ++i) distance += (x[i] - centres(i, p)) * (x[i] - centres(i, p));
    return -depths[p] * exp(-distance / (widths[p] * widths[p]));
  }
};

/// Wells of uniform random place in [-3, 3]^dimensions, width in (0.2, 1.2) and depth; the depths sum to 1. The same
/// for a seed on every platform.
inline GaussianWells random_wells(Eigen::Index wells, std::uint64_t seed, Eigen::Index dimensions = 2) {
  if (wells < 0 || dimensions < 1)
    throw HyperparameterError(
        fmt::format("random_wells: {} wells in {} dimensions; none may be negative, and one dimension is needed", wells,
                    dimensions));
  std::mt19937_64 rng(seed);
  const auto uniform = [&rng] { return detail::uniform(rng); };
  GaussianWells result;
  result.centres = Eigen::MatrixXd::NullaryExpr(dimensions, wells, [&] { return 6 * uniform() - 3; });
  result.widths = Eigen::VectorXd::NullaryExpr(wells, [&] { return 0.2 + uniform(); });
  result.depths = Eigen::VectorXd::NullaryExpr(wells, [&] { return uniform(); });
  result.depths /= result.depths.sum();
  return result;
}

}  // namespace grove::models
