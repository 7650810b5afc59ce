// The loop behind least_squares: a trust-region method on a vector of free params.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "../stop.hpp"
#include "quadratic_model.hpp"
#include "weighing.hpp"

namespace grove::optim::detail {

/// Where the trust region ended, in the free params.
struct TrustRegionEnd {
  Eigen::VectorXd x;
  Eigen::VectorXd residuals;  ///< raw
  double cost = 0;
  LeastSquaresStop reason = LeastSquaresStop::max_steps;
  std::string message;
  std::int64_t steps = 0;
  std::int64_t residual_evaluations = 0;
  std::int64_t jacobian_evaluations = 0;
  Eigen::Index rank = 0;
};

template <class S>
class TrustRegion {
 public:
  TrustRegion(ResidualProblem& problem, const LeastSquaresOptions& options, QuadraticModel<S>& model,
              const Weighing<S>& weighing, const Eigen::VectorX<S>& lower, const Eigen::VectorX<S>& upper)
      : problem_(problem), options_(options), model_(model), weighing_(weighing), lower_(lower), upper_(upper) {}

  /// `end` has the start and its residuals, which are finite. Where a param ran away, the start is tried again with
  /// shorter steps, twice at most.
  void run(TrustRegionEnd& end) {
    const TrustRegionEnd start = end;
    run_once(end, options_.initial_radius);
    double radius = options_.initial_radius;
    for (int retry = 0; retry < 2 && end.reason == LeastSquaresStop::plateau; ++retry) {
      TrustRegionEnd again = start;
      again.steps = end.steps;
      again.residual_evaluations = end.residual_evaluations;
      again.jacobian_evaluations = end.jacobian_evaluations;
      run_once(again, radius *= 0.1);
      const bool better = again.cost < end.cost;
      end.steps = again.steps;
      end.residual_evaluations = again.residual_evaluations;
      end.jacobian_evaluations = again.jacobian_evaluations;
      if (better) {
        end = std::move(again);
      } else {
        linearize(end, end.x, end.residuals);
      }
    }
  }

 private:
  void run_once(TrustRegionEnd& end, double radius) {
    limited_ = 0;
    too_bent_ = 0;
    close_ = false;
    last_polish_ = std::numeric_limits<double>::infinity();
    end.cost = problem_.total(weighing_.cost(end.residuals));
    if (!std::isfinite(end.cost)) {
      stop(end, LeastSquaresStop::bad_start, "the cost overflows at the start");
      return;
    }
    if (!linearize_start(end)) return;
    largest_norms_ = model_.column_norms;
    region_.scale = largest_norms_.unaryExpr([](double norm) { return norm > 0 ? norm : 1.0; });
    step_.rank = (largest_norms_.array() > 0).count();
    const double size = norm(end.x);
    region_.radius = radius * (size > 0 ? size : residual_norm());
    do {
      if (is_stationary(end)) {
        stop(end, LeastSquaresStop::gradient_tolerance);
        return;
      }
    } while (advance(end));
  }

  /// Returns false.
  bool stop(TrustRegionEnd& end, LeastSquaresStop reason, std::string message = {}) {
    const bool found = reason <= LeastSquaresStop::at_rounding;
    const bool lost = found && (model_.column_norms.array() < 1e-8 * largest_norms_.array()).any();
    end.reason = lost ? LeastSquaresStop::plateau : reason;
    end.rank = step_.rank;
    end.message = std::move(message);
    return false;
  }

  bool linearize(TrustRegionEnd& end, const Eigen::VectorX<S>& x, const Eigen::VectorX<S>& r) {
    ++end.jacobian_evaluations;
    weighing_.scale(r, close_, row_scale_, scaled_);
    return model_.linearize(x, row_scale_, scaled_);
  }
  bool linearize_start(TrustRegionEnd& end) {
    try {
      if (linearize(end, end.x, end.residuals)) return true;
      stop(end, LeastSquaresStop::bad_start, "a derivative of the residuals is not finite at the start");
    } catch (const Error& error) {
      if (is_a_mistake(error)) throw;
      stop(end, LeastSquaresStop::bad_start,
           fill("the residuals have no derivatives at the start: {}", {error.what()}));
    }
    return false;
  }

  /// Whether param j is at a bound that the gradient pushes against.
  bool is_held(const Eigen::VectorX<S>& x, Eigen::Index j) const {
    const double g = model_.gradient(j);
    return (x(j) <= lower_(j) && g >= 0) || (x(j) >= upper_(j) && g <= 0);
  }

  bool is_stationary(const TrustRegionEnd& end) const {
    const double norm = residual_norm();
    for (Eigen::Index j = 0; j < end.x.size(); ++j) {
      const double limit = options_.gradient_tolerance * model_.column_norms(j) * norm;
      if (!is_held(end.x, j) && std::abs(model_.gradient(j)) > limit) return false;
    }
    return true;
  }

  /// The reduction of the cost that the model promises.
  double promised(const Eigen::VectorX<S>& p) { return -model_.gradient.dot(p) - 0.5 * model_.curvature(p); }

