// Named extra arguments of `update`: what a transformation may need beyond updates, state and params.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include "../../autodiff/error.hpp"
#include "../numerics/detail/check.hpp"

namespace grove::optim {

/// The loss at the params.
template <class T = double>
struct Value {
  T value;  ///< the loss
};

/// The raw gradient at the params.
template <class G>
struct Grad {
  const G& grad;  ///< of the loss itself
};

/// The loss as a function of the params.
template <class F>
struct ValueFn {
  const F& value_fn;  ///< the loss as a function of the params
};

/// The loss and its gradient as a function `f(params, grads&) → value`.
template <class F>
struct ValueAndGradFn {
  const F& value_and_grad_fn;  ///< loss and gradient as a function of the params
};

/// The loss at the params, for polyak_sgd, linesearches, reduce_on_plateau and momo.
///
/// It may be an active scalar, so that one can differentiate through the steps of polyak_sgd; the others take its
/// value.
inline Value<> with_value(double value) { return {value}; }

/// The loss at the params, for transformations that ask for it: `optimizer.update(grads, state, params,
/// with_value(loss))`.
template <class T>
requires(!std::is_convertible_v<T, double>) Value<T> with_value(const T& value) { return {value}; }

/// The raw gradient, for linesearches.
template <class G>
Grad<G> with_grad(const G& grad) {
  return {grad};
}

/// The loss as a function of the params, for the backtracking linesearch.
template <class F>
ValueFn<F> with_value_fn(const F& value_fn) {
  return {value_fn};
}

/// A function `f(params, grads&) → value` that also writes the gradient, for the zoom linesearch.
template <class F>
ValueAndGradFn<F> with_value_and_grad_fn(const F& value_and_grad_fn) {
  return {value_and_grad_fn};
}

/// The product of the Hessian with a tree: `f(params, tangents) → tree`.
template <class F>
struct HvpFn {
  const F& hvp_fn;  ///< products with the Hessian
};

/// The Hessian over the flattened params: `f(params) → n×n matrix`, in the order of tree::flatten.
template <class F>
struct HessianFn {
  const F& hessian_fn;  ///< the Hessian, as a function of the params
};

/// Residuals and their Jacobian over the flattened params: `f(params, residuals&, jacobian&)`, a vector of m numbers
/// and an m×n matrix of doubles.
template <class F>
struct ResidualsFn {
  const F& residuals_fn;  ///< residuals and their Jacobian, as a function of the params
};

/// Hessian-vector products, for trust_region_newton and sophia: `with_hvp_fn([&](const auto& p, const auto& v) { return
/// hvp(loss)(p, v, x, y); })`. They are asked for when they are needed.
template <class F>
HvpFn<F> with_hvp_fn(const F& hvp_fn) {
  return {hvp_fn};
}

/// The Hessian, for newton and curvature_sgd: `with_hessian_fn([&](const auto& p) { return hessian(loss)(p, x, y); })`.
/// It is asked for once a step. Without it they make do with Hessian-vector products.
template <class F>
HessianFn<F> with_hessian_fn(const F& hessian_fn) {
  return {hessian_fn};
}

/// The residuals of a sum of squares, for gauss_newton.
template <class F>
ResidualsFn<F> with_residuals_fn(const F& residuals_fn) {
  return {residuals_fn};
}

namespace detail {

/// How many linesearches were made, and how many of them found no step that lowers the loss.
struct SearchReport {
  std::int64_t searches = 0;
  std::int64_t failures = 0;
  bool at_bounds = false;     ///< whether the params are a minimum within bounds, where the gradient is not 0
  bool from_outside = false;  ///< whether the step led params from outside into bounds, so that those do not count
  bool forget = false;        ///< whether what an optimizer remembers of earlier steps misled it, and is to be dropped
};

/// The extra argument with which `minimize` hears of linesearches, however deep they sit in an optimizer.
struct ReportTo {
  SearchReport* search_report;
};

/// Threads that share the blocks of an elementwise pass; see `threads`.
class WorkSharing {
 public:
  virtual ~WorkSharing() = default;
  virtual int count() const = 0;
  /// Calls `part(context, i)` for every i below `count`, on as many threads, and returns when all are done.
  virtual void run(void (*part)(void* context, int i), void* context) = 0;
};

/// Which leaves a masked transformation may touch: those marked '1' in its own mask and in all masks around it.
struct LeafFilter {
  std::string_view mask;
  const LeafFilter* outer = nullptr;

  bool operator()(std::size_t leaf) const { return mask[leaf] == '1' && (outer == nullptr || (*outer)(leaf)); }
};

/// The masks around a transformation whose state is being made: `init` is given nothing but the params, so for a
/// wrapper that joins leaves they lie here, for the time of the call and on its thread.
class InitMask {
 public:
  explicit InitMask(const LeafFilter* filter) : before_(std::exchange(innermost(), filter)) {}
  InitMask(const InitMask&) = delete;
  InitMask& operator=(const InitMask&) = delete;
  ~InitMask() { innermost() = before_; }

  static const LeafFilter* current() { return innermost(); }

 private:
  static const LeafFilter*& innermost() {
    static thread_local const LeafFilter* filter = nullptr;
    return filter;
  }

