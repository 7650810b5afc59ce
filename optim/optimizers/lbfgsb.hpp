// L-BFGS in a box.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>

#include "../constraints/project.hpp"
#include "../linesearch/zoom.hpp"
#include "../protocol/transformation.hpp"
#include "detail/cauchy_point.hpp"
#include "detail/curvature.hpp"

namespace grove::optim {

/// The joined params and updates of the last call, the remembered pairs (a column each, oldest first), and room for
/// the params that are tried.
template <class P>
struct LbfgsbState {
  std::int64_t count;                   ///< steps so far
  Eigen::VectorXd params;               ///< the joined params of the last call
  Eigen::VectorXd updates;              ///< the joined updates of the last call
  Eigen::MatrixXd diff_params_memory;   ///< differences of params, a column each, the oldest first
  Eigen::MatrixXd diff_updates_memory;  ///< likewise, of updates
  double projected_gradient;            ///< largest entry of the gradient that does not push against a bound
  P trial;                              ///< room for the params that are tried
  P trial_grad;                         ///< room for their gradient

  /// Of the matrices only those that are like the params, not the pairs.
  template <class Params>
  void check_fits(const Params& tree_of_params) const {
    detail::check_trees(tree_of_params, trial, trial_grad);
  }
};

/// Options of `lbfgsb`.
struct LbfgsbOptions {
  int memory_size = 10;                    ///< pairs that are remembered, ≥ 1
  std::int64_t max_linesearch_steps = 30;  ///< evaluations of a step at most, ≥ 1
};

/// The link behind `lbfgsb`.
template <class L, class H>
struct Lbfgsb {
  static constexpr bool needs_params = true;

  L lower;                ///< a number, or a tree like the params
  H upper;                ///< a number, or a tree like the params
  LbfgsbOptions options;  ///< memory and searches

  template <class P>
  LbfgsbState<P> init(const P& params) const {
    check(params);
    const Eigen::Index n = detail::joined_size(detail::InitMask::current(), params);
    const Eigen::VectorXd zero = Eigen::VectorXd::Zero(n);
    const Eigen::MatrixXd none(n, 0);
    return {0, zero, zero, none, none, std::numeric_limits<double>::infinity(), params, detail::zeros_like(params)};
  }
  template <class U, class S, class P, class E>
  void update_in_place(U& updates, S& state, const P& params, const E& extra) const {
    detail::check_linesearch_extra<E>();
    check(params);
    const Eigen::VectorXd x = detail::joined(extra, params), g = detail::joined(extra, updates);
    if (x.size() != state.params.size()) {
      throw StructureError(
          detail::fill("lbfgsb: the params have {} numbers and the state was made for {}; make it with init(params)",
                       {x.size(), state.params.size()}));
    }
    const detail::Box box{bound(extra, params, lower), bound(extra, params, upper)};
    Eigen::VectorXd move = box.clip(x) - x;
    if ((move.array() == 0).all()) {
      remember(state, x, g, detail::should_forget(extra));
      move = descend(state, box, x, g, params, extra);
    } else {  // into the box first
      state.count = 0;
      detail::report_search(extra, false);
      if constexpr (detail::HasSearchReport<E>) {
        if (extra.search_report != nullptr) extra.search_report->from_outside = true;
      }
    }
    detail::part(extra, move, updates);
  }

 private:
  template <class P>
  void check(const P& params) const {
    if constexpr (!std::is_arithmetic_v<L>) tree::check_same_structure("lbfgsb", params, lower, "params", "lower");
    if constexpr (!std::is_arithmetic_v<H>) tree::check_same_structure("lbfgsb", params, upper, "params", "upper");
  }

  template <class E, class P, class Bound>
  static Eigen::VectorXd bound(const E& extra, const P& params, const Bound& given) {
    if constexpr (std::is_arithmetic_v<Bound>) {
      return Eigen::VectorXd::Constant(detail::joined_size(extra.filter, params), static_cast<double>(given));
    } else {
      return detail::joined(extra, given);
    }
  }

  template <class S>
  void remember(S& state, const Eigen::VectorXd& x, const Eigen::VectorXd& g, bool forget) const {
    Eigen::MatrixXd &steps = state.diff_params_memory, &changes = state.diff_updates_memory;
    if (forget) state.count = 0;
    if (state.count == 0) {
      steps.resize(x.size(), 0);
      changes.resize(x.size(), 0);
    } else {
      const Eigen::VectorXd s = x - state.params, y = g - state.updates;
      if (s.dot(y) > std::numeric_limits<double>::epsilon() * y.squaredNorm()) {
        append(steps, s);
        append(changes, y);
      }
    }
    state.params = x;
    state.updates = g;
    state.count = safe_increment(state.count);
  }

  template <class = void>
  void append(Eigen::MatrixXd& memory, const Eigen::VectorXd& column) const {
    const Eigen::Index kept = std::min<Eigen::Index>(memory.cols(), options.memory_size - 1);
    Eigen::MatrixXd next(memory.rows(), kept + 1);
    next << memory.rightCols(kept), column;
    memory = std::move(next);
  }