  /// A step within the bounds: params that would leave are put on their bounds, and the others solved for again. Where
  /// that promises much less than projected steepest descent does, the latter it is.
  void find_step(const Eigen::VectorX<S>& x) {
    const Eigen::Index n = x.size();
    region_.offset.setZero(n);
    region_.free.clear();
    for (Eigen::Index j = 0; j < n; ++j) {
      if (!is_held(x, j)) region_.free.push_back(j);
    }
    const bool all_free = static_cast<Eigen::Index>(region_.free.size()) == n;
    const double radius = region_.radius;
    bool clipped = false;
    for (Eigen::Index round = 0; round <= n; ++round) {
      model_.solve(region_, options_.method, step_);
      const std::size_t left = std::erase_if(region_.free, [&](Eigen::Index j) {
        const double room = step_.p(j) < 0 ? lower_(j) - x(j) : upper_(j) - x(j);
        if (std::abs(step_.p(j)) <= std::abs(room)) return false;
        region_.offset(j) = room;
        return true;
      });
      if (left == 0) break;
      clipped = true;
      const double used = region_.scale.cwiseProduct(region_.offset).norm();
      region_.radius = std::sqrt(std::max(0.0, (radius - used) * (radius + used)));
      if (region_.free.empty() || region_.radius <= 0) {
        step_.p = region_.offset;
        break;
      }
    }
    region_.radius = radius;
    whole_step_ = !step_.limited && !clipped;
    promise_ = promised(step_.p);
    accelerates_ = accelerable_ && all_free && !clipped && step_.limited;
    if (!all_free || clipped) fall_back(x);
  }

  void fall_back(const Eigen::VectorX<S>& x) {
    steepest_ = -model_.gradient.cwiseQuotient(region_.scale.cwiseAbs2());
    for (Eigen::Index j = 0; j < x.size(); ++j) {
      if (is_held(x, j)) steepest_(j) = 0;
    }
    const double length = region_.scale.cwiseProduct(steepest_).norm();
    if (!(length > 0)) return;
    double t = region_.radius / length;
    const double bend = model_.curvature(steepest_);
    if (bend > 0) t = std::min(t, -model_.gradient.dot(steepest_) / bend);
    for (int i = 0; i < 60; ++i, t /= 2) {
      trial_ = (x + t * steepest_).cwiseMax(lower_).cwiseMin(upper_) - x;
      const double promise = promised(trial_);
      if (promise <= -1e-4 * model_.gradient.dot(trial_)) continue;
      if (!(promise_ >= 0.1 * promise)) {
        promise_ = promise;
        step_.p = trial_;
        whole_step_ = false;
      }
      return;
    }
  }

  /// The residuals at a trial point; infinity where there are none.
  double try_residuals(TrustRegionEnd& end, const Eigen::VectorX<S>& x) {
    ++end.residual_evaluations;
    const double cost = value_or(std::numeric_limits<double>::infinity(), [&] {
      problem_.residuals(x, trial_residuals_);
      return problem_.total(weighing_.cost(trial_residuals_));
    });
    return std::isfinite(cost) ? cost : std::numeric_limits<double>::infinity();
  }

  /// Moves to the trial point if its derivatives are finite; if not, the model stays where it is.
  bool move(TrustRegionEnd& end, double cost) {
    const bool moved = value_or(false, [&] { return linearize(end, trial_, trial_residuals_); });
    if (!moved) {
      linearize(end, end.x, end.residuals);
      return false;
    }
    end.x.swap(trial_);
    end.residuals.swap(trial_residuals_);
    end.cost = cost;
    // A column that was large is forgotten slowly: a param that loses its influence for a few steps must not run away.
    region_.scale = (0.9 * region_.scale).cwiseMax(model_.column_norms);
    largest_norms_ = largest_norms_.cwiseMax(model_.column_norms);
    return true;
  }

  /// What rounding does to the cost: residuals are differences of numbers about as large as the params' shares.
  double rounding(const TrustRegionEnd& end) const {
    constexpr double epsilon = std::numeric_limits<double>::epsilon();
    const double size = std::sqrt(2 * end.cost), shares = model_.column_norms.cwiseProduct(end.x).norm();
    return epsilon * size * (size + shares) + epsilon * epsilon * shares * shares;
  }

