// Rows, columns and elements named by lists of indices.
#pragma once

#include <iterator>
#include <tuple>
#include <type_traits>
#include <vector>

#include "../../engine/fusion/run_node.hpp"
#include "broadcast.hpp"

namespace grove {

namespace detail {

// Where Eigen keeps `last` and `all`.
#if EIGEN_VERSION_AT_LEAST(3, 4, 90)
namespace placeholders = Eigen::placeholders;
#else
namespace placeholders = Eigen;
#endif

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
    return Owned(std::move(y));
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

/// The element of each row (or column) that a list names.   x̄[k, i_k] += ȳ[k]
template <bool ByRows, class X, class List>
auto gather_from_each(const X& x, const List& list) {
  const Index n = ByRows ? x.rows() : x.cols(), length = ByRows ? x.cols() : x.rows();
  if (static_cast<Index>(list.size()) != n) [[unlikely]]
    throw ShapeError(fill("gather: {} indices for {} {}", {list.size(), n, ByRows ? "rows" : "columns"}));
  const auto element = [](auto& from, Index k, Index i) -> auto& {
    return ByRows ? from.coeffRef(k, i) : from.coeffRef(i, k);
  };
  const auto pick = [n, element](auto& y, const auto& from, const Index* indices) {
    for (Index k = 0; k < n; ++k) y.coeffRef(k) = element(from, k, indices[k]);
  };
  using S = tape_scalar_t<X>;
  constexpr int rows = ByRows ? int(X::RowsAtCompileTime) : 1, cols = ByRows ? 1 : int(X::ColsAtCompileTime);
  if constexpr (std::is_void_v<S>) {
    std::vector<Index> indices(static_cast<std::size_t>(n));
    copy_indices("gather", list, length, indices.data());
    plain_t<is_array_kind<X>, typename X::Scalar, rows, cols, bool(X::IsRowMajor)> y(ByRows ? n : 1, ByRows ? 1 : n);
    const typename X::PlainObject from = x;
    pick(y, from, indices.data());
    return Owned(std::move(y));
  } else {
    const auto t = term_of<S>(x);
    auto* indices = current_tape<S>->template allocate_array<Index>(static_cast<std::size_t>(n));
    copy_indices("gather", list, length, indices);
    const auto y = allocate<plain_t<is_array_kind<X>, S, rows, cols, bare<decltype(t)>::row_major>>(
        ByRows ? n : 1, ByRows ? 1 : n, t.is_active());
    auto values = writable(y);
    pick(values, t.map(), indices);
    if (t.is_active()) {
      record(y, [t, indices, element, n](auto& y_bar) {
        auto x_bar = t.adjoint_map();
        for (Index k = 0; k < n; ++k) element(x_bar, k, indices[k]) += y_bar.coeff(k);
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

/// The element of each row named by a list of indices, one for each: gather(x.rowwise(), {2, 0}) is (x(0, 2), x(1, 0)).
/// Of x.colwise() of each column.
///
/// Throws: ShapeError for an index outside x, or unless there are as many as rows.
template <detail::DirectionalOperand X, detail::IndexList List>
auto gather(const X& x, const List& indices) {
  using traits = detail::directional_traits<X>;
  return detail::gather_from_each<traits::by_rows>(traits::operand(x), indices);
}

/// The elements of a vector named by a list of indices.
template <detail::Dense X, detail::IndexList List>
auto gather(const X& x, const List& indices) {
  static_assert(detail::is_static_vector<X>, "grove: gather takes a vector; use gather_rows or gather_cols");
  return detail::gather_slices<int(X::ColsAtCompileTime) == 1>("gather", x, indices);
}

// ---- Members --------------------------------------------------------------------------------------------------------

namespace detail {

/// A number in terms of Eigen's `last`, in a dimension of that size; plain numbers as they are.
template <class I>
Index place_of(const I& i, Index size) {
  if constexpr (std::is_convertible_v<I, Index>) {
    return static_cast<Index>(i);
  } else {
    return static_cast<Index>(i.eval(placeholders::last = size - 1));
  }
}

/// first, first + step, … as Eigen's `seq`, `seqN` and `lastN` make them.
template <class T>
concept IndexSequence = requires(const T& sequence) {
  sequence.firstObject();
  sequence.sizeObject();
  sequence.incrObject();
};

struct CountedIndices {
  Index first, count, step;

  template <IndexSequence T>
  CountedIndices(const T& sequence, Index size)
      : first(place_of(sequence.firstObject(), size)), step(place_of(sequence.incrObject(), size)) {
    using Count = bare<decltype(sequence.sizeObject())>;
    if (!std::is_convertible_v<Count, Index> && step == 0) [[unlikely]]
      throw ShapeError("seq: the step is 0; use seqN");
    count = place_of(sequence.sizeObject(), size);
    if (count < 0) [[unlikely]]
      throw ShapeError(fill("seq: the size {} is negative", {count}));
    if (count == 0) return;
    check_index("seq", first, size);
    const Index most = step > 0 ? (size - 1 - first) / step : (step < 0 ? -(first / step) : count - 1);
    if (count - 1 > most) [[unlikely]]
      throw ShapeError(fill("seq: {} indices from {} on in steps of {} leave [0, {})", {count, first, step, size}));
  }
};

/// What Eigen's `last`, `all`, `seq(…)` or a list of indices stand for in a dimension of that size: an index, or a list
/// of them, in the tape's memory. Eigen itself asserts where we throw.
template <class S, class I>
auto places_of(const I& i, Index size) {
  const auto make = [](Index n, const auto& place) {
    Index* places = current_tape<S>->template allocate_array<Index>(static_cast<std::size_t>(n));
    for (Index k = 0; k < n; ++k) places[k] = place(k);
    return Eigen::Map<const Eigen::Matrix<Index, Eigen::Dynamic, 1>>(places, n);
  };
  if constexpr (IndexSequence<I>) {
    const CountedIndices indices(i, size);
    return make(indices.count, [&](Index k) { return indices.first + k * indices.step; });
  } else if constexpr (std::same_as<I, bare<decltype(placeholders::all)>>) {
    return make(size, [](Index k) { return k; });
  } else if constexpr (requires { i.size(); }) {
    return make(static_cast<Index>(i.size()), [&](Index k) {
      using Count = bare<decltype(i.size())>;
      return static_cast<Index>(i[static_cast<Count>(k)]);
    });
  } else if constexpr (std::is_array_v<I>) {
    return make(static_cast<Index>(std::extent_v<I>), [&](Index k) { return static_cast<Index>(i[k]); });
  } else {
    return place_of(i, size);
  }
}

template <class X, class I, class J>
auto named_part(const X& x, const I& i, const J& j) {
  const auto rows = places_of<typename X::S>(i, x.rows());
  const auto cols = places_of<typename X::S>(j, x.cols());
  constexpr bool one_row = std::is_integral_v<bare<decltype(rows)>>, one_col = std::is_integral_v<bare<decltype(cols)>>;
  if constexpr (one_row && one_col) {
    return x.element(rows, cols);
  } else if constexpr (one_row) {
    return gather_cols(x.row(rows), cols);
  } else if constexpr (one_col) {
    return gather_rows(x.col(cols), rows);
  } else {
    return gather_cols(gather_rows(x, rows), cols);
  }
}
template <class X, class I>
auto named_part(const X& x, const I& i) {
  const auto places = places_of<typename X::S>(i, x.size());
  if constexpr (std::is_integral_v<bare<decltype(places)>>) {
    return x.element(places);
  } else {
    return gather(x, places);
  }
}

}  // namespace detail
}  // namespace grove
