// Hyperparameters that live in the state: they can be read, scheduled and overwritten between steps.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "../../autodiff/error.hpp"
#include "../numerics/detail/check.hpp"
#include "../protocol/chain.hpp"
#include "../protocol/named_chain.hpp"
#include "../schedules/hyperparameter.hpp"

namespace grove::optim {

/// Values of hyperparameters by name, as a factory sees them.
class Hyperparams {
 public:
  /// Takes their values.
  Hyperparams(const std::map<std::string, double>& values) : values_(values) {}

  /// Throws: HyperparameterError if there is none of this name.
  double at(std::string_view name) const {
    const auto found = values_.find(std::string(name));
    if (found == values_.end()) throw_unknown(name, values_);
    return found->second;
  }
  /// The same as `at`.
  double operator[](std::string_view name) const { return at(name); }
  /// Whether there is one of that name.
  bool contains(std::string_view name) const { return values_.count(std::string(name)) != 0; }
  /// Of the pairs of names and values.
  auto begin() const { return values_.begin(); }
  /// Of the pairs of names and values.
  auto end() const { return values_.end(); }

  /// Throws HyperparameterError that lists the names there are.
  [[noreturn]] static void throw_unknown(std::string_view name, const auto& valid) {
    std::string names;
    for (const auto& entry : valid) names += (names.empty() ? "" : ", ") + entry.first;
    throw HyperparameterError(detail::fill("inject_hyperparams: there is no hyperparameter '{}'; {}{}",
                                           {name, names.empty() ? "none was given" : "valid are ", names}));
  }

 private:
  const std::map<std::string, double>& values_;
};

/// Step count, the values that the last step used, and the state inside.
template <class State>
struct InjectHyperparamsState {
  std::int64_t count;                         ///< steps so far
  std::map<std::string, double> hyperparams;  ///< their values, to be set by hand
  State inner_state;                          ///< of the transformation
};

/// The link behind `inject_hyperparams`.
template <class Factory>
struct InjectHyperparams {
  /// What the factory makes.
  using Inner = detail::unwrap_link_t<std::invoke_result_t<const Factory&, const Hyperparams&>>;
  static constexpr bool needs_params = detail::needs_params<Inner>;
  static constexpr int asks_for = detail::asks_for<Inner>;
  static constexpr bool is_erased = detail::is_erased<Inner>;
  static constexpr detail::Harm harm = std::max(detail::Harm::counts, detail::harm<Inner>);
  Factory inner_factory;                                   ///< hyperparams → transformation
  std::map<std::string, ScalarOrSchedule<double>> values;  ///< numbers and schedules

  /// What the first step uses.
  std::map<std::string, double> first() const {
    std::map<std::string, double> result;
    for (const auto& [name, value] : values) result[name] = value(0);
    return result;
  }
  template <class P>
  auto init(const P& params) const {
    auto now = first();
    auto inner = inner_factory(Hyperparams(now)).init(params);
    return InjectHyperparamsState<decltype(inner)>{0, std::move(now), std::move(inner)};
  }
  template <class U, class S, class P, class E>
  void update_in_place(U& updates, S& state, const P& params, const E& extra) const {
    for (const auto& entry : state.hyperparams) {  // one that was misspelt in the state would do nothing
      if (values.count(entry.first) == 0) Hyperparams::throw_unknown(entry.first, values);
    }
    std::map<std::string, double> now = state.hyperparams;
    for (const auto& [name, value] : values) {
      if (value.is_schedule()) now[name] = value(state.count);
    }
    const Inner inner = inner_factory(Hyperparams(now));
    detail::run(inner, updates, state.inner_state, params, extra);
    state.hyperparams = std::move(now);
    state.count = safe_increment(state.count);
  }
};

/// Rebuilds a transformation at every step from hyperparameters that are part of its state.
///
///   auto optimizer = inject_hyperparams([](const Hyperparams& h) { return adam(h.at("learning_rate")); },
///                                       {{"learning_rate", cosine_decay_schedule(1e-2, 1000)}});
///   state.hyperparams["learning_rate"] = 1e-3;      // for numbers; a schedule overwrites it again
///
/// Hyperparameters that change the shape of the state (memory sizes and the like) belong into the factory itself.
/// A name that is not among the values, in the factory or in the state, is an error that lists the valid ones.
/// Throws: what the factory throws for the values of the first step.
template <class Factory>
auto inject_hyperparams(Factory inner_factory, std::map<std::string, ScalarOrSchedule<double>> values) {
  detail::check_given("inject_hyperparams", "the factory", inner_factory);
  GradientTransformation<InjectHyperparams<Factory>> result{{std::move(inner_factory), std::move(values)}};
  static_cast<void>(
      result.inner_factory(Hyperparams(result.first())));  // so that values out of range are reported here
  return result;
}

/// Step count, the values that the last step used, the states of the stateful schedules, and the state inside.
template <class State, class... ScheduleStates>
struct InjectStatefulHyperparamsState {
  std::int64_t count;                                ///< steps so far
  std::map<std::string, double> hyperparams;         ///< their values at the last step
  std::tuple<ScheduleStates...> hyperparams_states;  ///< of schedules that have one
  State inner_state;                                 ///< of the transformation
};

/// The link behind `inject_stateful_hyperparams`.
template <class Factory, class... Schedules>
struct InjectStatefulHyperparams {
  /// What the factory makes.
  using Inner = detail::unwrap_link_t<std::invoke_result_t<const Factory&, const Hyperparams&>>;
  static constexpr bool needs_params = detail::needs_params<Inner>;
  static constexpr int asks_for = detail::asks_for<Inner>;
  static constexpr bool is_erased = detail::is_erased<Inner>;
  static constexpr detail::Harm harm = std::max(detail::Harm::counts, detail::harm<Inner>);

