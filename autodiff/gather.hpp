// Rows, columns and elements named by lists of indices.
#pragma once

#include <iterator>
#include <tuple>
#include <type_traits>

#include "autodiff/broadcast.hpp"
#include "autodiff/detail/dense.hpp"

namespace grove {

namespace detail {

/// A list of indices: a vector, an array, an Eigen vector of integers …
template <class T>
concept IndexList = requires(const T& list) {
  list.size();
  requires std::is_integral_v<bare<decltype(*list.begin())>>;
};

/// Copies a list of indices, checked, to where the pullback finds it.
template <class List>
void copy_indices(const char* name, const List& list, Index size, Index* to) {
  for (const auto i : list) {
    *to = static_cast<Index>(i);
    check_index(name, *to++, size);
  }
}

/// The slices (rows or columns) of x named by a list.   x̄[i_k] += ȳ[k], so repeated indices add
template <bool ByRows, class X, class List>
auto gather_slices(const char* name, const X& x, const List& list) {
  const Index size = ByRows ? x.rows() : x.cols();
  const auto n = static_cast<Index>(list.size());
  const auto pick = [n](auto& y, const auto& from, const Index* indices) {
    for (Index k = 0; k < n; ++k) {
      slice<ByRows>(y, k) = slice<ByRows>(from, indices[k]);
    }
  };
  using S = tape_scalar_t<X>;
  constexpr int rows = ByRows ? Eigen::Dynamic : int(X::RowsAtCompileTime);
  constexpr int cols = ByRows ? int(X::ColsAtCompileTime) : Eigen::Dynamic;
  if constexpr (std::is_void_v<S>) {
    std::vector<Index> indices(static_cast<std::size_t>(n));
    copy_indices(name, list, size, indices.data());
    plain_t<is_array_kind<X>, typename X::Scalar, rows, cols, bool(X::IsRowMajor)> y(ByRows ? n : x.rows(),
                                                                                     ByRows ? x.cols() : n);
    const typename X::PlainObject& from = x;
    pick(y, from, indices.data());
    return y;
  } else {
    const auto t = term_of<S>(x);
    using Term = bare<decltype(t)>;
    auto* indices = current_tape<S>->template allocate_array<Index>(static_cast<std::size_t>(n));
    copy_indices(name, list, size, indices);
    using Plain = plain_t<is_array_kind<X>, S, rows, cols, Term::row_major>;
    const auto y = allocate<Plain>(ByRows ? n : x.rows(), ByRows ? x.cols() : n, t.is_active());
    auto values = writable(y);
    pick(values, t.map(), indices);
    if (t.is_active()) {
      record(y, [t, indices, n](auto& y_bar) {
        auto x_bar = t.adjoint_map();
        for (Index k = 0; k < n; ++k) slice<ByRows>(x_bar, indices[k]) += slice<ByRows>(y_bar, k);
      });
    }
    return y;
  }
}

}  // namespace detail

/// The rows of x named by a list of indices, in its order; an index may occur several times.
///
/// Throws: ShapeError for an index outside x.
template <detail::Dense X, detail::IndexList List>
auto gather_rows(const X& x, const List& indices) {
  return detail::gather_slices<true>("gather_rows", x, indices);
}

/// The columns of x named by a list of indices.
template <detail::Dense X, detail::IndexList List>
auto gather_cols(const X& x, const List& indices) {
  return detail::gather_slices<false>("gather_cols", x, indices);
}

/// The elements of a vector named by a list of indices.
template <detail::Dense X, detail::IndexList List>
auto gather(const X& x, const List& indices) {
  static_assert(detail::is_static_vector<X>, "grove: gather takes a vector; use gather_rows or gather_cols");
  return detail::gather_slices<int(X::ColsAtCompileTime) == 1>("gather", x, indices);
}

}  // namespace grove
