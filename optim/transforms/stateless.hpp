// Transformations from plain functions, the flattened tree, and measurements on the way.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "optim/numerics/detail/check.hpp"
#include "optim/protocol/chain.hpp"
#include "optim/protocol/detail/leafwise.hpp"
#include "optim/protocol/partition.hpp"

namespace grove::optim {

/// The link behind `stateless`.
template <class F>
struct StatelessTree {
  F f;

  template <class P>
  EmptyState init(const P& /*params*/) const {
    return {};
  }
  template <class U, class P>
  Updated<U, EmptyState> update(U updates, EmptyState /*state*/, const P& params) const {
    return {f(std::move(updates), params), {}};
  }
};

/// updates ← f(updates, params), for trees.
template <class F>
auto stateless(F f) {
  return GradientTransformation<StatelessTree<F>>{{std::move(f)}};
}

/// The link behind `stateless_with_tree_map`.
template <class F>
struct StatelessLeaf {
  F f;

  template <class P>
  EmptyState init(const P& /*params*/) const {
    return {};
  }
  template <class U, class P, class E>
  void update_in_place(U& updates, EmptyState& /*state*/, const P& params, const E& extra) const {
    detail::for_each_leaf(
        extra, [&](std::size_t, auto&& u, const auto& p) { u = f(std::as_const(u), p); }, updates, params);
  }
};

/// u ← f(u, p) for each leaf, shown as numbers and arrays. f must be elementwise.
template <class F>
auto stateless_with_tree_map(F f) {
  return GradientTransformation<StatelessLeaf<F>>{{std::move(f)}};
}

/// The state inside, and room for the flattened trees.
template <class State, class Scalar>
struct FlattenState {
  State inner_state;
  Eigen::Matrix<Scalar, Eigen::Dynamic, 1> updates;
  Eigen::Matrix<Scalar, Eigen::Dynamic, 1> params;
};

/// The link behind `flatten`.
template <class Link>
struct Flatten {
  static constexpr bool needs_params = detail::needs_params<Link>;

  Link inner;

  template <class P>
  auto init(const P& params) const {
    auto flat = tree::flatten(params);
    using Scalar = typename decltype(flat)::Scalar;
    auto state = inner.init(flat);
    return FlattenState<decltype(state), Scalar>{std::move(state), flat, flat};
  }
  template <class U, class S, class P, class E>
  void update_in_place(U& updates, S& state, const P& params, const E& extra) const {
    E everything = extra;
    everything.filter = nullptr;
    tree::flatten_into(updates, state.updates);
    tree::flatten_into(params, state.params);
    detail::run(inner, state.updates, state.inner_state, state.params, everything);
    tree::unflatten_into(state.updates, updates);
  }
};

/// Runs a transformation on all leaves joined to one vector, so that what it does by leaf, it does for the whole tree.
template <class T>
auto flatten(const T& inner) {
  return GradientTransformation<Flatten<detail::unwrap_link_t<T>>>{{inner}};
}

/// Results of the measures at the last call, by name; those of the params before the first.
struct MonitorState {
  std::map<std::string, double> measurements;
};

/// The link behind `monitor` and `snapshot`.
template <class... Measures>
struct Monitor {
  std::tuple<Named<Measures>...> measures;

  template <class P>
  MonitorState init(const P& params) const {
    MonitorState state;
    measure(state, params);
    return state;
  }
  template <class U, class P, class E>
  void update_in_place(U& updates, MonitorState& state, const P& /*params*/, const E& /*extra*/) const {
    measure(state, updates);
  }

 private:
  void measure(MonitorState& state, const auto& tree) const {
    std::apply([&](const auto&... m) { ((state.measurements[m.name] = detail::plain(m.transformation(tree))), ...); },
               measures);
  }
};

/// Stores measures of the updates that pass here, which stay as they are.
///
///   chain(monitor(named("norm", [](const auto& u) { return tree::global_norm(u); })), clip_by_global_norm(1.0),
///   adam(1e-3))
template <class... Measures>
auto monitor(const Named<Measures>&... measures) {
  detail::check_names("monitor", {measures.name...});
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
  Measure measure;
  double decay;
  bool debias;

  struct State {
    std::int64_t count;
    double ema;
    double measurement;  ///< the average as it is reported
  };

  template <class P>
  State init(const P& /*params*/) const {
    return {0, 0, 0};
  }
  template <class U, class P, class E>
  void update_in_place(U& updates, State& state, const P& /*params*/, const E& /*extra*/) const {
    state.count = safe_increment(state.count);
    state.ema = decay * state.ema + (1 - decay) * detail::plain(measure(updates));
    state.measurement = debias ? state.ema / (1 - std::pow(decay, static_cast<double>(state.count))) : state.ema;
  }
};

/// Stores a moving average of a measure of the updates, which stay as they are.
template <class Measure>
auto measure_with_ema(Measure measure, double decay, bool debias = true) {
  detail::check_decay("measure_with_ema", "decay", decay);
  return GradientTransformation<MeasureWithEma<Measure>>{{std::move(measure), decay, debias}};
}

/// A chain whose parts have names.
template <class... Links>
struct NamedChain : Chain<Links...> {
  std::vector<std::string> names;  ///< in the order of the links

  /// The position of a part, to find its state: `std::get<1>(state)` for the second name.
  std::size_t position(std::string_view name) const {
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i] == name) return i;
    }
    throw HyperparameterError(
        detail::fill("named_chain: no part is named '{}'; there are {}", {name, tree::detail::joined(names, ", ")}));
  }
};

/// `chain` of transformations with names, all different.
///
///   named_chain(named("clip", clip(0.5)), named("adam", adam(1e-3)))
template <class... Links>
auto named_chain(const Named<Links>&... parts) {
  detail::check_names("named_chain", {parts.name...});
  return GradientTransformation<NamedChain<Links...>>{
      {{std::tuple<Links...>{parts.transformation...}}, {parts.name...}}};
}

}  // namespace grove::optim
