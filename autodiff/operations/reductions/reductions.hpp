// Reductions of arrays to scalars: whole, by rows and by columns.
//
// Of an empty array: sum, squaredNorm, norm and lpNorm are 0, prod is 1, logsumexp is -inf; the others throw
// ShapeError.
#pragma once

#include "../../engine/array/directional.hpp"
#include "../../engine/fusion/fused_sum.hpp"
#include "../../engine/fusion/operators.hpp"
#include "../elementwise/power.hpp"
#include "detail/across.hpp"
#include "detail/reduction_rows.hpp"

namespace grove {
namespace detail {

template <class Reduction, class X>
auto reduce_all(X&& x) {
  if constexpr (Reduction::needs_elements) check_not_empty(Reduction::name, x.size());
  if constexpr (ActiveDense<X>) {
    using S = typename bare<X>::S;
    if constexpr (std::same_as<Reduction, SumOf>) {
      return fused_sum<S>(term_of_forwarded<S>(std::forward<X>(x)), S(1));
    } else if constexpr (std::same_as<Reduction, MeanOf>) {
      return fused_sum<S>(term_of_forwarded<S>(std::forward<X>(x)), S(S(1) / S(static_cast<double>(x.size()))));
    } else if constexpr (std::same_as<Reduction, SquaredNormOf>) {
      return fused_sum<S>(make_formula<S>(Square{}, term_of_forwarded<S>(std::forward<X>(x))), S(1));
    } else {
      const auto h = evaluated(x);
      const S y = Reduction::value(h.array_map());
      if (!h.is_active()) return Var<S>(y);
      return record_scalar<S>(y, [h, y](const S& c) { Reduction::pullback(h.array_map(), y, c, h.adjoint_array()); });
    }
  } else if constexpr (is_eigen_of_vars<X>) {
    using S = typename bare<X>::Scalar::Scalar;
    using D = bare<X>;
    return reduce_all<Reduction>(
        Active<plain_t<is_array_expression<D>, S, D::RowsAtCompileTime, D::ColsAtCompileTime, bool(D::IsRowMajor)>>(x));
  } else {
    using S = typename bare<X>::Scalar;
    if constexpr (std::same_as<Reduction, SumOf> || std::same_as<Reduction, ProdOf>) {
      return S(Reduction::value(x.array()));
    } else {
      const typename bare<X>::PlainObject block = x;
      return S(Reduction::value(block.array()));
    }
  }
}

/// Sends the cotangents of one value y per row (or column) of h.
template <class Reduction, bool ByRows, class X, class Y>
void pull_back_slices(const X& h, const Y& y) {
  const auto values = y.map();
  const auto y_bar = y.adjoint_map();
  const auto block = h.array_map();
  auto block_bar = h.adjoint_array();
  for (Index k = 0; k < y.size(); ++k) {
    if (is_exact_zero(y_bar.coeff(k))) continue;
    Reduction::pullback(slice<ByRows>(block, k), values.coeff(k), y_bar.coeff(k), slice<ByRows>(block_bar, k));
  }
}

/// The sums of rows (or columns) that lie across memory.
template <bool ByRows, class X, class Y>
Y sum_across(const X& h, const Y& y) {
  auto values = column_at(y.data(), y.size());
  values.setZero();
  const auto x = in_rows<ByRows>(h.array_map());
  for (Index j = 0; j < x.cols(); ++j) values += x.col(j);
  if (h.is_active()) {
    record(y, [h, y](auto& y_bar) {
      auto x_bar = in_rows<ByRows>(h.adjoint_array());
      for (Index j = 0; j < x_bar.cols(); ++j) x_bar.col(j) += column_at(y_bar.data(), y.size());
    });
  }
  return y;
}

/// The same of ln Σ eˣ; the softmax of the rows, which is the derivative, is kept.
template <bool ByRows, class X, class Y>
Y logsumexp_across(const X& h, const Y& y) {
  const Index n = y.size(), length = h.size() / std::max<Index>(n, 1);
  auto values = column_at(y.data(), n);
  Eigen::Map<Eigen::ArrayXXd> shares(current_tape<double>->allocate_values(static_cast<std::size_t>(n * length)), n,
                                     length);
  in_groups_of_rows(n, [&](Index i, Index some, auto largest, auto sums) {
    exponentials_of_rows(in_rows<ByRows>(h.array_map()), shares, i, some, largest, sums);
    for (Index k = 0; k < some; ++k)
      values[i + k] = std::isfinite(largest[k]) ? largest[k] + std::log(sums[k]) : largest[k];
    if (!h.is_active()) return;
    sums = sums.inverse();
    for (Index j = 0; j < length; ++j) shares.col(j).segment(i, some) *= sums;
  });
  if (h.is_active()) {
    record(y, [h, y, shares](auto& y_bar) {
      auto x_bar = in_rows<ByRows>(h.adjoint_array());
      const auto c = column_at(y_bar.data(), y.size());
      const bool finite = y.array_map().isFinite().all();
      for (Index j = 0; finite && j < x_bar.cols(); ++j) x_bar.col(j) += c * shares.col(j);
      if (!finite) pull_back_slices<LogSumExpOf, ByRows>(h, y);
    });
  }
  return y;
}

/// One value per row (a column of them) or per column (a row of them).
template <class Reduction, class D>
auto reduce_along(const D& directional) {
  using traits = directional_traits<D>;
  constexpr bool by_rows = traits::by_rows;
  const auto& x = traits::operand(directional);
  const Index n = by_rows ? x.rows() : x.cols();
  if constexpr (Reduction::needs_elements) check_not_empty(Reduction::name, by_rows ? x.cols() : x.rows());
  if constexpr (traits::active) {
    using X = handle_t<decltype(x)>;
    using Plain = reduced<typename X::PlainObject, by_rows>;
    const X h = evaluated(x);
    const auto y = allocate<Plain>(by_rows ? n : 1, by_rows ? 1 : n, h.is_active());
    if constexpr (std::same_as<Reduction, SumOf> && slices_across<by_rows, X>) {
      return sum_across<by_rows>(h, y);
    } else if constexpr (std::same_as<Reduction, LogSumExpOf> && slices_across<by_rows, X> &&
                         std::same_as<typename X::S, double>) {
      return logsumexp_across<by_rows>(h, y);
    } else {
      auto values = writable(y);
      for (Index k = 0; k < n; ++k) values.coeffRef(k) = Reduction::value(slice<by_rows>(h.array_map(), k));
      if (h.is_active()) record(y, [h, y](auto&) { pull_back_slices<Reduction, by_rows>(h, y); });
      return y;
    }
  } else {
    using X = bare<decltype(x)>;
    using Plain = reduced<plain_of<X>, by_rows>;
    const typename X::PlainObject block = x;
    Plain y(by_rows ? n : 1, by_rows ? 1 : n);
    for (Index k = 0; k < n; ++k) y.coeffRef(k) = Reduction::value(slice<by_rows>(block.array(), k));
    return Owned(std::move(y));
  }
}

template <class Reduction, class X>
auto reduce(X&& x) {
  if constexpr (DirectionalOperand<X>) {
    return reduce_along<Reduction>(x);
  } else {
    return reduce_all<Reduction>(std::forward<X>(x));
  }
}

/// What a reduction takes: an array, plain or active, or its rowwise() or colwise().
template <class X>
concept Reducible = Dense<X> || DirectionalOperand<X>;

}  // namespace detail

/// Σ x, of all elements or, for x.rowwise() and x.colwise(), one per row or column.
template <detail::Reducible X>
auto sum(X&& x) {
  return detail::reduce<detail::SumOf>(std::forward<X>(x));
}
/// Arithmetic mean. Throws: ShapeError if there is no element.
template <detail::Reducible X>
auto mean(X&& x) {
  return detail::reduce<detail::MeanOf>(std::forward<X>(x));
}
/// Π x.
template <detail::Reducible X>
auto prod(X&& x) {
  return detail::reduce<detail::ProdOf>(std::forward<X>(x));
}
/// The largest element; NaN, the gradient too, if there is one. Ties share the gradient equally. Throws: ShapeError if
/// there is no element.
template <detail::Reducible X>
auto max(X&& x) {
  return detail::reduce<detail::MaxOf>(std::forward<X>(x));
}
/// The smallest element; NaN, the gradient too, if there is one. Ties share the gradient equally. Throws: ShapeError if
/// there is no element.
template <detail::Reducible X>
auto min(X&& x) {
  return detail::reduce<detail::MinOf>(std::forward<X>(x));
}
/// Σ x².
template <detail::Reducible X>
auto squared_norm(X&& x) {
  return detail::reduce<detail::SquaredNormOf>(std::forward<X>(x));
}
/// √Σx² (Frobenius for a matrix). Of zeros the gradient is 0, and second derivatives are NaN: there are none.
template <detail::Reducible X>
auto norm(X&& x) {
  return detail::reduce<detail::NormOf>(std::forward<X>(x));
}
/// ln Σ eˣ, without overflow. Where it is infinite the elements that are as large share the gradient, its limit.
template <detail::Reducible X>
auto logsumexp(X&& x) {
  return detail::reduce<detail::LogSumExpOf>(std::forward<X>(x));
}
/// Population variance, Σ (x - mean)² / n. Throws: ShapeError if there is no element.
template <detail::Reducible X>
auto variance(X&& x) {
  return detail::reduce<detail::VarianceOf>(std::forward<X>(x));
}

/// Σ a·b over two arrays of the same shape, or two vectors of the same size.
template <class A, class B>
requires(detail::Dense<A>&& detail::Dense<B>&& detail::ArrayOperands<A, B>) auto dot(A&& a, B&& b) {
  using X = detail::bare<A>;
  using Y = detail::bare<B>;
  using S = detail::tape_scalar_t<X, Y>;
  constexpr bool crossed =
      (int(X::RowsAtCompileTime) == 1 && int(Y::ColsAtCompileTime) == 1 && int(X::ColsAtCompileTime) != 1) ||
      (int(X::ColsAtCompileTime) == 1 && int(Y::RowsAtCompileTime) == 1 && int(X::RowsAtCompileTime) != 1);
  if constexpr (crossed && detail::ActiveDense<X>) {
    return dot(a.transpose(), std::forward<B>(b));
  } else if constexpr (crossed) {
    return dot(std::forward<A>(a), b.transpose());
  } else {
    const auto& x = detail::term_of_forwarded<S>(std::forward<A>(a));
    const auto& y = detail::term_of_forwarded<S>(std::forward<B>(b));
    detail::check_same_shape("dot", x.rows(), x.cols(), y.rows(), y.cols());
    return detail::fused_sum<S>(detail::make_formula<S>(detail::Multiply{}, x, y), S(1));
  }
}
/// The same of plain arrays.
template <class A, class B>
requires(detail::EigenDense<A>&& detail::EigenDense<B>) auto dot(const A& a, const B& b) {
  detail::check_same_shape("dot", a.size(), 1, b.size(), 1);
  return a.matrix().reshaped().dot(b.matrix().reshaped());
}

// ---- Members ------------------------------------------------------------------------------------------------------

namespace detail {

#define GROVE_DETAIL_REDUCTION(member, Reduction) \
  template <class Derived>                        \
  auto DenseOps<Derived>::member() const& {       \
    return reduce_all<Reduction>(self());         \
  }                                               \
  template <class Derived>                        \
  auto DenseOps<Derived>::member()&& {            \
    return reduce_all<Reduction>(self_rvalue());  \
  }                                               \
  template <class X, bool ByRows>                 \
  auto Directional<X, ByRows>::member() const {   \
    return reduce_along<Reduction>(*this);        \
  }
GROVE_DETAIL_REDUCTION(sum, SumOf)
GROVE_DETAIL_REDUCTION(mean, MeanOf)
GROVE_DETAIL_REDUCTION(prod, ProdOf)
GROVE_DETAIL_REDUCTION(minCoeff, MinOf)
GROVE_DETAIL_REDUCTION(maxCoeff, MaxOf)
GROVE_DETAIL_REDUCTION(squaredNorm, SquaredNormOf)
GROVE_DETAIL_REDUCTION(norm, NormOf)
#undef GROVE_DETAIL_REDUCTION

template <int P>
struct lp_norm {
  using type = ScaledNormOf<P>;
};
template <>
struct lp_norm<1> {
  using type = AbsoluteSumOf;
};
template <>
struct lp_norm<2> {
  using type = NormOf;
};
template <>
struct lp_norm<Eigen::Infinity> {
  using type = LargestMagnitudeOf;
};

template <class Derived>
template <int P>
auto DenseOps<Derived>::lpNorm() const {
  return reduce_all<typename lp_norm<P>::type>(self());
}
template <class X, bool ByRows>
template <int P>
auto Directional<X, ByRows>::lpNorm() const {
  return reduce_along<typename lp_norm<P>::type>(*this);
}
template <class Derived>
auto DenseOps<Derived>::stableNorm() const {
  return reduce_all<ScaledNormOf<2>>(self());
}
template <class Derived>
template <class Other>
auto DenseOps<Derived>::dot(Other&& other) const& {
  return grove::dot(self(), std::forward<Other>(other));
}
template <class Derived>
template <class Other>
auto DenseOps<Derived>::dot(Other&& other) && {
  return grove::dot(self_rvalue(), std::forward<Other>(other));
}
template <class Derived>
auto DenseOps<Derived>::trace() const {
  check_square("trace", self().rows(), self().cols());
  return diagonal().sum();
}
template <class Derived>
auto DenseOps<Derived>::rowwise() const {
  return Directional<handle_t<Derived>, true>(evaluated(self()));
}
template <class Derived>
auto DenseOps<Derived>::colwise() const {
  return Directional<handle_t<Derived>, false>(evaluated(self()));
}

}  // namespace detail
}  // namespace grove
