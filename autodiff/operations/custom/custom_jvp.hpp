// Functions with a derivative of the user's own, given along a tangent.
#pragma once

#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "detail/call_rule.hpp"

namespace grove {
namespace detail {

template <class F, class Rule>
class CustomJvp {
 public:
  CustomJvp(F f, Rule rule) : f_(std::move(f)), rule_(std::move(rule)) {}

  template <class... Args>
  auto operator()(const Args&... args) const {
    return call_at_level<level_t<Args...>>(*this, args...);
  }

 private:
  template <class L, class R, class... Args>
  friend auto call_at_level(const R& rule, const Args&... args);

  template <class... Args>
  auto plain(const Args&... args) const {
    return as_value(f_(args...));
  }

  // The rule is called for each lane that has tangents, and at least once, for the value.
  template <class D, class... Args>
  auto forward(const Args&... args) const {
    using Primals = std::tuple<bare<decltype(numbers_below<D>(args))>...>;
    using S = decltype(D::value);
    if constexpr (!can_be_called<Primals, S>()) {
      return D();
    } else {
      const Primals primals(numbers_below<D>(args)...);
      const auto along = [&](int lane) {
        return call(primals, Primals(tangents_of<D>(lane, args, numbers_below<D>(args))...));
      };
      int lane = 0;
      while (lane + 1 < lanes_of_dual<D> && !any_tangent_in<D>(lane, args...)) ++lane;
      const auto first = along(lane);
      const auto numbers = result_numbers<S>(as_value(first.first));
      Eigen::Matrix<D, Eigen::Dynamic, 1> duals = tree::flatten(numbers).template cast<D>();
      const auto set = [&](const auto& returned) {
        const auto tangent = flat_tangent<S>(returned, numbers);
        for (Index k = 0; k < duals.size(); ++k) duals[k].tangent[lane] = tangent[k];
      };
      set(first.second);
      while (++lane < lanes_of_dual<D>) {
        if (any_tangent_in<D>(lane, args...)) set(along(lane).second);
      }
      return tree_of_numbers(duals, numbers);
    }
  }

  // The Jacobian is stored, a column for each variable: the rule along its direction.
  template <class S, class... Args>
  auto recorded(const Args&... args) const {
    using Primals = std::tuple<bare<decltype(numbers_below<Var<S>>(args))>...>;
    if constexpr (!can_be_called<Primals, S>()) {
      return Var<S>();
    } else {
      const Primals primals(numbers_below<Var<S>>(args)...);
      Primals tangents = zero_tangents(primals);
      const auto numbers = result_numbers<S>(as_value(call(primals, tangents).first));
      std::vector<Column<S>> columns;
      [&]<std::size_t... I>(std::index_sequence<I...>) {
        (add_columns<I>(args, primals, tangents, numbers, columns), ...);
      }
      (std::index_sequence_for<Args...>{});
      const bool active = !columns.empty();
      auto result = lifted_result<S>(Lifted(active), numbers);
      if (!active) return result;
      struct Node {
        std::vector<Column<S>> columns;
        bare<decltype(result)> outputs;
        bare<decltype(numbers)> cotangent;

        void pull_back() {
          take_adjoints<S>(cotangent, outputs);
          if (is_all_zero(cotangent)) return;
          const auto c = tree::flatten(cotangent);
          for (const Column<S>& column : columns) {
            S& adjoint = *current_tape<S>->adjoint(column.slot);
            for (Index i = 0; i < c.size(); ++i) {
              if (!is_exact_zero(c[i])) adjoint += column.slopes[i] * c[i];
            }
          }
        }
      };
      Tape<S>& tape = *current_tape<S>;
      Node* node = tape.own(Node{std::move(columns), result, numbers});
      tape.record([node] { node->pull_back(); });
      return result;
    }
  }

