// A problem at its point, with everything that the strategies of a gradient check share.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <exception>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "../../detail/random_bits.hpp"
#include "../../error.hpp"
#include "../options.hpp"
#include "problem.hpp"

namespace grove::detail::check {

// How precise the entries of a gradient are: their rounding, measured where the parameters change in their last digits,
// and their size a tenth of the parameters away, to tell a small gradient from one that is about to vanish.
struct GradientSpread {
  Eigen::VectorXd rounding;
  Eigen::VectorXd typical;
};

// Precision, scales, domain, counted evaluations.
class Checker {
 public:
  Checker(const FlatProblem& problem, const GradcheckOptions& options);

  const FlatProblem& problem() const { return problem_; }
  const GradcheckOptions& options() const { return options_; }
  const Eigen::VectorXd& point() const { return point_; }
  std::size_t leaf_count() const { return problem_.leaves.size(); }
  const FlatLeaf& leaf(std::size_t i) const { return problem_.leaves[i]; }
  double epsilon() const { return epsilon_; }
  double rtol() const { return rtol_; }
  double origin() const { return origin_; }
  std::int64_t evaluations() const { return evaluations_; }
  std::int64_t gradients() const { return gradients_; }
  bool exhausted() const { return options_.max_evaluations > 0 && evaluations_ >= options_.max_evaluations; }

  // Moves the check to another point; `origin` must be the value there.
  void move_to(const Eigen::VectorXd& point, double origin);

  double value(const Eigen::VectorXd& at);
  FlatProblem::Gradient gradient(const Eigen::VectorXd& at);

  // Of the gradient at the point, which must be `gradient`; measured when first asked for, by eight gradients.
  const GradientSpread& spread(const Eigen::VectorXd& gradient);

  // The size of change that matters for an entry, best guess first.
  std::vector<double> scales(std::size_t leaf, Eigen::Index entry) const;
  // The size that the cheap first look assumes for an entry.
  double first_scale(std::size_t leaf, Eigen::Index entry) const;
  // The first step for something of that size.
  double relative_step(double scale) const;
  double first_step(double scale) const { return options_.step > 0 ? options_.step : relative_step(scale); }

  Line entry_line(std::size_t leaf, Eigen::Index entry);
  // Along `direction` scaled by t; `sensitivity` is the size of ∇f∘x, on which rounding of the displacements acts.
  Line direction_line(const Eigen::VectorXd& direction, double sensitivity);

  bool inside(std::size_t leaf, double x) const { return x >= bounds_[leaf].lower && x <= bounds_[leaf].upper; }
  const GradcheckBounds& bounds(std::size_t leaf) const { return bounds_[leaf]; }
  double machine_epsilon(std::size_t leaf) const {
    return problem_.leaves[leaf].single ? static_cast<double>(std::numeric_limits<float>::epsilon())
                                        : std::numeric_limits<double>::epsilon();
  }
  double rounded(std::size_t leaf, double x) const {
    return problem_.leaves[leaf].single ? static_cast<double>(static_cast<float>(x)) : x;
  }

 private:
  // The largest change of each entry of the gradient when every parameter moves up or down by about that many digits
  // of its last place (`digits` > 0), or by a tenth of its size (0).
  Eigen::VectorXd gradient_changes(const Eigen::VectorXd& gradient, int samples, int digits);

