// A loop as one operation: states are stored here and there, steps are recorded in the backward pass, a few at a time.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "../detail/message.hpp"
#include "detail/replay.hpp"

namespace grove {

/// How scan uses memory.
struct ScanOptions {
  /// Bytes that stored states may take. 0: those of 2√n states. From n states on no step is computed twice; the fewer
  /// there are, the more often: about twice from 2√n, three times from 3·∛n.
  std::size_t memory = 0;
  /// Bytes that the recording of steps may take in the backward pass: that many steps are recorded at a time, but at
  /// least one. The fewer, the more often states are stored or computed again.
  std::size_t recorded = std::size_t(1) << 20;
};

namespace detail {

/// to ← from, leaf by leaf, from a tree of the same structure.
template <class To, class From>
void assign_state(To& to, const From& from) {
  tree::check_same_structure("scan", to, from, "the state", "what step returned");
  tree::detail::visit_leaves([](auto& x, const auto& y) { x = y; }, to, from);
}

/// The number of states that may be stored.
template <class State>
std::size_t states_for(const ScanOptions& options, std::size_t n, const State& state) {
  const auto of_two_levels = static_cast<std::size_t>(2 * std::ceil(std::sqrt(double(n))));
  if (options.memory == 0) return std::max<std::size_t>(3, of_two_levels);
  const std::size_t bytes = sizeof(State) + static_cast<std::size_t>(tree::size(state)) * sizeof(scalar_t<State>);
  return std::max<std::size_t>(3, options.memory / bytes);
}

/// A distance at which n states may be stored, such that the states between two of them find room, too.
inline std::size_t stride_for(std::size_t n, std::size_t room) {
  if (n <= room) return 1;
  for (std::size_t stored = 2; 2 * stored <= room; ++stored) {
    const std::size_t stride = (n + stored - 1) / stored;
    if (stride <= room - stored) return stride;
  }
  const std::size_t half = std::max<std::size_t>(2, room / 2);
  return (n + half - 1) / half;
}

/// The steps of one loop, on numbers of S: `step` with its further arguments.
template <class S, class Step, class State, class Kept, class Positions>
struct ScanLoop {
  Step step;
  Kept kept;

  /// The arguments of step number k at a state.
  auto arguments(const State& state, const Index& k) const {
    return std::tuple_cat(std::tie(state, k), std::apply([](const auto&... x) { return std::tie(x.get()...); }, kept));
  }
  void advance(State& state, Index k) const {
    const auto next = as_value(replayed_value<S>(Positions{}, step, arguments(state, k)));
    assign_state(state, next);
  }

  /// `length` steps from number k on, as one function.
  auto several(std::size_t length) const {
    return [this, length](const auto& state, Index k, const auto&... args) {
      auto now = state;
      for (Index end = k + static_cast<Index>(length); k < end; ++k) {
        const auto next = as_value(step(std::as_const(now), k, args...));
        tree::detail::visit_leaves([](auto& x, const auto& y) { x = y; }, now, next);
      }
      return now;
    };
  }

  /// Calls visit(k, length, state before step k) for runs of at most `at_once` steps, the last first, that make up the
  /// steps first … first + count - 1; at most `room` states are stored.
  template <class Visit>
  void backwards(State state, std::size_t first, std::size_t count, std::size_t room, const std::size_t& at_once,
                 const Visit& visit) const {
    const std::size_t stride = std::max(stride_for(count, room), at_once);
    std::vector<State> stored;
    const std::size_t last = (count - 1) / stride * stride;
    for (std::size_t k = 0; k <= last; ++k) {
      if (k % stride == 0) stored.push_back(state);
      if (k < last) advance(state, static_cast<Index>(first + k));
    }
    backwards_from(stored, first, count, stride, room, at_once, visit);
  }
  /// The same where every stride-th state is stored.
  template <class Visit>
  void backwards_from(const std::vector<State>& stored, std::size_t first, std::size_t count, std::size_t stride,
                      std::size_t room, const std::size_t& at_once, const Visit& visit) const {
    const std::size_t left = std::max(stored.size() + 2, room) - stored.size();
    for (std::size_t s = stored.size(); s-- > 0;) {
      const std::size_t begin = s * stride, length = std::min(count - begin, stride);
      if (length <= at_once) {
        visit(static_cast<Index>(first + begin), length, stored[s]);
      } else {
        backwards(stored[s], first + begin, length, left, at_once, visit);
      }
    }
  }
};

/// sum ← sum + part, of tuples of trees.
template <class Trees>
void add_trees(Trees& sum, const Trees& part) {
  tree::detail::visit_leaves([](auto& x, const auto& y) { x += y; }, sum, part);
}
inline void add_trees(std::tuple<>&, const std::tuple<>&) {}

/// What a loop leaves on the tape. `Variables` are the state, the number of steps and the arguments, of which those at
/// Positions get cotangents.
template <class S, class Loop, class Numbers, class Variables, class Outputs, class Positions>
struct ScanNode;
template <class S, class Loop, class Numbers, class Variables, class Outputs, std::size_t... I>
struct ScanNode<S, Loop, Numbers, Variables, Outputs, std::index_sequence<0, I...>> {
  Loop loop;
  std::vector<Numbers> stored;
  std::size_t n, stride, room, recorded;
  Variables variables;
  Outputs outputs;
  Numbers cotangent;