  Factory inner_factory;                                   ///< hyperparams → transformation
  std::map<std::string, ScalarOrSchedule<double>> values;  ///< numbers and schedules
  std::tuple<Named<Schedules>...> stateful;                ///< schedules with a state

  template <class P>
  auto init(const P& params) const {
    return std::apply(
        [&](const auto&... schedule) {
          std::map<std::string, double> now;
          for (const auto& [name, value] : values) now[name] = value(0);
          auto states = std::tuple<decltype(schedule.transformation.init())...>{schedule.transformation.init()...};
          set_from(states, now, Extra<>{});
          auto inner = inner_factory(Hyperparams(now)).init(params);
          return InjectStatefulHyperparamsState<decltype(inner), decltype(schedule.transformation.init())...>{
              0, std::move(now), std::move(states), std::move(inner)};
        },
        stateful);
  }
  template <class U, class S, class P, class E>
  void update_in_place(U& updates, S& state, const P& params, const E& extra) const {
    std::map<std::string, double> now = state.hyperparams;
    for (const auto& [name, value] : values) {
      if (value.is_schedule()) now[name] = value(state.count);
    }
    set_from(state.hyperparams_states, now, extra);
    auto next = state.hyperparams_states;
    advance(next, extra);
    const Inner inner = inner_factory(Hyperparams(now));
    detail::run(inner, updates, state.inner_state, params, extra);
    state.hyperparams = std::move(now);
    state.hyperparams_states = std::move(next);
    state.count = safe_increment(state.count);
  }

 private:
  /// Calls f(named schedule, its state) for all stateful schedules.
  template <class States, class F>
  void for_each_schedule(States& states, const F& f) const {
    [&]<std::size_t... I>(std::index_sequence<I...>) { (f(std::get<I>(stateful), std::get<I>(states)), ...); }
    (std::index_sequence_for<Schedules...>{});
  }
  template <class States, class E>
  void set_from(const States& states, std::map<std::string, double>& now, const E& extra) const {
    for_each_schedule(states, [&](const auto& schedule, const auto& state) {
      now[schedule.name] = schedule.transformation(state, extra);
    });
  }
  template <class States, class E>
  void advance(States& states, const E& extra) const {
    for_each_schedule(states, [&](const auto& schedule, auto& state) {
      state = schedule.transformation.update(std::move(state), extra);
    });
  }
};

/// `inject_hyperparams` with schedules that have a state of their own and see the extra arguments of `update`, so that
/// a rate can follow the loss.
///
///   struct Halve {                                             // halves the rate when the loss rises
///     struct State { double rate = 0.1, last = 1e300; };
///     State init() const { return {}; }
///     double operator()(const State& s, const auto& /*extra*/) const { return s.rate; }
///     State update(State s, const auto& extra) const;          // for the next step; extra.value is the loss
///   };
///   auto optimizer = inject_stateful_hyperparams([](const Hyperparams& h) { return sgd(h.at("learning_rate")); }, {},
///                                                named("learning_rate", Halve{}));
///
/// `init` calls a schedule without extra arguments. Throws: as inject_hyperparams; HyperparameterError for a name given
/// twice.
template <class Factory, class... Schedules>
auto inject_stateful_hyperparams(Factory inner_factory, std::map<std::string, ScalarOrSchedule<double>> values,
                                 const Named<Schedules>&... stateful) {
  detail::check_given("inject_stateful_hyperparams", "the factory", inner_factory);
  std::vector<std::string> names{stateful.name...};
  for (const auto& entry : values) names.push_back(entry.first);
  detail::check_names("inject_stateful_hyperparams", names);
  using Link = InjectStatefulHyperparams<Factory, Schedules...>;
  return GradientTransformation<Link>{{std::move(inner_factory), std::move(values), {stateful...}}};
}

}  // namespace grove::optim
