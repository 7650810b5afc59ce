// Weights of residuals.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "../../autodiff/tree/tree.hpp"
#include "../numerics/detail/check.hpp"

namespace grove::optim {

/// A weight for each residual: one number for all, or a tree like the residuals. A residual of weight 4 counts as if it
/// were measured four times; one of weight 0 not at all.
/// Throws: HyperparameterError if a weight is negative or not finite.
class ResidualWeights {
 public:
  /// All weights are 1.
  ResidualWeights() = default;
  /// A tree of the shape of the residuals.
  template <tree::Pytree Tree>
  requires(!std::is_same_v<Tree, ResidualWeights>) ResidualWeights(const Tree& weights)
      : values_(tree::flatten(weights).template cast<double>()) {
    if constexpr (!std::is_arithmetic_v<Tree>) structure_ = tree::structure(weights);
    for (const double w : values_) {
      if (!(w >= 0 && std::isfinite(w))) detail::reject("least_squares", "a weight", "be finite and not negative", w);
    }
  }

  /// Whether none were given.
  bool empty() const { return values_.size() == 0 && !structure_; }

  /// The weights of `residuals`, in the order of tree::flatten.
  /// Throws: HyperparameterError if the weights are not a tree like them.
  template <class R>
  Eigen::VectorXd of(const R& residuals) const {
    const Eigen::Index m = tree::size(residuals);
    if (empty()) return Eigen::VectorXd::Ones(m);
    if (!structure_) return Eigen::VectorXd::Constant(m, values_(0));
    const tree::Structure wanted = tree::structure(residuals);
    if (!(wanted == *structure_)) {
      throw HyperparameterError(detail::fill("least_squares: the weights are {} and the residuals {}",
                                             {structure_->string(), wanted.string()}));
    }
    return values_;
  }

 private:
  Eigen::VectorXd values_;
  std::optional<tree::Structure> structure_;
};

}  // namespace grove::optim
