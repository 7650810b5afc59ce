// Comparisons of active arrays: plain boolean arrays, to count, to branch and to choose with (`where`).
#pragma once

#include <functional>

#include "where.hpp"

namespace grove {
namespace detail {

/// The values of an operand, as something with coeff(i, j), or as a number.
template <class X>
decltype(auto) plain_values(const X& x) {
  if constexpr (ActiveDense<X>) {
    return evaluated(x).map();
  } else if constexpr (is_eigen_of_vars<X>) {
    return x.unaryExpr([](const auto& v) { return v.value(); }).eval();
  } else if constexpr (EigenDense<X>) {
    return x.eval();
  } else if constexpr (is_var<X>) {
    return x.value();
  } else {
    return (x);
  }
}

template <class X>
inline constexpr bool is_static_1x1 = false;
template <class X>
requires ActiveDense<X>
inline constexpr bool is_static_1x1<X> = X::RowsAtCompileTime == 1 && X::ColsAtCompileTime == 1;

/// What comparisons of active arrays return: an Eigen array of truth values whose `select` takes active operands too.
/// (That of a comparison of plain arrays is Eigen's; use `where` there.)
template <class Mask>
class Truth : public Owned<Mask> {
  using Base = Owned<Mask>;

 public:
  explicit Truth(Mask values) : Base(std::move(values)) {}

  using Base::select;
  template <Operand A, Operand B>
  requires(any_active_dense<A, B> || any_var<A, B>) auto select(A&& a, B&& b) const {
    return where(this->values(), std::forward<A>(a), std::forward<B>(b));
  }
  template <class Other>
  Truth operator&&(const Eigen::ArrayBase<Other>& other) const {
    return Truth(Mask(Base::operator&&(other.derived())));
  }
  template <class Other>
  Truth operator||(const Eigen::ArrayBase<Other>& other) const {
    return Truth(Mask(Base::operator||(other.derived())));
  }
  Truth operator!() const { return Truth(Mask(Base::operator!())); }
};
template <class Mask>
auto truth(const Owned<Mask>& mask) {
  return Truth<Mask>(mask.values());
}

/// Elementwise for arrays; `==` and `!=` of two matrices compare them as a whole, as in Eigen.
template <class Compare, class A, class B>
auto compare(const Compare& holds, const A& a, const B& b) {
  using S = tape_scalar_t<A, B>;
  const auto& x = plain_values(a);
  const auto& y = plain_values(b);
  const auto compared = [&holds](const auto& u, const auto& v) { return holds(S(u), S(v)); };
  if constexpr (is_matrix_kind<A> && is_matrix_kind<B>) {
    constexpr bool equality = std::is_same_v<Compare, std::equal_to<>> || std::is_same_v<Compare, std::not_equal_to<>>;
    static_assert(equality, "grove: matrices have no order, as in Eigen; compare .array()");
    const bool equal =
        for_each_pair<bool>("compare", x, y, [](const auto& u, const auto& v) { return S(u) == S(v); }).all();
    return equal == std::is_same_v<Compare, std::equal_to<>>;
  } else if constexpr (is_matrix_kind<A> || is_matrix_kind<B>) {
    static_assert(is_static_1x1<A> || is_static_1x1<B>,
                  "grove: a matrix is compared with a scalar or an array; compare .array()");
    return for_each_pair<bool>("compare", x, y, compared)(0, 0);
  } else {
    return truth(for_each_pair<bool>("compare", x, y, compared));
  }
}

}  // namespace detail

#define GROVE_DETAIL_COMPARE_ARRAYS(op, functor) \
  template <class A, class B>                    \
  requires detail::ArrayOperands<A, B>           \
  auto operator op(const A& a, const B& b) { return detail::compare(std::functor{}, a, b); }
GROVE_DETAIL_COMPARE_ARRAYS(==, equal_to<>)
GROVE_DETAIL_COMPARE_ARRAYS(!=, not_equal_to<>)
GROVE_DETAIL_COMPARE_ARRAYS(<, less<>)
GROVE_DETAIL_COMPARE_ARRAYS(>, greater<>)
GROVE_DETAIL_COMPARE_ARRAYS(<=, less_equal<>)
GROVE_DETAIL_COMPARE_ARRAYS(>=, greater_equal<>)
#undef GROVE_DETAIL_COMPARE_ARRAYS

}  // namespace grove
