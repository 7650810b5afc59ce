// Losses of a residual that grow more slowly than its square, so that outliers do not rule a fit.
#pragma once

#include <cmath>
#include <string_view>

#include "../numerics/detail/check.hpp"

namespace grove::optim {

/// How a residual counts in `least_squares`: ½·scale²·ρ((r/scale)²), with ρ(z) ≈ z for small z. Residuals that are much
/// smaller than `scale` count as in ordinary least squares.
///
///   least_squares(residuals, params, {.loss = huber(0.5)}, x, y);
///
/// Source: the losses of scipy.optimize.least_squares and of Triggs et al., "Bundle adjustment" (2000).
class RobustLoss {
 public:
  /// Value and derivatives of ρ.
  struct Rho {
    double value;   ///< ρ(z)
    double first;   ///< ρ'(z)
    double second;  ///< ρ''(z)
  };
  /// From z = (r/scale)² to rho and its first two derivatives.
  using Function = Rho (*)(double z);

  /// The ordinary square.
  constexpr RobustLoss() = default;
  /// A loss of one's own: ρ(0) = 0, ρ'(0) = 1, ρ' ≥ 0 and falling. Throws: HyperparameterError if `scale` is not finite
  /// and positive, or `function` is null.
  RobustLoss(std::string_view name, Function function, double scale) : name_(name), rho_(function), scale_(scale) {
    detail::check_given(name, "rho", function);
    detail::check_positive(name, "scale", scale);
    if (std::isinf(scale)) detail::reject(name, "scale", "be finite", scale);
  }

  /// What the summary calls it.
  std::string_view name() const { return name_; }
  /// Residuals beyond it count less.
  double scale() const { return scale_; }
  /// Whether it is the square itself.
  bool is_linear() const { return rho_ == nullptr; }
  /// ρ and its derivatives at z = (r/scale)².
  Rho rho(double z) const { return rho_ == nullptr ? Rho{z, 1, 0} : rho_(z); }

 private:
  std::string_view name_ = "linear";
  Function rho_ = nullptr;
  double scale_ = 1;
};

/// The square up to `scale`, a line beyond: ρ(z) = z for z ≤ 1, else 2√z - 1.
inline RobustLoss huber(double scale) {
  return {"huber",
          [](double z) {
            if (z <= 1) return RobustLoss::Rho{z, 1, 0};
            const double root = std::sqrt(z);
            return RobustLoss::Rho{2 * root - 1, 1 / root, -0.5 / (z * root)};
          },
          scale};
}

/// A smooth Huber loss: ρ(z) = 2(√(1 + z) - 1).
inline RobustLoss soft_l1(double scale) {
  return {"soft_l1",
          [](double z) {
            const double root = std::sqrt(1 + z);
            return RobustLoss::Rho{2 * z / (root + 1), 1 / root, -0.5 / ((1 + z) * root)};
          },
          scale};
}

/// For heavy tails: ρ(z) = ln(1 + z). Far outliers lose their influence; there may be several minima.
inline RobustLoss cauchy(double scale) {
  return {"cauchy",
          [](double z) {
            const double slope = 1 / (1 + z);
            return RobustLoss::Rho{std::log1p(z), slope, -slope * slope};
          },
          scale};
}

/// Tukey's biweight: ρ(z) = (1 - (1 - z)³)/3 for z ≤ 1, else 1/3. Residuals beyond `scale` have no influence at all, so
/// start near the solution, say at that of `huber`.
inline RobustLoss tukey(double scale) {
  return {"tukey",
          [](double z) {
            if (z >= 1) return RobustLoss::Rho{1.0 / 3, 0, 0};
            const double rest = 1 - z;
            return RobustLoss::Rho{z * (1 - z + z * z / 3), rest * rest, -2 * rest};
          },
          scale};
}

/// A bounded loss: ρ(z) = arctan z.
inline RobustLoss arctan(double scale) {
  return {"arctan",
          [](double z) {
            const double slope = 1 / (1 + z * z);
            return RobustLoss::Rho{std::atan(z), slope, -2 * z * slope * slope};
          },
          scale};
}

}  // namespace grove::optim
