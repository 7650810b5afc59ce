// From active to plain: value_of.
#pragma once

#include "autodiff/engine/lifting/tree_rebind.hpp"
#include "autodiff/tree/map.hpp"

namespace grove {

namespace detail {

/// The scalar below the variables of a tree; the tree's own scalar if it has none.
template <class S>
struct below_variables {
  using type = S;
};
template <class S>
struct below_variables<Var<S>> {
  using type = S;
};

}  // namespace detail

/// The plain value of a variable, of an active matrix, or of a tree of such; what is plain already is copied. For
/// branching and printing inside a loss; the result is a constant.
template <class T>
auto value_of(const T& x) {
  if constexpr (detail::is_var<T>) {
    return x.value();
  } else if constexpr (detail::is_active_dense<T>) {
    const auto& h = detail::evaluated(x);
    return typename detail::bare<decltype(h)>::PlainObject(h.map());
  } else if constexpr (detail::EigenDense<T>) {
    if constexpr (detail::is_var<typename T::Scalar>) {
      return x.derived().unaryExpr([](const auto& v) { return v.value(); }).eval();
    } else {
      return typename T::PlainObject(x);
    }
  } else if constexpr (tree::Pytree<T> && !tree::Leaf<T>) {
    if constexpr (!tree::detail::has_leaves<T>) {
      return x;
    } else {
      using S = typename detail::below_variables<scalar_t<T>>::type;
      detail::rebind_t<T, S> plain{};
      tree::detail::match_structure(plain, x);
      tree::detail::visit_leaves([](auto& to, const auto& from) { to = value_of(from); }, plain, x);
      return plain;
    }
  } else {
    return x;
  }
}

}  // namespace grove