  /// The derivatives of all results by one variable.
  template <class S>
  struct Column {
    std::uint32_t slot;
    Eigen::Matrix<S, Eigen::Dynamic, 1> slopes;
  };
  template <std::size_t I, class S, class Arg, class Primals, class Numbers>
  void add_columns(const Arg& argument, const Primals& primals, Primals& tangents, const Numbers& like,
                   std::vector<Column<S>>& columns) const {
    if constexpr (is_of_level<Var<S>, Arg>) {
      tree::detail::visit_leaves(
          [&](const auto& leaf, auto& tangent) {
            for_each_variable(leaf, [&](const Var<S>& x, Index i, Index j) {
              if (!VarAccess::is_active(x, *current_tape<S>)) return;
              auto& one = element_at(tangent, i, j);
              one = 1;
              columns.push_back({VarAccess::slot(x), flat_tangent<S>(call(primals, tangents).second, like)});
              one = 0;
            });
          },
          argument, std::get<I>(tangents));
    }
  }

  template <class D, class Arg, class Number>
  static Number tangents_of(int lane, const Arg& argument, const Number& like) {
    if constexpr (is_of_level<D, Arg>) {
      return lane_of(argument, lane);
    } else {
      return zeros_of(like);
    }
  }
  template <class Primals>
  static Primals zero_tangents(const Primals& primals) {
    return std::apply([](const auto&... x) { return Primals(zeros_of(x)...); }, primals);
  }

  // The tangent that the rule returned, as a vector of numbers of the tape.
  template <class S, class Tangent, class Numbers>
  static Eigen::Matrix<S, Eigen::Dynamic, 1> flat_tangent(const Tangent& returned, const Numbers& like) {
    const auto tangent = result_numbers<S>(as_value(returned));
    tree::check_same_structure("custom_jvp", like, tangent, "the value", "the tangent that the rule returned");
    return tree::flatten(tangent);
  }

  template <class Primals>
  auto call(const Primals& primals, const Primals& tangents) const {
    if constexpr (std::tuple_size_v<Primals> == 1) {
      return rule_(std::get<0>(primals), std::get<0>(tangents));
    } else {
      return rule_(primals, tangents);
    }
  }

  template <class Primals, class S>
  static consteval bool can_be_called() {
    constexpr bool one = std::tuple_size_v<Primals> == 1;
    using First = std::tuple_element_t<0, Primals>;
    constexpr bool callable =
        takes<Rule, std::conditional_t<one, std::tuple<First, First>, std::tuple<Primals, Primals>>>;
    static_assert(
        callable,
        "grove: custom_jvp: the rule cannot be called with (x, tangent of x), both like the plain argument, or "
        "with two std::tuples of several arguments. Under a derivative of a derivative (hvp, hessian, grad in "
        "grad) the rule is differentiated itself: write it as a generic function (`const auto&`), or call the "
        "function with value_of(x) where no derivative is to pass");
    return callable;
  }

  F f_;
  Rule rule_;
};

}  // namespace detail

/// A function with a derivative of your own, for use inside losses, given as its derivative along a tangent:
///
///   auto root = grove::custom_jvp([](const auto& x) { … return y; },
///                                 [](const auto& x, const auto& x_dot) { … return std::pair{y, y_dot}; });
///
/// `f(x…)` is the function on plain values. `rule(x, x_dot)` returns std::pair{f(x), derivative of f along x_dot}, the
/// second like the first and linear in x_dot; for several arguments it takes two std::tuples. Arguments that are plain
/// in a call have tangent zero. Arguments and results may be scalars, arrays or trees.
///
/// The rule is the derivative in every mode. Cost in forward mode: one call of the rule for each tangent; in reverse
/// mode one for each scalar of the arguments, and memory for the Jacobian (see custom_vjp for a rule that suits reverse
/// mode). Under hvp, hessian and nested derivatives the rule is differentiated itself, as it is written, so it must be
/// generic there. Throws: StructureError if the tangent is not like the value.
template <class F, class Rule>
auto custom_jvp(F f, Rule rule) {
  return detail::CustomJvp<F, Rule>(std::move(f), std::move(rule));
}

}  // namespace grove
