// A transformation on all leaves joined to one vector.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "../../autodiff/error.hpp"
#include "../../autodiff/tree/tree.hpp"
#include "../protocol/detail/joined.hpp"
#include "../protocol/transformation.hpp"

namespace grove::optim {

namespace detail {

/// How a transformation of the joined leaves sees gradients and losses of trees.
template <class P, class Vector>
class FlatLens {
 public:
  FlatLens(const LeafFilter* filter, const P& params) : filter_(filter), params_(params) {}

  Vector inner(const auto& grad) const {
    Vector flat;
    join_leaves(filter_, grad, flat);
    return flat;
  }
  const P& outer(const Vector& at) const {
    if (!trial_) trial_ = params_;
    part_leaves(filter_, at, *trial_);
    return *trial_;
  }
  auto value_and_grad(const auto& f, const Vector& at, Vector& grad) const {
    if (!trial_grad_) trial_grad_ = params_;
    auto value = f(outer(at), *trial_grad_);
    join_leaves(filter_, *trial_grad_, grad);
    return value;
  }
  Vector hvp(const auto& f, const Vector& at, const Vector& tangents) const {
    P direction = zeros_like(params_);
    part_leaves(filter_, tangents, direction);
    return inner(f(outer(at), direction));
  }
  auto hessian(const auto& f, const Vector& at) const {
    const std::vector<Eigen::Index> places = places_of_joined(filter_, params_);
    const Eigen::MatrixXd all = f(outer(at));
    return Eigen::MatrixXd(all(places, places));
  }
  void residuals(const auto& f, const Vector& at, auto& residuals, auto& jacobian) const {
    f(outer(at), residuals, jacobian);
    const std::vector<Eigen::Index> places = places_of_joined(filter_, params_);
    const Eigen::MatrixXd all = jacobian;
    jacobian.resize(all.rows(), static_cast<Eigen::Index>(places.size()));
    for (Eigen::Index j = 0; j < jacobian.cols(); ++j) jacobian.col(j) = all.col(places[static_cast<std::size_t>(j)]);
  }

 private:
  const LeafFilter* filter_;
  const P& params_;
  mutable std::optional<P> trial_, trial_grad_;
};

}  // namespace detail

namespace detail {

[[noreturn]] inline void throw_joined(Eigen::Index params, Eigen::Index state) {
  throw StructureError(fill(
      "flatten: the params have {} numbers and the state was made for {}; make it with init(params)", {params, state}));
}

}  // namespace detail

/// The state inside, and room for the flattened trees.
template <class State, class Scalar>
struct FlattenState {
  State inner_state;                                 ///< of the transformation
  Eigen::Matrix<Scalar, Eigen::Dynamic, 1> updates;  ///< memory, flat
  Eigen::Matrix<Scalar, Eigen::Dynamic, 1> params;   ///< memory, flat

  template <class P>
  void check_fits(const P& all) const {
    // Under a mask there is room for the leaves that take part; which they are shows in the step.
    if (params.size() > tree::size(all)) detail::throw_joined(tree::size(all), params.size());
    detail::check_state(inner_state, params);
  }
};

/// The link behind `flatten`.
template <class Link>
struct Flatten {
  Link inner;  ///< sees one vector

  template <class P>
  auto init(const P& params) const {
    auto flat = tree::flatten(params);
    detail::join_leaves(detail::InitMask::current(), params, flat);
    const detail::InitMask none(nullptr);
    using Scalar = typename decltype(flat)::Scalar;
    auto state = inner.init(flat);
    return FlattenState<decltype(state), Scalar>{std::move(state), flat, flat};
  }
  template <class U, class S, class P, class E>
  void update_in_place(U& updates, S& state, const P& params, const E& extra) const {
    const Eigen::Index size = detail::joined_size(extra.filter, params);
    if (size != state.params.size()) detail::throw_joined(size, state.params.size());
    detail::join_leaves(extra.filter, updates, state.updates);
    detail::join_leaves(extra.filter, params, state.params);
    if constexpr (detail::is_elementwise<Link>) {
      Extra<> none;
      none.workers = extra.workers;
      detail::run(inner, state.updates, state.inner_state, state.params, none);
    } else {
      using Vector = std::remove_cvref_t<decltype(state.params)>;
      extra.through(detail::FlatLens<P, Vector>(extra.filter, params), [&](const auto& inner_extra) {
        detail::run(inner, state.updates, state.inner_state, state.params, inner_extra);
      });
    }
    detail::part_leaves(extra.filter, state.updates, updates);
  }
};

/// Runs a transformation on all leaves joined to one vector, so that what it does by leaf, it does for the whole tree.
/// Under a mask the vector has the leaves that take part. Linesearches see the gradient and the loss of the vector.
template <class T>
auto flatten(const T& inner) {
  return GradientTransformation<Flatten<detail::unwrap_link_t<T>>>{{inner}};
}

}  // namespace grove::optim