  /// Trial steps from one point until one is taken. Returns false at the end.
  bool advance(TrustRegionEnd& end) {
    constexpr std::int64_t patience = 10;  // bent early, steps may leap out of the valley; later the valley is long
    for (bool refused = false;; refused = true) {
      if (end.steps >= options_.max_steps) return stop(end, LeastSquaresStop::max_steps);
      find_step(end.x);
      const double noise = rounding(end);
      while (promise_ <= noise && step_.limited && !refused) {  // a region so small that no step in it can be seen
        region_.radius *= 10;
        find_step(end.x);
      }
      if (promise_ <= noise) return polish(end, noise);
      ++end.steps;
      const double length = norm(step_.p), promise = promise_;
      const bool whole = whole_step_;
      if (accelerates_ && ++limited_ > patience && too_bent_ < 4 && !accelerate(end)) {
        ++too_bent_;
        region_.radius = 0.5 * std::min(region_.radius, length);
        continue;
      }
      trial_ = (end.x + step_.p).cwiseMax(lower_).cwiseMin(upper_);
      if (trial_ == end.x) return stop(end, whole ? LeastSquaresStop::at_rounding : LeastSquaresStop::no_progress);
      const double cost = try_residuals(end, trial_), reduction = end.cost - cost;
      close_ = close_ || (reduction > 0 && reduction < 0.01 * end.cost);
      const bool taken = reduction > 1e-4 * promise && move(end, cost);
      resize(taken ? reduction / promise : std::min(reduction / promise, 0.0), length, reduction);
      if (!taken) continue;
      too_bent_ = 0;
      if (whole && length <= options_.step_tolerance * norm(end.x)) return stop(end, LeastSquaresStop::step_tolerance);
      if (std::max(promise, std::abs(reduction)) <= options_.cost_tolerance * end.cost)
        return stop(end, LeastSquaresStop::cost_tolerance);
      return true;
    }
  }

  double residual_norm() const { return std::sqrt(problem_.total(scaled_.squaredNorm())); }
  double norm(const Eigen::VectorX<S>& p) const { return region_.scale.cwiseProduct(p).norm(); }

  /// Bends the step by half the acceleration of the geodesic that starts along it (Transtrum & Sethna 2012,
  /// https://arxiv.org/abs/1201.5885), from a second difference of the residuals. Returns false if the bend is so
  /// strong that the step is too long.
  bool accelerate(TrustRegionEnd& end) {
    constexpr double h = 0.1, strongest = 0.75;
    trial_ = end.x + h * step_.p;
    if (!std::isfinite(try_residuals(end, trial_))) return true;
    bend_ = trial_residuals_ - end.residuals;
    model_.bend(region_, row_scale_, bend_, h, step_.p, acceleration_);
    if (!(norm(acceleration_) <= strongest * norm(step_.p))) return false;
    step_.p += 0.5 * acceleration_;
    return true;
  }

  void resize(double ratio, double length, double reduction) {
    if (!(ratio > 0.25)) {
      // The lowest point of the parabola through the cost, its slope and the trial cost.
      const double slope = -model_.gradient.dot(step_.p);
      double factor = 0.5;
      if (reduction < 0) factor = std::isfinite(reduction) && slope > 0 ? 0.5 * slope / (slope - reduction) : 0.1;
      region_.radius = std::clamp(factor, 0.1, 0.5) * std::min(region_.radius, length);
    } else if (ratio > 0.75 || whole_step_) {
      region_.radius = std::max(region_.radius, 2 * length);
    }
  }

  /// Costs no longer tell good steps from bad ones, but whole steps still come closer as long as they get shorter.
  bool polish(TrustRegionEnd& end, double noise) {
    if (!whole_step_) {
      region_.radius = std::numeric_limits<double>::infinity();
      find_step(end.x);
      if (!(promise_ <= 1e4 * noise)) return stop(end, LeastSquaresStop::no_progress);
    }
    const double length = norm(step_.p);
    trial_ = (end.x + step_.p).cwiseMax(lower_).cwiseMin(upper_);
    if (!(length < 0.9 * last_polish_) || trial_ == end.x) return stop(end, LeastSquaresStop::at_rounding);
    ++end.steps;
    const double cost = try_residuals(end, trial_);
    if (!(cost <= end.cost + 4 * noise) || !move(end, cost)) return stop(end, LeastSquaresStop::at_rounding);
    last_polish_ = length;
    if (length <= options_.step_tolerance * norm(end.x)) return stop(end, LeastSquaresStop::step_tolerance);
    return true;
  }

  ResidualProblem& problem_;
  const LeastSquaresOptions& options_;
  QuadraticModel<S>& model_;
  const Weighing<S>& weighing_;
  const Eigen::VectorX<S>& lower_;
  const Eigen::VectorX<S>& upper_;
  Region<S> region_;
  TrustStep<S> step_;
  Eigen::VectorX<S> row_scale_, scaled_, trial_, trial_residuals_, steepest_, bend_, acceleration_, largest_norms_;
  double promise_ = 0;
  bool whole_step_ = false;  // whether it is the minimizer of the model, not shortened by region or bounds
  bool accelerable_ =
      options_.geodesic_acceleration && options_.method == TrustRegionMethod::levenberg_marquardt && model_.can_bend();
  bool accelerates_ = false;  // whether it may be bent
  std::int64_t limited_ = 0;  // steps that could have been bent
  bool close_ = false;        // whether a step has lowered the cost by less than a hundredth
  int too_bent_ = 0;          // steps from here that were refused as too bent; many are rounding
  double last_polish_ = std::numeric_limits<double>::infinity();
};

}  // namespace grove::optim::detail
