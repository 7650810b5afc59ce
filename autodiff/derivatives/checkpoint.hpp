// Recomputing instead of storing: a function inside a loss of which nothing is recorded until the backward pass.
#pragma once

#include <tuple>
#include <type_traits>
#include <utility>

#include "detail/replay.hpp"

namespace grove {
namespace detail {

template <class F>
class Checkpoint {
 public:
  explicit Checkpoint(F f) : f_(std::move(f)) {}

  template <class... Args>
  auto operator()(const Args&... args) const {
    using L = level_t<Args...>;
    if constexpr (is_var<L>) {
      if constexpr (is_recordable<typename L::Scalar>) {
        return recorded<typename L::Scalar>(settled(args)...);
      } else {
        return f_(args...);
      }
    } else {
      return f_(args...);
    }
  }

 private:
  template <class S, class... Args>
  auto recorded(const Args&... args) const {
    using Positions = typename level_positions<Var<S>, 0, std::index_sequence<>, Args...>::type;
    using Kept = std::tuple<decltype(kept_for_replay<S>(args))...>;
    Kept kept(kept_for_replay<S>(args)...);
    const auto numbers = result_numbers<S>(as_value(replayed_value<S>(Positions{}, f_, all(kept))));
    const bool active = (false || ... || has_active<S>(args));
    auto result = lifted_result<S>(Lifted(active), numbers);
    if (!active) return result;
    struct Node {
      F f;
      Kept kept;
      std::tuple<decltype(kept_argument<Var<S>>(args))...> variables;
      bare<decltype(result)> outputs;
      bare<decltype(numbers)> cotangent;

      void pull_back() {
        take_adjoints<S>(cotangent, outputs);
        if (is_all_zero(cotangent)) return;
        const auto back = [this]<std::size_t... I>(std::index_sequence<I...> positions) {
          auto bars = std::tuple(std::get<I>(kept).get()...);
          std::apply([&](auto&... bar) { replayed_pullback<S>(positions, f, all(kept), cotangent, bar...); }, bars);
          [&]<std::size_t... K>(std::index_sequence<K...>) {
            (add_cotangents<S>(std::get<I>(variables), std::get<K>(bars)), ...);
          }
          (std::make_index_sequence<sizeof...(I)>{});
        };
        back(Positions{});
      }
    };
    Tape<S>& tape = *current_tape<S>;
    Node* node = tape.own(Node{f_, std::move(kept), {kept_argument<Var<S>>(args)...}, result, numbers});
    tape.record([node] { node->pull_back(); });
    return result;
  }

  template <class Kept>
  static auto all(const Kept& kept) {
    return std::apply([](const auto&... x) { return std::tie(x.get()...); }, kept);
  }

  F f_;
};

}  // namespace detail

/// f with a backward pass that computes it again: `checkpoint(f)(x…)` inside a loss is one operation of the tape, which
/// keeps the arguments and the result. When cotangents arrive f is recorded and swept, and that memory is free again.
///
///   auto block = grove::checkpoint([](const auto& h, const auto& p) { return tanh(p.weight * h); });
///   for (const auto& p : params.layers) h = block(h, p);   // memory: one h a layer, and one layer
///
/// Arguments may be scalars, arrays or trees, of which those that are variables get cotangents; what f needs of the
/// enclosing loss must be passed, not captured, if it is a variable. f may return a scalar, an array or a tree. Works
/// in every mode, nested too; in forward mode and on plain numbers it is f itself. Cost: one evaluation of f more.
/// Throws: what f throws; Error if f captures a variable.
template <class F>
auto checkpoint(F f) {
  return detail::Checkpoint<F>(std::move(f));
}

}  // namespace grove