  void pull_back() {
    take_adjoints<S>(cotangent, outputs);
    if (is_all_zero(cotangent)) return;
    auto bars = std::tuple(zeros_of(std::get<I - 2>(loop.kept).get())...), run_bars = bars;
    std::size_t at_once = 1;
    const auto visit = [&](Index k, std::size_t length, const Numbers& state) {
      const auto run = loop.several(length);
      Numbers state_bar = state;
      const auto pull = [&](auto&... bar) {
        replayed_pullback<S>(std::index_sequence<0, I...>{}, run, loop.arguments(state, k), cotangent, state_bar,
                             bar...);
      };
      std::apply(pull, run_bars);
      cotangent = std::move(state_bar);
      add_trees(bars, run_bars);
      at_once = std::max<std::size_t>(1, recorded / (current_tape<S>->stats().bytes / length + 1));
    };
    loop.backwards_from(stored, 0, n, stride, room, at_once, visit);
    if constexpr (!std::is_same_v<std::tuple_element_t<0, Variables>, Ignored>)
      add_cotangents<S>(std::get<0>(variables), cotangent);
    send(bars, std::index_sequence_for<decltype(I)...>{});
  }

 private:
  template <class Bars, std::size_t... J>
  void send(const Bars& bars, std::index_sequence<J...>) {
    (add_cotangents<S>(std::get<I>(variables), std::get<J>(bars)), ...);
  }
};

template <class S, class Step, class State, class... Args>
auto recorded_scan(const Step& step, const State& initial, std::size_t n, const ScanOptions& options,
                   const Args&... args) {
  using Positions = typename level_positions<Var<S>, 2, std::index_sequence<0>, Args...>::type;
  auto numbers = result_numbers<S>(as_value(numbers_of<S>(initial)));
  using Numbers = decltype(numbers);
  using Kept = std::tuple<decltype(kept_for_replay<S>(args))...>;
  const ScanLoop<S, Step, Numbers, Kept, Positions> loop{step, Kept(kept_for_replay<S>(args)...)};
  bool active = false;
  if constexpr (is_recordable<S>) active = has_active<S>(initial) || (false || ... || has_active<S>(args));
  const std::size_t room = states_for(options, n, numbers), stride = stride_for(n, room);
  std::vector<Numbers> stored;
  for (std::size_t k = 0; k < n; ++k) {
    if (active && k % stride == 0) stored.push_back(numbers);
    loop.advance(numbers, static_cast<Index>(k));
  }
  auto result = lifted_result<S>(Lifted(active), numbers);
  if constexpr (is_recordable<S>) {
    if (!active) return result;
    using Variables =
        std::tuple<decltype(kept_argument<Var<S>>(initial)), Index, decltype(kept_argument<Var<S>>(args))...>;
    using Node = ScanNode<S, bare<decltype(loop)>, Numbers, Variables, decltype(result), Positions>;
    Tape<S>& tape = *current_tape<S>;
    Node* node = tape.own(Node{loop, std::move(stored), n, stride, room, options.recorded,
                               Variables(kept_argument<Var<S>>(initial), Index(n), kept_argument<Var<S>>(args)...),
                               result, numbers});
    tape.record([node] { node->pull_back(); });
  }
  return result;
}

}  // namespace detail

/// A loop as one operation of the tape: state ← step(state, k, args…) for k = 0 … n - 1. Returns the last state.
///
///   const auto rk4 = [](const auto& u, Eigen::Index, const auto& p, double h) { …; return next; };
///   const auto end = grove::scan(rk4, start, 1'000'000, {}, params, 1e-3);
///
/// `step` returns a tree like the state (a number, an array, a struct …). Only some states are kept, 2√n by default;
/// the backward pass goes from one to the other, last first, computes the states between and records one step at a
/// time. So memory does not grow with what a step does, and with n only as its root. Cost: about one evaluation of the
/// loop more than a plain loop in the loss; see ScanOptions::memory.
///
/// What a step needs must be passed, not captured, if it is a variable: the state, and `args`, of which those that are
/// variables get gradients. Works in every mode, nested too; in forward mode and on plain numbers it is the plain loop.
/// A loop that ends by a condition: find n with plain numbers first (value_of).
/// Throws: StructureError if step returns another structure; Error for a negative n, or if step captures a variable.
template <class Step, class State, class... Args>
auto scan(const Step& step, const State& state, Eigen::Index n, const ScanOptions& options, const Args&... args) {
  if (n < 0) throw Error(detail::fill("scan: the number of steps is {}; it must not be negative", {n}));
  using L = detail::level_t<State, Args...>;
  if constexpr (detail::is_var<L>) {
    return detail::recorded_scan<typename L::Scalar>(step, detail::settled(state), static_cast<std::size_t>(n), options,
                                                     detail::settled(args)...);
  } else {
    auto now = detail::result_numbers<L>(detail::as_value(state));
    for (Eigen::Index k = 0; k < n; ++k) {
      const auto next = detail::as_value(step(std::as_const(now), k, args...));
      detail::assign_state(now, next);
    }
    return now;
  }
}

}  // namespace grove