  /// A step that stays in the box.
  template <class S, class P, class E>
  Eigen::VectorXd descend(S& state, const detail::Box& box, const Eigen::VectorXd& x, const Eigen::VectorXd& g,
                          const P& params, const E& extra) const {
    const Eigen::Index k = state.diff_params_memory.cols();
    const double theta = k == 0 ? 1
                                : state.diff_updates_memory.col(k - 1).squaredNorm() /
                                      state.diff_updates_memory.col(k - 1).dot(state.diff_params_memory.col(k - 1));
    const auto model = detail::CompactHessian::of(state.diff_params_memory, state.diff_updates_memory, theta);
    const Eigen::VectorXd found = detail::subspace_minimum(box, model, x, g, detail::cauchy_point(box, model, x, g));
    const Eigen::VectorXd direction = found - x;
    state.projected_gradient = box.projected_gradient(x, g);
    const auto step_of = [&](double rate) {
      Eigen::VectorXd step = rate * direction;
      for (Eigen::Index i = 0; i < step.size(); ++i)
        step(i) = detail::update_into(x(i), step(i), box.lower(i), box.upper(i));
      return step;
    };
    const auto evaluate = [&](double rate) {
      state.trial = params;
      detail::part(extra, x + step_of(rate), state.trial);
      const double value = detail::gradient_at(extra, state.trial, state.trial_grad);
      return detail::LinePoint{rate, value, direction.dot(detail::joined(extra, state.trial_grad))};
    };
    report_bounds(extra, state.projected_gradient, g);
    const double length = direction.norm();
    if (!(length > 0) || !std::isfinite(length)) {
      detail::report_search(extra, true);
      return Eigen::VectorXd::Zero(x.size());
    }
    const double longest = std::max(1.0, room(box, x, direction));
    const detail::ZoomSettings settings{options.max_linesearch_steps,
                                        std::isinf(longest) ? std::optional<double>() : longest,
                                        0.0,
                                        2.0,
                                        1e-4,
                                        0.9,
                                        1e-6,
                                        1e-5};
    const double guess = k == 0 ? std::min(1.0, 1 / length) : 1.0;
    const detail::ZoomResult best = detail::zoom({0, detail::plain(detail::value_of_extra(extra)), g.dot(direction)},
                                                 guess, settings, evaluate, [] {});
    detail::report_search(extra, best.failed);
    return step_of(best.point.rate);
  }

  /// All that is left of the gradient pushes against bounds.
  template <class E>
  static void report_bounds(const E& extra, double projected, const Eigen::VectorXd& g) {
    if constexpr (detail::HasSearchReport<E>) {
      if (extra.search_report != nullptr) extra.search_report->at_bounds = projected <= 1e-7 * g.cwiseAbs().maxCoeff();
    }
  }

  /// How far the direction leads before it meets a bound.
  template <class = void>
  static double room(const detail::Box& box, const Eigen::VectorXd& x, const Eigen::VectorXd& direction) {
    double rate = std::numeric_limits<double>::infinity();
    for (Eigen::Index i = 0; i < x.size(); ++i) {
      if (direction(i) > 0) rate = std::min(rate, (box.upper(i) - x(i)) / direction(i));
      if (direction(i) < 0) rate = std::min(rate, (box.lower(i) - x(i)) / direction(i));
    }
    return rate;
  }
};

/// L-BFGS within bounds: numbers for all elements, infinite ones among them, or trees like the params.
///
///   auto fit = minimize(loss, params, lbfgsb(0.0, inf), {}, x, y);
///   auto within = minimize(loss, params, lbfgsb(lower, upper), {}, x, y);       // both trees like params
///
/// Each step minimizes the quadratic model of the last pairs over the face of the box that the projected gradient leads
/// to, and searches on the line there by the strong Wolfe conditions. The loss is never evaluated outside the box, and
/// params at a bound are at it exactly. Params that start outside are first brought into the box.
///
/// `update` needs with_value, with_grad and with_value_and_grad_fn, which `minimize` passes. Masks choose the leaves.
/// The rows of a matrix are one loss to it; of many starts use `minimize_each`.
/// Throws: HyperparameterError where a lower bound exceeds the upper one, or for options out of range; StructureError
/// if trees differ.
/// Source: Byrd, Lu, Nocedal & Zhu 1995; Morales & Nocedal 2011
template <class L, class H>
auto lbfgsb(L lower, H upper, LbfgsbOptions options = {}) {
  detail::check_positive("lbfgsb", "memory_size", options.memory_size);
  detail::check_positive("lbfgsb", "max_linesearch_steps", options.max_linesearch_steps);
  detail::check_box("lbfgsb", lower, upper);
  return GradientTransformation<Lbfgsb<L, H>>{{std::move(lower), std::move(upper), options}};
}

}  // namespace grove::optim
