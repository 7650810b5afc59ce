// A transformation whose type is chosen at run time.
#pragma once

#include <Eigen/Core>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "../../autodiff/error.hpp"
#include "../numerics/detail/check.hpp"
#include "chain.hpp"
#include "detail/saved_nodes.hpp"

namespace grove::optim {

/// The state of an `any_transformation`: a value like other states, but closed.
template <class P>
class AnyState {
 public:
  /// A state of any transformation, behind virtual functions.
  struct Base {
    virtual ~Base() = default;
    /// Another one, equal.
    virtual std::unique_ptr<Base> clone() const = 0;
    /// Writes it to a file.
    virtual void write(const detail::NodeWriter& write, tree::Path& path) const = 0;
    /// Reads it from a file.
    virtual void read(const detail::NodeReader& read, tree::Path& path) = 0;
    virtual void check_fits(const P& params) const = 0;
  };

  AnyState() = default;
  /// Takes a state.
  explicit AnyState(std::unique_ptr<Base> held) : held_(std::move(held)) {}
  /// Copies the state, not a pointer to it.
  AnyState(const AnyState& other) : held_(other.held_ ? other.held_->clone() : nullptr) {}
  /// Takes the state over.
  AnyState(AnyState&&) noexcept = default;
  /// Copies the state, not a pointer to it.
  AnyState& operator=(AnyState other) noexcept {
    held_ = std::move(other.held_);
    return *this;
  }
  ~AnyState() = default;

  /// How optim::save and optim::load see what is inside.
  void write_nodes(const detail::NodeWriter& write, tree::Path path) const {
    write(path, held_ != nullptr);
    if (held_) held_->write(write, path);
  }
  /// Reads it from a file.
  void read_nodes(const detail::NodeReader& read, tree::Path path) {
    bool held = false;
    read(path, held);
    if (held != (held_ != nullptr)) read.in.fail_before("here is the state of another transformation");
    if (held_) held_->read(read, path);
  }

  /// Throws: StructureError if it was made for params of another structure.
  void check_fits(const P& params) const {
    if (held_) held_->check_fits(params);
  }

  /// The state itself; nullptr if there is none.
  Base* get() { return held_.get(); }
  /// The state itself; nullptr if there is none.
  const Base* get() const { return held_.get(); }

 private:
  std::unique_ptr<Base> held_;
};

/// The extra arguments behind an `any_transformation`: all of them, whether given or not.
template <class P>
struct AnyExtra {
  /// The loss.
  double value = std::numeric_limits<double>::quiet_NaN();
  bool has_value = false;                                 ///< whether it was given
  const P* grad_if_given = nullptr;                       ///< of the loss itself
  std::function<double(const P&)> value_fn;               ///< the loss as a function
  std::function<double(const P&, P&)> value_and_grad_fn;  ///< the loss and its gradient as a function
  std::function<P(const P&, const P&)> hvp_fn;            ///< products with the Hessian
  std::function<Eigen::MatrixXd(const P&)> hessian_fn;    ///< the Hessian
  std::function<void(const P&, Eigen::VectorXd&, Eigen::MatrixXd&)> residuals_fn;  ///< residuals and their Jacobian
  detail::SearchReport* search_report = nullptr;                                   ///< what a search leaves behind
  const detail::LeafFilter* filter = nullptr;                                      ///< the leaves that take part
  detail::WorkSharing* workers = nullptr;                                          ///< who share the work

  /// The same for fewer leaves.
  AnyExtra masked(const detail::LeafFilter* inner) const {
    AnyExtra result = *this;
    result.filter = inner;
    return result;
  }

  /// Calls use(extra) with the arguments for a transformation of other trees; the masks stay behind.
  template <class Lens, class Use>
  void through(const Lens& lens, const Use& use) const {
    using Q = std::remove_cvref_t<decltype(lens.inner(std::declval<const P&>()))>;
    AnyExtra<Q> result;
    result.value = value;
    result.has_value = has_value;
    result.search_report = search_report;
    result.workers = workers;
    std::optional<Q> grad;
    if (grad_if_given != nullptr) result.grad_if_given = &grad.emplace(lens.inner(*grad_if_given));
    if (value_fn) result.value_fn = [&](const Q& at) { return value_fn(lens.outer(at)); };
    if (value_and_grad_fn) {
      result.value_and_grad_fn = [&](const Q& at, Q& out) { return lens.value_and_grad(value_and_grad_fn, at, out); };
    }
    if (hvp_fn) result.hvp_fn = [&](const Q& at, const Q& tangents) { return lens.hvp(hvp_fn, at, tangents); };
    if (hessian_fn) result.hessian_fn = [&](const Q& at) { return lens.hessian(hessian_fn, at); };
    if (residuals_fn) {
      result.residuals_fn = [&](const Q& at, Eigen::VectorXd& r, Eigen::MatrixXd& jacobian) {
        lens.residuals(residuals_fn, at, r, jacobian);
      };
    }
    use(result);
  }
};

/// Any transformation of trees of type P, chosen at run time.
///
///   any_transformation<Line> optimizer = fast ? any_transformation<Line>(adam(1e-3)) :
///   any_transformation<Line>(sgd(1e-2));
///
/// It follows the protocol and may be a part of a chain. An extra argument that it needs and does not get is an error
/// at run time. Cost: a virtual call for each step.
template <class P>
class any_transformation {
 public:
  static constexpr bool needs_params = true;
  static constexpr bool is_erased = true;
  static constexpr int asks_for = detail::asks_for_hvp | detail::asks_for_residuals;
  /// Takes any transformation for params of this type.
  template <class T>
  requires(!std::is_same_v<std::remove_cvref_t<T>, any_transformation>) any_transformation(const T& transformation)
      : held_(std::make_shared<Held<detail::unwrap_link_t<T>>>(transformation)) {}

