// Measurements of the updates on their way through a chain.
#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "../numerics/detail/check.hpp"
#include "../protocol/named_chain.hpp"

namespace grove::optim {

namespace detail {

/// Calls f with the updates; under a mask with zeros in the leaves that take no part.
template <class E, class U, class F>
void with_visible(const E& extra, const U& updates, F&& f) {
  if (extra.filter == nullptr) return f(updates);
  U seen = updates;
  hide_others(extra, seen);
  f(seen);
}

}  // namespace detail

/// Results of the measures at the last call, by name; those of the params before the first.
struct MonitorState {
  std::map<std::string, double> measurements;  ///< what was measured last, by name
};

/// The link behind `monitor` and `snapshot`.
template <class... Measures>
struct Monitor {
  std::tuple<Named<Measures>...> measures;  ///< what is measured

  template <class P>
  MonitorState init(const P& params) const {
    MonitorState state;
    measure(state, params);
    return state;
  }
  template <class U, class P, class E>
  void update_in_place(U& updates, MonitorState& state, const P& /*params*/, const E& extra) const {
    detail::with_visible(extra, updates, [&](const U& seen) { measure(state, seen); });
  }

 private:
  void measure(MonitorState& state, const auto& tree) const {
    std::apply([&](const auto&... m) { ((state.measurements[m.name] = detail::plain(m.transformation(tree))), ...); },
               measures);
  }
};

/// Stores measures of the updates that pass here, which stay as they are. Under a mask the other leaves are zeros.
///
///   chain(monitor(named("norm", [](const auto& u) { return tree::global_norm(u); })), clip_by_global_norm(1.0),
///   adam(1e-3))
template <class... Measures>
auto monitor(const Named<Measures>&... measures) {
  detail::check_names("monitor", {measures.name...});
  (detail::check_given("monitor", measures.name, measures.transformation), ...);
  return GradientTransformation<Monitor<Measures...>>{{std::tuple<Named<Measures>...>{measures...}}};
}

/// Stores one measure of the updates.
template <class Measure>
auto snapshot(std::string measure_name, Measure measure) {
  return monitor(Named<Measure>{std::move(measure_name), std::move(measure)});
}

/// The moving average of a measure of the updates.
template <class Measure>
struct MeasureWithEma {
  Measure measure;  ///< what is averaged
  double decay;     ///< in [0, 1)
  bool debias;      ///< whether the start at zero is made up for

  /// The average so far.
  struct State {
    std::int64_t count;  ///< steps so far
    double ema;          ///< not yet debiased
    double measurement;  ///< the average as it is reported
  };

  template <class P>
  State init(const P& /*params*/) const {
    return {0, 0, 0};
  }
  template <class U, class P, class E>
  void update_in_place(U& updates, State& state, const P& /*params*/, const E& extra) const {
    state.count = safe_increment(state.count);
    detail::with_visible(extra, updates, [&](const U& seen) {
      state.ema = decay * state.ema + (1 - decay) * detail::plain(measure(seen));
    });
    state.measurement = debias ? state.ema / (1 - std::pow(decay, static_cast<double>(state.count))) : state.ema;
  }
};

/// Stores a moving average of a measure of the updates, which stay as they are.
template <class Measure>
auto measure_with_ema(Measure measure, double decay, bool debias = true) {
  detail::check_decay("measure_with_ema", "decay", decay);
  detail::check_given("measure_with_ema", "measure", measure);
  return GradientTransformation<MeasureWithEma<Measure>>{{std::move(measure), decay, debias}};
}

}  // namespace grove::optim
