// Functions with a derivative of the user's own, given as a pullback.
#pragma once

#include <tuple>
#include <type_traits>
#include <utility>

#include "detail/call_rule.hpp"

namespace grove {
namespace detail {

/// Calls visit(index, cotangent) with what bwd returned for each argument.
template <class Arguments, class R, class Visit>
void for_each_cotangent(const R& returned, const Visit& visit) {
  constexpr std::size_t n = std::tuple_size_v<Arguments>;
  constexpr bool one = n == 1 && std::is_convertible_v<const R&, bare<std::tuple_element_t<0, Arguments>>>;
  constexpr bool fits = one || is_std_tuple_of<R, n>;
  static_assert(fits || is_std_tuple<R>,
                "grove: custom_vjp: bwd must return a std::tuple with one cotangent for each argument");
  static_assert(fits || !is_std_tuple<R>, "grove: custom_vjp: bwd must return one cotangent for each argument");
  if constexpr (one) {
    visit(std::integral_constant<std::size_t, 0>{}, returned);
  } else if constexpr (fits) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (visit(std::integral_constant<std::size_t, I>{}, std::get<I>(returned)), ...);
    }
    (std::make_index_sequence<n>{});
  }
}

/// The cotangent of an argument, checked to be like its numbers.
template <class Number, class C>
Number cotangent_like(const Number& argument, const C& returned, std::size_t position) {
  static_assert(std::is_convertible_v<const C&, Number>,
                "grove: custom_vjp: bwd must return, for each argument, a cotangent of that argument's plain type");
  Number cotangent = returned;
  tree::check_same_structure("custom_vjp", argument, cotangent, fill("argument {}", {position}).c_str(),
                             "the cotangent that bwd returned");
  return cotangent;
}

/// Adds cotangents to the adjoints of the variables in an argument.
template <class S, class Arg, class C>
void add_cotangents(const Arg& argument, const C& cotangent) {
  tree::detail::visit_leaves(
      [&tape = *current_tape<S>](const auto& leaf, const auto& c) {
        for_each_variable(leaf, [&](const Var<S>& x, Index i, Index j) {
          if (VarAccess::is_active(x, tape)) *tape.adjoint(VarAccess::slot(x)) += S(element_at(c, i, j));
        });
      },
      argument, cotangent);
}

/// Adds the product of cotangents with the tangents of an argument, lane by lane.
template <class D, class Arg, class C>
void add_inner_products(const Arg& argument, const C& cotangent, D& sum) {
  const auto add = [&sum](const D& x, const auto& c) {
    for (int lane = 0; lane < lanes_of_dual<D>; ++lane) {
      const auto tangent = part(x, lane);  // zero wins over an infinite slope, as a zero cotangent does
      if (!is_exact_zero(tangent)) sum.tangent[lane] += c * tangent;
    }
  };
  tree::detail::visit_leaves(
      [&add](const auto& x, const auto& c) {
        if constexpr (EigenDense<decltype(x)>) {
          for (Index j = 0; j < x.cols(); ++j) {
            for (Index i = 0; i < x.rows(); ++i) add(x(i, j), c(i, j));
          }
        } else {
          add(x, c);
        }
      },
      argument, cotangent);
}

template <class F, class Forward, class Backward>
class CustomVjp {
 public:
  CustomVjp(F f, Forward forward, Backward backward)
      : f_(std::move(f)), forward_(std::move(forward)), backward_(std::move(backward)) {}

  template <class... Args>
  auto operator()(const Args&... args) const {
    return call_at_level<level_t<Args...>>(*this, args...);
  }

 private:
  template <class L, class Rule, class... Args>
  friend auto call_at_level(const Rule& rule, const Args&... args);

  template <class... Args>
  auto plain(const Args&... args) const {
    return as_value(f_(args...));
  }

  /// In forward mode the tangent of a result is the product of its row of the Jacobian, which is the pullback of a unit
  /// cotangent, with the tangents of the arguments.
  template <class D, class... Args>
  auto forward(const Args&... args) const {
    using Primals = std::tuple<decltype(numbers_below<D>(args))...>;
    if constexpr (!can_be_called<Primals, decltype(D::value)>()) {
      return D();
    } else {
      const Primals primals(numbers_below<D>(args)...);
      const auto [value, residuals] = std::apply(forward_, primals);
      const auto numbers = result_numbers<decltype(D::value)>(as_value(value));
      auto unit = tree::flatten(numbers);
      Eigen::Matrix<D, Eigen::Dynamic, 1> duals = unit.template cast<D>();
      if (any_tangent<D>(args...)) {
        const auto arguments = std::tie(args...);
        auto cotangent = numbers;
        unit.setZero();
        for (Index k = 0; k < unit.size(); ++k) {
          unit[k] = 1;
          tree::unflatten_into(unit, cotangent);
          const auto returned = backward_(residuals, std::as_const(cotangent));
          for_each_cotangent<Primals>(returned, [&](auto index, const auto& c) {
            const auto& argument = std::get<index>(arguments);
            if constexpr (is_of_level<D, bare<decltype(argument)>>)
              add_inner_products(argument, cotangent_like(std::get<index>(primals), c, index), duals[k]);
          });
          unit[k] = 0;
        }
      }
      return tree_of_numbers(duals, numbers);
    }
  }

