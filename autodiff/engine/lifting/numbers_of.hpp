// What variables and forward-mode numbers are made of, leaf by leaf: the numbers below, the values, the tangents.
#pragma once

#include "../../tree/map.hpp"
#include "../scalar/innermost.hpp"
#include "for_each_variable.hpp"
#include "tree_rebind.hpp"

namespace grove::detail {

/// The number that a variable of S holds; any other number is its own, a variable of an enclosing recording, too.
template <class S, class T>
constexpr auto held_number(const T& x) {
  if constexpr (std::is_same_v<T, Var<S>>) {
    return x.value();
  } else {
    return x;
  }
}

/// The value of a number without the derivative that is being taken of it. That derivative has a variable's adjoint and
/// the tangents right below it; of forward-mode numbers alone, as map and fuse hand them to functions, all tangents.
template <class T>
constexpr auto value_without_derivative(const T& x) {
  if constexpr (is_var<T>) {
    if constexpr (is_dual<typename T::Scalar>) {
      return x.value().value;
    } else {
      return x.value();
    }
  } else if constexpr (is_dual<T>) {
    if constexpr (is_dual<decltype(x.value)>) {
      return value_without_derivative(x.value);
    } else {
      return x.value;
    }
  } else {
    return x;
  }
}

/// The same as a number of the same type, a constant.
template <class T>
constexpr T without_derivative(const T& x) {
  if constexpr (is_var<T>) {
    if constexpr (is_dual<typename T::Scalar>) {
      typename T::Scalar constant;
      constant.value = x.value().value;
      return T(constant);
    } else {
      return T(x.value());
    }
  } else if constexpr (is_dual<T>) {
    T constant;
    if constexpr (is_dual<decltype(x.value)>) {
      constant.value = without_derivative(x.value);
    } else {
      constant.value = x.value;
    }
    return constant;
  } else {
    return x;
  }
}

/// The same tree with f(number) in place of every number: of a variable, an active array or an Eigen array in plain
/// Eigen types, of a tree in its own.
template <class T, class F>
auto map_numbers(const T& x, const F& f) {
  if constexpr (is_number_class<T> || std::is_floating_point_v<T>) {
    return f(x);
  } else if constexpr (Dense<T>) {
    using From = typename T::Scalar;
    using To = decltype(f(std::declval<const From&>()));
    if constexpr (!is_active_dense<T> && (std::is_same_v<From, To> || !is_number_class<From>)) {
      return typename T::PlainObject(x);
    } else if constexpr (is_active_dense<T>) {
      const auto& h = evaluated(x);
      using Handle = bare<decltype(h)>;
      using Plain = with_scalar<typename Handle::PlainObject, To>;
      if constexpr (std::is_same_v<typename Handle::S, To>) {
        return Plain(h.map());
      } else if constexpr (std::is_same_v<typename Handle::Scalar, To>) {
        return Plain(Plain::NullaryExpr(h.rows(), h.cols(), [&](Index i, Index j) { return f(h.element(i, j)); }));
      } else {
        return Plain(h.map().unaryExpr([&](const auto& s) { return f(Var<typename Handle::S>(s)); }));
      }
    } else {
      return x.derived().unaryExpr([&](const auto& s) { return f(s); }).eval();
    }
  } else if constexpr (tree::Pytree<T>) {
    if constexpr (!tree::detail::has_leaves<T>) {
      return x;
    } else {
      using To = decltype(f(std::declval<const scalar_t<T>&>()));
      if constexpr (std::is_same_v<To, scalar_t<T>>) {
        return x;
      } else {
        rebind_t<T, To> result{};
        tree::detail::match_structure(result, x);
        tree::detail::visit_leaves([&f](auto& to, const auto& from) { to = map_numbers(from, f); }, result, x);
        return result;
      }
    }
  } else {
    return x;
  }
}

/// A tree of the numbers that the variables of S in a tree hold: forward-mode numbers, or variables of an enclosing
/// recording, as they are. What is no variable of S is copied.
template <class S, class T>
auto numbers_of(const T& x) {
  return map_numbers(x, [](const auto& s) { return held_number<S>(s); });
}

template <class D>
auto part(const D& x, int lane) {
  return lane < 0 ? x.value : decltype(x.value)(x.tangent[lane]);
}

/// The values (lane -1) or one lane of tangents of a tree of forward-mode numbers; constants have the tangent zero.
template <class T>
auto lane_of(const T& duals, int lane) {
  if constexpr (!tree::Pytree<T>) {
    return duals;
  } else if constexpr (!is_dual<tree::scalar_t<T>>) {
    T constant = duals;
    const auto clear = [](auto& leaf) {
      if constexpr (Dense<decltype(leaf)>) {
        leaf.setZero();
      } else {
        leaf = bare<decltype(leaf)>(0);
      }
    };
    if (lane >= 0) tree::detail::visit_leaves(clear, constant);
    return constant;
  } else {
    return map_numbers(duals, [lane](const auto& x) {
      using X = bare<decltype(x)>;
      if constexpr (is_dual<X>) {
        return part(x, lane);
      } else {
        return lane < 0 ? x : X(0);
      }
    });
  }
}

}  // namespace grove::detail
