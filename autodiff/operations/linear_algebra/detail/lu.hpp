// LU factors with row exchanges, in given memory and for any scalar (Eigen's own allocate their permutations).
#pragma once

#include <algorithm>
#include <limits>

#include "views.hpp"

namespace grove::detail {

inline constexpr Index lu_panel = 16;  // columns below which recursion does not pay

template <class S>
void swap_rows(View<S> a, Index i, Index k) {
  if (i != k) a.row(i).swap(a.row(k));
}

/// Factors a in place, P A = L U, and lists the row exchanged with row k. Returns the first column without a non-zero
/// pivot, where it stops; a.cols() if there is none.
template <class S>
Index lu_in_place(View<S> a, Index* pivots) {
  const Index m = a.rows(), n = a.cols();
  if (n <= lu_panel) {
    for (Index k = 0; k < n; ++k) {
      Index best = k;
      for (Index i = k + 1; i < m; ++i) {
        if (magnitude(a(i, k)) > magnitude(a(best, k))) best = i;
      }
      pivots[k] = best;
      if (magnitude(a(best, k)) == 0) return k;
      swap_rows(a, k, best);
      const S inverse = S(1) / a(k, k);
      for (Index i = k + 1; i < m; ++i) a(i, k) *= inverse;
      for (Index j = k + 1; j < n; ++j) {
        const S factor = a(k, j);
        for (Index i = k + 1; i < m; ++i) a(i, j) -= a(i, k) * factor;
      }
    }
    return n;
  }
  const Index h = n / 2;
  const Index left = lu_in_place(block_of(a, 0, 0, m, h), pivots);
  if (left < h) return left;
  const View<S> right = block_of(a, 0, h, m, n - h);
  for (Index k = 0; k < h; ++k) swap_rows(right, k, pivots[k]);
  View<S> top = block_of(a, 0, h, h, n - h);
  block_of(a, 0, 0, h, h).template triangularView<Eigen::UnitLower>().solveInPlace(top);
  View<S> corner = block_of(a, h, h, m - h, n - h);
  corner.noalias() -= block_of(a, h, 0, m - h, h) * top;
  const Index done = lu_in_place(corner, pivots + h);
  for (Index k = h; k < std::min(n, h + done); ++k) {
    pivots[k] += h;
    swap_rows(block_of(a, 0, 0, m, h), k, pivots[k]);
  }
  return h + done;
}

/// The factors of a square matrix.
template <class S>
struct Lu {
  View<S> factors;
  Index* pivots;
  Index rank;  // columns factored; less than the size if the matrix is singular

  explicit Lu(const View<S>& a)
      : factors(a),
        pivots(current_tape<S>->template allocate_array<Index>(static_cast<std::size_t>(a.rows()))),
        rank(lu_in_place(factors, pivots)) {}

  Index size() const { return factors.rows(); }
  bool singular() const { return rank < size(); }
  /// Singular, or with a pivot so small that derivatives of the later ones lose half of the digits.
  bool nearly_singular() const {
    using Real = magnitude_t<S>;
    Real largest(0), smallest = std::numeric_limits<Real>::max();
    for (Index k = 0; k < rank; ++k) {
      largest = std::max(largest, Real(magnitude(factors(k, k))));
      smallest = std::min(smallest, Real(magnitude(factors(k, k))));
    }
    return singular() || smallest * smallest <= std::numeric_limits<Real>::epsilon() * largest * largest;
  }

  bool odd() const {
    Index exchanges = 0;
    for (Index k = 0; k < size(); ++k) exchanges += pivots[k] != k;
    return exchanges % 2 == 1;
  }
  S determinant() const {
    S product(odd() ? -1 : 1);
    for (Index k = 0; k < size(); ++k) product *= factors(k, k);
    return product;
  }
  /// X ← A⁻¹ X
  void solve_in_place(View<S> x) const {
    for (Index k = 0; k < size(); ++k) swap_rows(x, k, pivots[k]);
    factors.template triangularView<Eigen::UnitLower>().solveInPlace(x);
    factors.template triangularView<Eigen::Upper>().solveInPlace(x);
  }
  /// X ← A⁻ᵀ X
  void solve_transposed_in_place(View<S> x) const {
    factors.transpose().template triangularView<Eigen::Lower>().solveInPlace(x);
    factors.transpose().template triangularView<Eigen::UnitUpper>().solveInPlace(x);
    for (Index k = size(); k-- > 0;) swap_rows(x, k, pivots[k]);
  }
};

template <class S>
S determinant_of(const View<S>& a);

/// Cofactors, the slopes of the determinant, also where the matrix is singular.  O(n⁵): only for that case.
template <class S>
void cofactors_of(const View<S>& a, View<S> cofactors) {
  const Index n = a.rows();
  Scratch<S> scratch;
  View<S> minor = scratch.matrix(n - 1, n - 1);
  for (Index j = 0; j < n; ++j) {
    for (Index i = 0; i < n; ++i) {
      for (Index c = 0; c + 1 < n; ++c) {
        for (Index r = 0; r + 1 < n; ++r) minor(r, c) = a(r + (r >= i), c + (c >= j));
      }
      const S d = determinant_of(minor);
      cofactors(i, j) = (i + j) % 2 == 0 ? d : S(-d);
    }
  }
}

template <class S>
S determinant_of(const View<S>& a) {
  if constexpr (is_var<S>) return determinant(a);  // a node of the outer recording
  Scratch<S> scratch;
  View<S> copy = scratch.matrix(a.rows(), a.cols());
  copy = a;
  const Lu<S> lu(copy);
  // Numbers with tangents must not divide by a pivot that is rounding.
  if (!(std::is_floating_point_v<S> ? lu.singular() : lu.nearly_singular())) return lu.determinant();
  if constexpr (is_dual<S>) {
    using T = decltype(S::value);
    const Recording<T> recording;
    View<T> values = new_matrix<T>(a.rows(), a.cols());
    for (Index k = 0; k < a.size(); ++k) values(k % a.rows(), k / a.rows()) = a(k % a.rows(), k / a.rows()).value;
    View<T> slopes = new_matrix<T>(a.rows(), a.cols());
    cofactors_of(values, slopes);
    S sum(determinant_of(values));
    for (Index j = 0; j < a.cols(); ++j) {
      for (Index i = 0; i < a.rows(); ++i) sum += S::chain(T(0), slopes(i, j), a(i, j));
    }
    return sum;
  } else {
    return S(0);
  }
}

}  // namespace grove::detail