  template <class S, class... Args>
  auto recorded(const Args&... args) const {
    using Primals = std::tuple<decltype(numbers_below<Var<S>>(args))...>;
    if constexpr (!can_be_called<Primals, S>()) {
      return Var<S>();
    } else {
      const Primals primals(numbers_below<Var<S>>(args)...);
      auto [value, kept_residuals] = std::apply(forward_, primals);
      const auto numbers = result_numbers<S>(as_value(value));
      const bool active = (false || ... || has_active<S>(args));
      auto result = lifted_result<S>(Lifted(active), numbers);
      if (!active) return result;
      using Residuals = bare<decltype(kept_residuals)>;
      using Kept = std::tuple<decltype(kept_argument<Var<S>>(args))...>;
      struct Node {
        Backward backward;
        Residuals residuals;
        Kept arguments;
        bare<decltype(result)> outputs;
        bare<decltype(numbers)> cotangent;

        void pull_back() {
          take_adjoints<S>(cotangent, outputs);
          if (is_all_zero(cotangent)) return;
          const auto returned = backward(std::as_const(residuals), std::as_const(cotangent));
          for_each_cotangent<Primals>(returned, [&](auto index, const auto& c) {
            const auto& argument = std::get<index>(arguments);
            if constexpr (is_of_level<Var<S>, bare<decltype(argument)>>)
              add_cotangents<S>(argument, cotangent_like(numbers_below<Var<S>>(argument), c, index));
          });
        }
      };
      Tape<S>& tape = *current_tape<S>;
      Node* node =
          tape.own(Node{backward_, std::move(kept_residuals), Kept(kept_argument<Var<S>>(args)...), result, numbers});
      tape.record([node] { node->pull_back(); });
      return result;
    }
  }

  // Says what cannot be called before it fails in its depth.
  template <class Primals, class S>
  static consteval bool can_be_called() {
    constexpr bool fwd = takes<Forward, Primals>;
    static_assert(fwd,
                  "grove: custom_vjp: fwd cannot be called with the numbers of its arguments. Under a derivative of a "
                  "derivative (hvp, hessian, grad in grad) fwd and bwd are differentiated themselves: write them as "
                  "generic functions (`const auto&`), or call the function with value_of(x) where no derivative is to "
                  "pass");
    if constexpr (fwd) {
      using Returned = decltype(std::apply(std::declval<const Forward&>(), std::declval<const Primals&>()));
      using Cotangent = decltype(result_numbers<S>(as_value(std::get<0>(std::declval<Returned>()))));
      constexpr bool bwd =
          takes<Backward, std::tuple<bare<decltype(std::get<1>(std::declval<Returned>()))>, Cotangent>>;
      static_assert(
          bwd,
          "grove: custom_vjp: bwd cannot be called with (residuals, cotangent), the cotangent like f's result. "
          "Under a derivative of a derivative (hvp, hessian, grad in grad) fwd and bwd are differentiated "
          "themselves: write them as generic functions (`const auto&`)");
      return bwd;
    }
    return false;
  }

  F f_;
  Forward forward_;
  Backward backward_;
};

}  // namespace detail

/// A function with a derivative of your own, for use inside losses: iterative solvers, external code,
/// better-conditioned formulas.
///
///   auto root = grove::custom_vjp(f, fwd, bwd);
///
/// `f(x…)` is the function on plain values. `fwd(x…)` returns std::pair{f(x…), residuals}; `bwd(residuals, y_bar)`
/// returns the cotangents of the arguments, each like its argument's plain value: a std::tuple, or the cotangent itself
/// for one argument. Arguments may be scalars, arrays or trees; those that are plain in a call get no cotangent.
/// gradcheck works on it unchanged.
///
/// The rule is the derivative in every mode. Under jvp, jacfwd and jacobian, and inside map and fuse, the rows of the
/// Jacobian are pullbacks of unit cotangents: bwd is called once for each scalar of the result (see custom_jvp for a
/// rule that suits forward mode). Under hvp, hessian and nested derivatives fwd and bwd are differentiated themselves,
/// as they are written, so they must be generic there; a rule of plain doubles does not compile then.
///
/// Throws: StructureError if a cotangent is not like its argument.
template <class F, class Forward, class Backward>
auto custom_vjp(F f, Forward fwd, Backward bwd) {
  return detail::CustomVjp<F, Forward, Backward>(std::move(f), std::move(fwd), std::move(bwd));
}

}  // namespace grove