  const FlatProblem& problem_;
  const GradcheckOptions& options_;
  Eigen::VectorXd point_;
  Eigen::VectorXd scratch_;
  std::vector<double> leaf_scale_;
  std::vector<GradcheckBounds> bounds_;
  std::optional<GradientSpread> spread_;
  double epsilon_ = 0;
  double rtol_ = 0;
  double origin_ = 0;
  std::int64_t evaluations_ = 0;
  std::int64_t gradients_ = 0;
};

inline std::size_t leaf_named(const FlatProblem& problem, const char* setting, const std::string& path) {
  for (std::size_t i = 0; i < problem.leaves.size(); ++i)
    if (problem.leaves[i].path == path || problem.leaves[i].label() == path) return i;
  std::string known;
  for (const auto& leaf : problem.leaves) known += (known.empty() ? "" : ", ") + leaf.label();
  throw HyperparameterError(
      fill("{}: {}: no leaf is called {}; the leaves are {}", {problem.name, setting, path, known}));
}

inline void check_options(const FlatProblem& problem, const GradcheckOptions& options) {
  const auto require = [&](bool fine, const char* name, double value) {
    if (!fine) throw HyperparameterError(fill("{}: {} must not be negative, got {}", {problem.name, name, value}));
  };
  require(options.rtol >= 0, "rtol", options.rtol);
  require(options.atol >= 0, "atol", options.atol);
  require(options.step >= 0, "step", options.step);
  require(options.noise >= 0, "noise", options.noise);
  require(options.nondet_tol >= 0, "nondet_tol", options.nondet_tol);
  require(options.directions >= 0, "directions", options.directions);
  require(options.samples >= 0, "samples", options.samples);
  require(options.max_rows >= 0, "max_rows", options.max_rows);
  if (problem.leaves.empty())
    throw StructureError(fill("{}: params: there is no floating-point leaf to check", {problem.name}));
}

inline Eigen::VectorXd filled(Eigen::Index size, double x) {
  Eigen::VectorXd result(size);
  for (Eigen::Index k = 0; k < size; ++k) result[k] = x;
  return result;
}

inline double largest_finite(const Eigen::VectorXd& x, Eigen::Index offset, Eigen::Index size) {
  double largest = 0;
  for (Eigen::Index k = offset; k < offset + size; ++k)
    if (std::isfinite(x[k])) largest = std::max(largest, std::abs(x[k]));
  return largest;
}

// Without overflow or underflow.
inline double root_mean_square(const Eigen::VectorXd& x, Eigen::Index offset, Eigen::Index size) {
  const double largest = largest_finite(x, offset, size);
  double sum = 0;
  for (Eigen::Index k = offset; k < offset + size && largest > 0; ++k)
    if (std::isfinite(x[k])) sum += (x[k] / largest) * (x[k] / largest);
  return largest * std::sqrt(sum / static_cast<double>(size));
}

inline Checker::Checker(const FlatProblem& problem, const GradcheckOptions& options)
    : problem_(problem), options_(options), point_(problem.params), scratch_(problem.params) {
  check_options(problem, options);
  bool single = problem.single_value;
  leaf_scale_.assign(leaf_count(), 0);
  bounds_.resize(leaf_count());
  for (const auto& each : problem.leaves) single = single || each.single;
  for (const auto& [path, scale] : options.typical_scale) {
    if (!(scale > 0))
      throw HyperparameterError(fill("{}: typical_scale: {}: must be positive, got {}", {problem.name, path, scale}));
    leaf_scale_[leaf_named(problem, "typical_scale", path)] = scale;
  }
  for (const auto& [path, bound] : options.bounds) bounds_[leaf_named(problem, "bounds", path)] = bound;
  for (std::size_t i = 0; i < leaf_count(); ++i) {
    if (leaf_scale_[i] > 0 || leaf(i).size() == 0) continue;
    leaf_scale_[i] = root_mean_square(point_, leaf(i).offset, leaf(i).size());
  }
  const double machine = single ? std::numeric_limits<float>::epsilon() : std::numeric_limits<double>::epsilon();
  epsilon_ = std::max(machine, options.noise);
  rtol_ = options.rtol > 0 ? options.rtol : single ? 5e-3 : std::max(1e-6, std::cbrt(options.noise * options.noise));
}

inline void Checker::move_to(const Eigen::VectorXd& point, double origin) {
  point_ = point;
  scratch_ = point;
  origin_ = origin;
  spread_.reset();
}

inline double Checker::value(const Eigen::VectorXd& at) {
  ++evaluations_;
  return problem_.value(at);
}

inline FlatProblem::Gradient Checker::gradient(const Eigen::VectorXd& at) {
  ++gradients_;
  return problem_.gradient(at);
}

inline Eigen::VectorXd Checker::gradient_changes(const Eigen::VectorXd& gradient, int samples, int digits) {
  Eigen::VectorXd largest = filled(gradient.size(), 0);
  SplitMix random(options_.seed + static_cast<std::uint64_t>(digits));
  for (int sample = 0; sample < samples; ++sample) {
    Eigen::VectorXd moved = point_;
    for (std::size_t i = 0; i < leaf_count(); ++i)
      for (Eigen::Index k = leaf(i).offset; k < leaf(i).offset + leaf(i).size(); ++k) {
        const double own = std::abs(point_[k]), size = own > 0 ? own : first_scale(i, k - leaf(i).offset);
        const double part = digits > 0 ? machine_epsilon(i) * static_cast<double>(1 + random.below(digits)) : 0.1;
        const double change = random.sign() * part * size;
        for (const double candidate : {rounded(i, point_[k] + change), rounded(i, point_[k] - change)})
          if (inside(i, candidate)) moved[k] = candidate;
      }
    try {
      const FlatProblem::Gradient there = this->gradient(moved);
      for (Eigen::Index k = 0; k < std::min(largest.size(), there.entries.size()); ++k)
        if (const double change = std::abs(there.entries[k] - gradient[k]); std::isfinite(change))
          largest[k] = std::max(largest[k], change);
    } catch (const std::exception&) {
      // Outside of the domain: the other samples must do.
    }
  }
  return largest;
}

inline const GradientSpread& Checker::spread(const Eigen::VectorXd& gradient) {
  if (!spread_) {
    spread_ = GradientSpread{gradient_changes(gradient, 6, 4), gradient_changes(gradient, 2, 0)};
    for (Eigen::Index k = 0; k < gradient.size(); ++k) {
      if (std::isfinite(gradient[k])) spread_->typical[k] = std::max(spread_->typical[k], std::abs(gradient[k]));
      spread_->rounding[k] += std::numeric_limits<double>::epsilon() * spread_->typical[k];
    }
  }
  return *spread_;
}

inline std::vector<double> Checker::scales(std::size_t leaf, Eigen::Index entry) const {
  const double magnitude = std::abs(point_[problem_.leaves[leaf].offset + entry]);
  const bool given = options_.typical_scale.size() > 0 && leaf_scale_[leaf] > magnitude;
  std::vector<double> candidates =
      given ? std::vector{leaf_scale_[leaf], magnitude, 1.0} : std::vector{magnitude, leaf_scale_[leaf], 1.0};
  std::vector<double> result;
  // Scales within a factor of ten of one already there would repeat its steps.
  for (double scale : candidates) {
    const auto close = [scale](double known) { return scale < 10 * known && known < 10 * scale; };
    if (scale > 0 && std::isfinite(scale) && std::none_of(result.begin(), result.end(), close)) result.push_back(scale);
  }
  return result;
}

inline double Checker::first_scale(std::size_t leaf, Eigen::Index entry) const {
  const double scale = std::max(std::abs(point_[problem_.leaves[leaf].offset + entry]), leaf_scale_[leaf]);
  return scale > 0 && std::isfinite(scale) ? scale : 1;
}

inline double Checker::relative_step(double scale) const {
  switch (options_.method) {
    case DifferenceMethod::central:
      return std::cbrt(epsilon_) * scale;
    case DifferenceMethod::central4:
      return std::pow(epsilon_, 0.2) * scale;
    case DifferenceMethod::sweep:
    case DifferenceMethod::richardson:
      break;
  }
  return scale;
}

// A probe may leave the domain of the loss; an exception there means the same as a value that is not finite.
inline double probe_value(Checker& checker, const Eigen::VectorXd& at) {
  try {
    return checker.value(at);
  } catch (const std::exception&) {
    return not_a_number;
  }
}

inline Line Checker::entry_line(std::size_t leaf, Eigen::Index entry) {
  const Eigen::Index position = problem_.leaves[leaf].offset + entry;
  const double x = point_[position];
  const auto at = [this, leaf, position, x](double t) -> Probe {
    const double moved = rounded(leaf, x + t);
    if (!inside(leaf, moved) || moved == x) return {moved - x, not_a_number};
    scratch_[position] = moved;
    const double found = probe_value(*this, scratch_);
    scratch_[position] = x;
    return {moved - x, found};
  };
  return {at, origin_, epsilon_, 0};
}

inline Line Checker::direction_line(const Eigen::VectorXd& direction, double sensitivity) {
  const auto at = [this, &direction](double t) -> Probe {
    bool allowed = true;
    for (std::size_t i = 0; i < leaf_count(); ++i)
      for (Eigen::Index k = leaf(i).offset; k < leaf(i).offset + leaf(i).size(); ++k) {
        if (direction[k] == 0) continue;
        scratch_[k] = rounded(i, point_[k] + t * direction[k]);
        allowed = allowed && inside(i, scratch_[k]);
      }
    const double found = allowed ? probe_value(*this, scratch_) : not_a_number;
    scratch_ = point_;
    return {t, found};
  };
  return {at, origin_, epsilon_, sensitivity};
}

}  // namespace grove::detail::check
