// Hyperparameters that live in the state: they can be read, scheduled and overwritten between steps.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <type_traits>
#include <utility>

#include "optim/protocol/chain.hpp"
#include "optim/schedules/hyperparameter.hpp"

namespace grove::optim {

/// Values of hyperparameters by name.
using Hyperparams = std::map<std::string, double>;

/// Step count, the values that the last step used, and the state inside.
template <class State>
struct InjectHyperparamsState {
  std::int64_t count;
  Hyperparams hyperparams;
  State inner_state;
};

/// The link behind `inject_hyperparams`.
template <class Factory>
struct InjectHyperparams {
  using Inner = detail::unwrap_link_t<std::invoke_result_t<const Factory&, const Hyperparams&>>;
  static constexpr bool needs_params = detail::needs_params<Inner>;
  static constexpr bool uses_grad = detail::uses_grad<Inner>;

  Factory inner_factory;                                   ///< hyperparams → transformation
  std::map<std::string, ScalarOrSchedule<double>> values;  ///< numbers and schedules

  /// What the first step uses.
  Hyperparams first() const {
    Hyperparams result;
    for (const auto& [name, value] : values) result[name] = value(0);
    return result;
  }
  template <class P>
  auto init(const P& params) const {
    Hyperparams now = first();
    auto inner = inner_factory(now).init(params);
    return InjectHyperparamsState<decltype(inner)>{0, std::move(now), std::move(inner)};
  }
  template <class U, class S, class P, class E>
  void update_in_place(U& updates, S& state, const P& params, const E& extra) const {
    for (const auto& [name, value] : values) {
      if (value.is_schedule()) state.hyperparams[name] = value(state.count);
    }
    state.count = safe_increment(state.count);
    const Inner inner = inner_factory(state.hyperparams);
    detail::run(inner, updates, state.inner_state, params, extra);
  }
};

/// Rebuilds a transformation at every step from hyperparameters that are part of its state.
///
///   auto optimizer = inject_hyperparams([](const Hyperparams& h) { return adam(h.at("learning_rate")); },
///                                       {{"learning_rate", cosine_decay_schedule(1e-2, 1000)}});
///   state.hyperparams["learning_rate"] = 1e-3;      // for numbers; a schedule overwrites it again
///
/// Hyperparameters that change the shape of the state (memory sizes and the like) belong into the factory itself.
/// Throws: what the factory throws for the values of the first step.
template <class Factory>
auto inject_hyperparams(Factory inner_factory, std::map<std::string, ScalarOrSchedule<double>> values) {
  GradientTransformation<InjectHyperparams<Factory>> result{{std::move(inner_factory), std::move(values)}};
  static_cast<void>(result.inner_factory(result.first()));  // so that values out of range are reported here
  return result;
}

}  // namespace grove::optim
