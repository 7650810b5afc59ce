// Operators and comparisons on active scalars, with each other and with plain numbers.
#pragma once

#include <cmath>
#include <ostream>
#include <utility>

#include "eigen_full_lu.hpp"
#include "eigen_lu.hpp"
#include "eigen_plain_solvers.hpp"
#include "operands.hpp"
#include "var_traits.hpp"

namespace grove {

template <class A, class B>
requires detail::ScalarOperands<A, B>
[[gnu::always_inline]] inline auto operator+(A&& a, B&& b) {
  using S = detail::common_scalar<A, B>;
  const auto one = [] { return detail::One(); };
  return detail::scalar_binary(std::forward<A>(a), std::forward<B>(b), S(detail::number<S>(a) + detail::number<S>(b)),
                               one, one);
}

template <class A, class B>
requires detail::ScalarOperands<A, B>
[[gnu::always_inline]] inline auto operator-(A&& a, B&& b) {
  using S = detail::common_scalar<A, B>;
  return detail::scalar_binary(
      std::forward<A>(a), std::forward<B>(b), S(detail::number<S>(a) - detail::number<S>(b)),
      [] { return detail::One(); }, [] { return detail::MinusOne(); });
}

template <class A, class B>
requires detail::ScalarOperands<A, B>
[[gnu::always_inline]] inline auto operator*(A&& a, B&& b) {
  using S = detail::common_scalar<A, B>;
  const detail::number_t<S, A> x = detail::number<S>(a);
  const detail::number_t<S, B> y = detail::number<S>(b);
  return detail::scalar_binary(
      std::forward<A>(a), std::forward<B>(b), S(x * y), [&] { return S(y); }, [&] { return S(x); });
}

template <class A, class B>
requires detail::ScalarOperands<A, B>
[[gnu::always_inline]] inline auto operator/(A&& a, B&& b) {
  using S = detail::common_scalar<A, B>;
  const detail::number_t<S, A> x = detail::number<S>(a);
  const detail::number_t<S, B> y = detail::number<S>(b);
  const S quotient = x / y;
  return detail::scalar_binary(
      std::forward<A>(a), std::forward<B>(b), quotient, [&] { return S(S(1) / y); }, [&] { return S(-quotient / y); });
}

template <class A>
requires detail::is_var<detail::bare<A>>
[[gnu::always_inline]] inline auto operator-(A&& a) {
  using S = typename detail::bare<A>::Scalar;
  return detail::VarAccess::unary<detail::is_temporary<A>>(a, S(-a.value()), detail::MinusOne());
}
template <class S>
Var<S> operator+(const Var<S>& a) {
  return a;
}

#define GROVE_DETAIL_COMPARE(op)                       \
  template <class A, class B>                          \
  requires detail::ScalarOperands<A, B>                \
  auto operator op(const A& a, const B& b) {           \
    using S = detail::common_scalar<A, B>;             \
    return detail::plain<S>(a) op detail::plain<S>(b); \
  }
GROVE_DETAIL_COMPARE(==)
GROVE_DETAIL_COMPARE(!=)
GROVE_DETAIL_COMPARE(<)
GROVE_DETAIL_COMPARE(>)
GROVE_DETAIL_COMPARE(<=)
GROVE_DETAIL_COMPARE(>=)
#undef GROVE_DETAIL_COMPARE

template <class S>
bool isfinite(const Var<S>& x) {
  using std::isfinite;
  return isfinite(x.value());
}
template <class S>
bool isnan(const Var<S>& x) {
  using std::isnan;
  return isnan(x.value());
}
template <class S>
bool isinf(const Var<S>& x) {
  using std::isinf;
  return isinf(x.value());
}
template <class S>
std::ostream& operator<<(std::ostream& out, const Var<S>& x) {
  return out << x.value();
}

/// Exactly zero and constant.
template <class S>
bool is_exact_zero(const Var<S>& x) {
  return is_exact_zero(x.value()) && detail::VarAccess::is_passive(x);
}

}  // namespace grove
