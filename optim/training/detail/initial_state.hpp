// The state of an optimizer in options that do not know its type.
#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

#include "shown.hpp"

namespace grove::optim::detail {

/// A state to begin with, or none.
class InitialState {
 public:
  InitialState() = default;
  template <class State>
  requires(!std::same_as<std::remove_cvref_t<State>, InitialState>) InitialState(State&& state)
      : held_(std::make_shared<const std::remove_cvref_t<State>>(std::forward<State>(state))),
        type_(type_id<std::remove_cvref_t<State>>()) {}

  explicit operator bool() const { return held_ != nullptr; }

  /// Throws: HyperparameterError if it is the state of an optimizer of another type.
  template <class State>
  const State& as() const {
    check_shown("initial_state", "the optimizer's state", type_, type_id<State>());
    return *static_cast<const State*>(held_.get());
  }

 private:
  std::shared_ptr<const void> held_;
  TypeId type_{};
};

}  // namespace grove::optim::detail
