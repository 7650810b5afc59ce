// A loss over one plain vector, as the solvers of others want it.
#pragma once

#include <Eigen/Core>
#include <tuple>
#include <utility>

#include "../tree/flatten.hpp"
#include "grad.hpp"

namespace grove {

/// A loss of a vector; made by `flat`. It keeps room for a point and its gradient, so a call allocates nothing, and
/// threads need a copy each.
template <class F, class P, class... Args>
class FlatLoss {
 public:
  /// The scalar of the params.
  using Scalar = tree::scalar_t<P>;
  /// A plain vector of it.
  using Vector = Eigen::Matrix<Scalar, Eigen::Dynamic, 1>;

  /// See flat.
  FlatLoss(F loss, P params, Args... args)
      : loss_(std::move(loss)),
        start_(params),
        point_(params),
        grads_(std::move(params)),
        args_(std::forward<Args>(args)...) {}

  /// Number of entries of the vector.
  Eigen::Index size() const { return tree::size(start_); }
  /// The params that `flat` was given, as a vector, in the order of `tree::flatten`: where a solver begins.
  Vector start() const { return tree::flatten(start_); }
  /// A vector as params. Throws: ShapeError if it has not `size()` entries.
  P params(const Eigen::Ref<const Vector>& x) const { return tree::unflatten(x, start_); }
  /// The same from memory that holds size() numbers.
  P params(const Scalar* x) const { return params(Eigen::Map<const Vector>(x, size())); }

  /// The value at the `size()` entries at `x`, and the gradient into as many at `gradient` unless that is null.
  Scalar operator()(const Scalar* x, Scalar* gradient) {
    tree::unflatten_into(Eigen::Map<const Vector>(x, size()), point_);
    return std::apply(
        [&](const auto&... args) {
          if (gradient == nullptr) return Scalar(evaluate(loss_, point_, args...));
          Scalar value{};
          value_and_grad_into(loss_, point_, value, grads_, args...);
          tree::flatten_into(grads_, flat_grads_);
          Eigen::Map<Vector>(gradient, size()) = flat_grads_;
          return value;
        },
        args_);
  }

  /// The value alone. Throws: ShapeError if x has not `size()` entries.
  Scalar operator()(const Eigen::Ref<const Vector>& x) {
    check_size(x.size());
    return (*this)(x.data(), nullptr);
  }
  /// The value, and the gradient into `gradient`, which is given the size of x. Throws: ShapeError if x has not
  /// `size()` entries.
  Scalar operator()(const Eigen::Ref<const Vector>& x, Vector& gradient) {
    check_size(x.size());
    gradient.resize(size());
    return (*this)(x.data(), gradient.data());
  }

 private:
  void check_size(Eigen::Index given) const {
    if (given != size())
      throw ShapeError(detail::fill("flat: the vector has {} entries and the params {} numbers", {given, size()}));
  }

  F loss_;
  P start_;
  P point_;
  P grads_;
  Vector flat_grads_;
  std::tuple<Args...> args_;
};

/// The loss `loss(params, args…)` of one plain vector, for solvers of others: value and gradient in one call.
///
///   auto f = grove::flat(loss, params, x, y);
///   Eigen::VectorXd at = f.start(), gradient;
///   double value = f(at, gradient);                        // f(at.data(), gradient.data()) by pointers
///   Params best = f.params(at);
///
/// The vector is the params as by `tree::flatten`; what is no number in `params` stays as it is. Arguments that are
/// named objects are referenced and must live as long as the result, temporaries are kept. A call throws what the loss
/// throws. docs/interop.md has Ceres, NLopt and dlib.
template <class F, detail::Differentiable P, class... Args>
FlatLoss<F, P, Args...> flat(F loss, P params, Args&&... args) {
  return {std::move(loss), std::move(params), std::forward<Args>(args)...};
}

}  // namespace grove
