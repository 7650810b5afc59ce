// Optimizers by their names, for programs whose users choose one.
#pragma once

#include <fmt/format.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "optim/any_transformation.hpp"
#include "optim/detail/catalogue.hpp"

namespace grove::optim {

/// The state of an optimizer chosen by name: the optimizer itself, made for these params, and its state.
template <class P>
struct ByNameState {
  any_transformation<P> optimizer;
  AnyState<P> state;
};

/// The link behind `by_name`.
class ByName {
 public:
  static constexpr bool needs_params = true;
  static constexpr bool uses_grad = true;

  ByName(std::string name, Arguments arguments) : name_(std::move(name)), arguments_(std::move(arguments)) {
    detail::with_optimizer(name_, arguments_, [](const auto& /*optimizer*/) {});
  }

  template <class P>
  ByNameState<P> init(const P& params) const {
    std::optional<any_transformation<P>> made;
    detail::with_optimizer(name_, arguments_, [&](const auto& optimizer) { made.emplace(optimizer); });
    auto state = made->init(params);
    return {*std::move(made), std::move(state)};
  }
  template <class P, class E>
  void update_in_place(P& updates, ByNameState<P>& state, const P& params, const E& extra) const {
    state.optimizer.update_in_place(updates, state.state, params, extra);
  }
  template <class P, class E>
  void step_in_place(P& grads, ByNameState<P>& state, P& params, const E& extra) const {
    state.optimizer.step_in_place(grads, state.state, params, extra);
  }

 private:
  std::string name_;
  Arguments arguments_;
};

/// The optimizer of this name, with arguments by name; what is not given has its default.
///
///   auto optimizer = by_name("adamw", {{"learning_rate", 1e-3}, {"weight_decay", 0.01}});
///
/// Flags are 0 or 1; a learning rate or a weight decay may be a schedule. Masks are not to be had by name.
/// Throws: HyperparameterError for an unknown name, an unknown or missing argument (the message lists the valid ones),
/// or a value out of range.
inline auto by_name(std::string name, Arguments arguments) {
  return GradientTransformation<ByName>{{std::move(name), std::move(arguments)}};
}

/// The names that `by_name` knows.
inline std::vector<std::string> optimizer_names() { return detail::catalogue_names(); }

}  // namespace grove::optim