  AnyState<P> init(const P& params) const { return held_->init(params); }

  static constexpr detail::Harm harm = detail::Harm::none;  // what it holds puts its state back itself

  template <class S, class... Slots>
  requires std::is_same_v<std::remove_cvref_t<S>, AnyState<P>> Updated<P, AnyState<P>> update(P updates, S&& state,
                                                                                              const P& params,
                                                                                              const Slots&... extra)
  const {
    return detail::updated<any_transformation>(std::move(updates), std::forward<S>(state), [&](P& u, AnyState<P>& s) {
      detail::check_call(u, s, params);
      update_in_place(u, s, params, Extra<Slots...>{extra...});
    });
  }

  template <class E>
  void update_in_place(P& updates, AnyState<P>& state, const P& params, const E& extra) const {
    held_->update(updates, state, params, erase(extra));
  }

  template <class E>
  void step_in_place(P& grads, AnyState<P>& state, P& params, const E& extra) const {
    held_->step(grads, state, params, erase(extra));
  }

 private:
  struct Interface {
    virtual ~Interface() = default;
    virtual AnyState<P> init(const P& params) const = 0;
    virtual void update(P& updates, AnyState<P>& state, const P& params, const AnyExtra<P>& extra) const = 0;
    virtual void step(P& grads, AnyState<P>& state, P& params, const AnyExtra<P>& extra) const = 0;
  };

  template <class Link>
  struct Held final : Interface {
    using State = decltype(std::declval<const Link&>().init(std::declval<const P&>()));

    /// The state of the transformation that is held.
    struct HeldState final : AnyState<P>::Base {
      /// Takes a state.
      explicit HeldState(State s) : state(std::move(s)) {}
      /// Another one, equal.
      std::unique_ptr<typename AnyState<P>::Base> clone() const override { return std::make_unique<HeldState>(state); }
      /// Writes it to a file.
      void write(const detail::NodeWriter& write, tree::Path& path) const override {
        tree::detail::visit_nodes(write, path, state);
      }
      /// Reads it from a file.
      void read(const detail::NodeReader& read, tree::Path& path) override {
        tree::detail::visit_nodes(read, path, state);
      }
      void check_fits(const P& params) const override { detail::check_state(state, params); }
      State state;  ///< the state itself
    };

    explicit Held(const Link& l) : link(l) {}

    AnyState<P> init(const P& params) const override {
      return AnyState<P>(std::make_unique<HeldState>(link.init(params)));
    }
    void update(P& updates, AnyState<P>& state, const P& params, const AnyExtra<P>& extra) const override {
      auto& held = open(state);
      detail::or_put_back<Link>(held, [&] { detail::run(link, updates, held, params, extra); });
    }
    void step(P& grads, AnyState<P>& state, P& params, const AnyExtra<P>& extra) const override {
      auto& held = open(state);
      detail::or_put_back<Link>(held, [&] { detail::run_step(link, grads, held, params, extra); });
    }

    static State& open(AnyState<P>& state) {
      auto* held = dynamic_cast<HeldState*>(state.get());
      if (held == nullptr) throw StructureError("any_transformation: the state was made by another transformation");
      return held->state;
    }

    Link link;
  };

  template <class E>
  static AnyExtra<P> erase(const E& extra) {
    AnyExtra<P> result;
    result.filter = extra.filter;
    result.workers = extra.workers;
    if constexpr (requires { extra.grad; }) result.grad_if_given = &extra.grad;
    if constexpr (requires { extra.grad_if_given; }) result.grad_if_given = extra.grad_if_given;
    if constexpr (detail::HasValue<E>) result.value = detail::plain(extra.value);
    if constexpr (requires { extra.has_value; }) {
      result.has_value = extra.has_value;
    } else {
      result.has_value = detail::HasValue<E>;
    }
    if constexpr (detail::HasSearchReport<E>) result.search_report = extra.search_report;
    if constexpr (detail::HasValueFn<E>) {
      if (detail::is_given(extra.value_fn)) result.value_fn = std::cref(extra.value_fn);
    }
    if constexpr (detail::HasValueAndGradFn<E>) {
      if (detail::is_given(extra.value_and_grad_fn)) result.value_and_grad_fn = std::cref(extra.value_and_grad_fn);
    }
    if constexpr (detail::HasHvpFn<E>) {
      if (detail::is_given(extra.hvp_fn)) result.hvp_fn = std::cref(extra.hvp_fn);
    }
    if constexpr (detail::HasHessianFn<E>) {
      if (detail::is_given(extra.hessian_fn)) result.hessian_fn = std::cref(extra.hessian_fn);
    }
    if constexpr (detail::HasResidualsFn<E>) {
      if (detail::is_given(extra.residuals_fn)) result.residuals_fn = std::cref(extra.residuals_fn);
    }
    return result;
  }

  std::shared_ptr<const Interface> held_;
};

}  // namespace grove::optim
