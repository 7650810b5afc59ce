// The value of a function with its pullback, to be called with any cotangent, any number of times.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include "grad.hpp"

namespace grove {
namespace detail {

/// A recording that outlives the call that made it: its own tape, the lifted parameters and the active result.
template <class S, class P, class Result>
class KeptRecording {
 public:
  template <class F, class... Args>
  KeptRecording(F& f, const P& params, const Args&... args) : KeptRecording(Tag{}, f, params, args...) {}

  auto value() const { return value_; }

  template <class Cotangent>
  tree_over<P, S> pull_back(const Cotangent& cotangent) {
    tree::check_same_structure("vjp", value_, cotangent, "the value", "the cotangent");
    const Activated<S> activated(*tape_);
    try {
      tree::detail::visit_leaves([this](const auto& y, const auto& c) { this->seed(y, c); }, result_, cotangent);
    } catch (...) {
      tape_->clear_adjoints();
      throw;
    }
    tape_->sweep(inputs_);
    tree_over<P, S> grads = like_;
    take_adjoints<S>(grads, lifted_);
    return grads;
  }

 private:
  struct Tag {};

  template <class F, class... Args>
  KeptRecording(Tag, F& f, const P& params, const Args&... args)
      : tape_(new Tape<S>), like_(copy_over<S>(params)), result_(run(f, params, args...)), value_(plain()) {}

  template <class F, class... Args>
  Result run(F& f, const P& params, const Args&... args) {
    tape_->copies_every_constant = true;
    const Activated<S> activated(*tape_);
    tape_->open();
    lift_inputs<S>(*tape_, Lifted::variables, params, lifted_);
    inputs_ = tape_->slot_count() - tape_->opened().slots;
    return keep(call_loss<S>(f, std::as_const(lifted_), args...));
  }
  auto plain() {
    const Activated<S> activated(*tape_);
    return numbers_of<S>(result_);
  }
  void seed(const auto& y, const auto& c) {
    for_each_variable(y, [&](const Var<S>& element, Index i, Index j) {
      if (VarAccess::is_active(element, *tape_)) *tape_->adjoint(VarAccess::slot(element)) += S(element_at(c, i, j));
    });
  }

 public:
  // An expression is kept as its value.
  template <class R>
  static auto keep(const R& result) {
    if constexpr (is_active_dense<R>) {
      return handle_t<R>(evaluated(result));
    } else {
      return result;
    }
  }

 private:
  // Objects that nodes own (residuals of custom rules) end with the recording.
  struct Close {
    void operator()(Tape<S>* tape) const {
      {
        const Activated<S> activated(*tape);
        tape->close();
      }
      delete tape;
    }
  };
  std::unique_ptr<Tape<S>, Close> tape_;
  tree_over<P, S> like_;
  active_tree<P, S> lifted_{};
  std::size_t inputs_ = 0;
  Result result_;
  decltype(numbers_of<S>(std::declval<const Result&>())) value_;
};

}  // namespace detail

/// What vjp returns.
template <class Value, class Pullback>
struct ValueAndPullback {
  Value value;        ///< what the function returns, in plain numbers
  Pullback pullback;  ///< from cotangents of the result to those of the params
};

/// f(params, args…) and its pullback: `auto [value, pullback] = vjp(f)(params, args…)`. `pullback(cotangent)` takes a
/// tree like the value and returns the gradient of ⟨cotangent, f⟩, a tree like `params`; it may be stored, copied and
/// called any number of times, on one thread at a time. f may return a scalar, an array or a tree. It keeps a recording
/// of its own (values of constants included) until its last copy is gone. Throws: StructureError if the cotangent is
/// not like the value.
template <class F>
auto vjp(F f) {
  return [f = std::move(f)]<detail::Differentiable P, class... Args>(const P& params, const Args&... args) {
    using S = detail::innermost_scalar_t<P, Args...>;
    using Returned =
        detail::bare<decltype(detail::call_loss<S>(f, std::declval<const detail::active_tree<P, S>&>(), args...))>;
    using Result = decltype(detail::KeptRecording<S, P, int>::keep(std::declval<const Returned&>()));
    auto kept = std::make_shared<detail::KeptRecording<S, P, Result>>(f, params, args...);
    auto value = kept->value();
    auto pullback = [kept](const decltype(value)& cotangent) { return kept->pull_back(cotangent); };
    return ValueAndPullback<decltype(value), decltype(pullback)>{std::move(value), std::move(pullback)};
  };
}

}  // namespace grove