  const LeafFilter* before_;
};

/// An extra argument as it is for a transformation of other trees than the params; `lens` leads from the one to the
/// other. It is passed on to `next`.
template <class Slot, class Lens, class Next>
void translate(const Slot& slot, const Lens& /*lens*/, const Next& next) {
  next(slot);
}
template <class G, class Lens, class Next>
void translate(const Grad<G>& slot, const Lens& lens, const Next& next) {
  const auto& grad = lens.inner(slot.grad);
  next(with_grad(grad));
}
template <class F, class Lens, class Next>
void translate(const ValueFn<F>& slot, const Lens& lens, const Next& next) {
  next(with_value_fn([&](const auto& at) { return slot.value_fn(lens.outer(at)); }));
}
template <class F, class Lens, class Next>
void translate(const ValueAndGradFn<F>& slot, const Lens& lens, const Next& next) {
  next(with_value_and_grad_fn(
      [&](const auto& at, auto& grad) { return lens.value_and_grad(slot.value_and_grad_fn, at, grad); }));
}

template <class F, class Lens, class Next>
void translate(const HvpFn<F>& slot, const Lens& lens, const Next& next) {
  next(with_hvp_fn([&](const auto& at, const auto& tangents) { return lens.hvp(slot.hvp_fn, at, tangents); }));
}
template <class F, class Lens, class Next>
void translate(const HessianFn<F>& slot, const Lens& lens, const Next& next) {
  next(with_hessian_fn([&](const auto& at) { return lens.hessian(slot.hessian_fn, at); }));
}
template <class F, class Lens, class Next>
void translate(const ResidualsFn<F>& slot, const Lens& lens, const Next& next) {
  next(with_residuals_fn([&](const auto& at, auto& residuals, auto& jacobian) {
    lens.residuals(slot.residuals_fn, at, residuals, jacobian);
  }));
}

}  // namespace detail

/// The bag of extra arguments that travels through combinators. Each is a base class, so `extra.value` is there or is
/// not.
template <class... Slots>
struct Extra : Slots... {
  /// All of those that were given.
  Extra(const Slots&... slots) : Slots(slots)... {}

  /// The same arguments, restricted to the leaves that `inner` admits.
  Extra masked(const detail::LeafFilter* inner) const {
    Extra result = *this;
    result.filter = inner;
    return result;
  }

  /// Calls use(extra) with the arguments for a transformation of other trees; the masks stay behind.
  template <class Lens, class Use>
  void through(const Lens& lens, const Use& use) const {
    translate_all<Slots...>(lens, [&](const auto&... translated) {
      Extra<std::remove_cvref_t<decltype(translated)>...> inner{translated...};
      inner.workers = workers;
      use(inner);
    });
  }

  const detail::LeafFilter* filter = nullptr;  ///< the leaves that take part; all if none is given
  detail::WorkSharing* workers = nullptr;      ///< who share the work; nobody if none is given

 private:
  template <class... Rest, class Lens, class Use>
  void translate_all(const Lens& lens, const Use& use) const {
    if constexpr (sizeof...(Rest) == 0) {
      use();
    } else {
      translate_first<Rest...>(lens, use);
    }
  }
  template <class First, class... Rest, class Lens, class Use>
  void translate_first(const Lens& lens, const Use& use) const {
    detail::translate(static_cast<const First&>(*this), lens, [&](const auto& first) {
      translate_all<Rest...>(lens, [&](const auto&... rest) { use(first, rest...); });
    });
  }
};

namespace detail {

template <class E>
concept HasValue = requires(const E& extra) {
  extra.value;
};
/// The raw gradient was given, or may have been (behind an any_transformation).
template <class E>
concept HasGrad = requires(const E& extra) {
  extra.grad;
}
|| requires(const E& extra) { extra.grad_if_given; };
template <class E>
concept HasValueFn = requires(const E& extra) {
  extra.value_fn;
};
template <class E>
concept HasValueAndGradFn = requires(const E& extra) {
  extra.value_and_grad_fn;
};

template <class E>
concept HasHvpFn = requires(const E& extra) {
  extra.hvp_fn;
};
template <class E>
concept HasHessianFn = requires(const E& extra) {
  extra.hessian_fn;
};
template <class E>
concept HasResidualsFn = requires(const E& extra) {
  extra.residuals_fn;
};

template <class E>
concept HasSearchReport = requires(const E& extra) {
  extra.search_report;
};

/// Tells who wants to know how a linesearch ended.
template <class E>
void report_search(const E& extra, bool failed) {
  if constexpr (HasSearchReport<E>) {
    if (extra.search_report == nullptr) return;
    ++extra.search_report->searches;
    if (failed) ++extra.search_report->failures;
  }
}

/// Whether somebody, as `minimize`, wants to know how a linesearch ended.
template <class E>
bool has_listener(const E& extra) {
  if constexpr (HasSearchReport<E>) return extra.search_report != nullptr;
  return false;
}

/// Whether links that remember earlier steps of the descent are to start over.
template <class E>
bool should_forget(const E& extra) {
  if constexpr (HasSearchReport<E>) return has_listener(extra) && extra.search_report->forget;
  return false;
}

/// The raw gradient. Throws: Error if it was not given, where only the run can tell.
template <HasGrad E>
const auto& raw_grad(const E& extra) {
  if constexpr (requires { extra.grad; }) {
    return extra.grad;
  } else {
    if (extra.grad_if_given == nullptr) {
      throw Error("any_transformation: a linesearch needs optim::with_grad(grads) in update");
    }
    return *extra.grad_if_given;
  }
}

template <class E>
auto value_of_extra(const E& extra) {
  static_assert(HasValue<E>, "this transformation needs the loss: pass optim::with_value(loss) to update");
  if constexpr (requires { extra.has_value; }) {
    if (!extra.has_value) throw Error("any_transformation: this optimizer needs optim::with_value(loss) in update");
  }
  return extra.value;
}

/// Whether the leaf of this number takes part.
template <class E>
bool admits(const E& extra, std::size_t leaf) {
  return extra.filter == nullptr || (*extra.filter)(leaf);
}

}  // namespace detail
}  // namespace grove::optim
