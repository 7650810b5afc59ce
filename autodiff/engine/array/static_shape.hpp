// Static shapes and kinds of dense arrays, and the checks on dynamic ones.
#pragma once

#include <Eigen/Core>
#include <string>
#include <type_traits>

#include "autodiff/detail/message.hpp"
#include "autodiff/error.hpp"

namespace grove::detail {

using Eigen::Index;

/// Rows, columns, storage order and kind of an Eigen plain type, as one type.
template <class Plain>
struct plain_traits;
template <class S, int R, int C, int O, int MR, int MC>
struct plain_traits<Eigen::Matrix<S, R, C, O, MR, MC>> {
  using Scalar = S;
  static constexpr int rows = R, cols = C;
  static constexpr bool row_major = (O & Eigen::RowMajor) != 0;
  static constexpr bool is_array = false;
};
template <class S, int R, int C, int O, int MR, int MC>
struct plain_traits<Eigen::Array<S, R, C, O, MR, MC>> {
  using Scalar = S;
  static constexpr int rows = R, cols = C;
  static constexpr bool row_major = (O & Eigen::RowMajor) != 0;
  static constexpr bool is_array = true;
};

template <int R, int C, bool RowMajor>
inline constexpr int options = (R == 1 && C != 1) ? int(Eigen::RowMajor)
                                                  : (C == 1 ? int(Eigen::ColMajor)
                                                            : (RowMajor ? int(Eigen::RowMajor) : int(Eigen::ColMajor)));

template <bool IsArray, class S, int R, int C, bool RowMajor>
using plain_t = std::conditional_t<IsArray, Eigen::Array<S, R, C, options<R, C, RowMajor>>,
                                   Eigen::Matrix<S, R, C, options<R, C, RowMajor>>>;

template <class Plain>
using as_array = plain_t<true, typename plain_traits<Plain>::Scalar, plain_traits<Plain>::rows,
                         plain_traits<Plain>::cols, plain_traits<Plain>::row_major>;
template <class Plain>
using as_matrix = plain_t<false, typename plain_traits<Plain>::Scalar, plain_traits<Plain>::rows,
                          plain_traits<Plain>::cols, plain_traits<Plain>::row_major>;
template <class Plain, int R, int C>
using resized =
    plain_t<plain_traits<Plain>::is_array, typename plain_traits<Plain>::Scalar, R, C, plain_traits<Plain>::row_major>;
template <class Plain>
using transposed = plain_t<plain_traits<Plain>::is_array, typename plain_traits<Plain>::Scalar,
                           plain_traits<Plain>::cols, plain_traits<Plain>::rows, !plain_traits<Plain>::row_major>;
template <class Plain, class S>
using with_scalar = plain_t<plain_traits<Plain>::is_array, S, plain_traits<Plain>::rows, plain_traits<Plain>::cols,
                            plain_traits<Plain>::row_major>;

/// The fixed one of two static extents.
inline constexpr int merged(int a, int b) { return a == Eigen::Dynamic ? b : a; }

[[noreturn, gnu::noinline, gnu::cold]] inline void throw_shapes(const char* operation, Index ra, Index ca, Index rb,
                                                                Index cb) {
  throw ShapeError(fill("{}: {} and {} differ", {operation, shape_text(ra, ca), shape_text(rb, cb)}));
}
[[noreturn, gnu::noinline, gnu::cold]] inline void throw_inner(const char* operation, Index ra, Index ca, Index rb,
                                                               Index cb) {
  throw ShapeError(fill("{}: ({})·({}): inner dimensions {} and {} differ",
                        {operation, shape_text(ra, ca), shape_text(rb, cb), ca, rb}));
}
[[noreturn, gnu::noinline, gnu::cold]] inline void throw_index(const char* operation, Index i, Index size) {
  throw ShapeError(fill("{}: index {} is outside [0, {})", {operation, i, size}));
}
[[noreturn, gnu::noinline, gnu::cold]] inline void throw_range(const char* operation, Index first, Index count,
                                                               Index size) {
  if (count == 1) throw_index(operation, first, size);
  if (count < 0) throw ShapeError(fill("{}: the size {} is negative", {operation, count}));
  throw ShapeError(fill("{}: [{}, {}) is outside [0, {})", {operation, first, first + count, size}));
}
[[noreturn, gnu::noinline, gnu::cold]] inline void throw_diagonal(Index k, Index rows, Index cols) {
  throw ShapeError(fill("diagonal: {} has no diagonal {}", {shape_text(rows, cols), k}));
}
[[noreturn, gnu::noinline, gnu::cold]] inline void throw_not_square(const char* operation, Index rows, Index cols) {
  throw ShapeError(fill("{}: needs a square matrix, got {}", {operation, shape_text(rows, cols)}));
}
[[noreturn, gnu::noinline, gnu::cold]] inline void throw_empty(const char* operation) {
  throw ShapeError(fill("{}: needs at least one element, got none", {operation}));
}

inline void check_same_shape(const char* operation, Index ra, Index ca, Index rb, Index cb) {
  if (ra != rb || ca != cb) [[unlikely]]
    throw_shapes(operation, ra, ca, rb, cb);
}
inline void check_inner_sizes(const char* operation, Index ra, Index ca, Index rb, Index cb) {
  if (ca != rb) [[unlikely]]
    throw_inner(operation, ra, ca, rb, cb);
}
inline void check_index(const char* operation, Index i, Index size) {
  if (i < 0 || i >= size) [[unlikely]]
    throw_index(operation, i, size);
}
inline void check_range(const char* operation, Index first, Index count, Index size) {
  if (first < 0 || count < 0 || count > size - first) [[unlikely]]
    throw_range(operation, first, count, size);
}
inline void check_square(const char* operation, Index rows, Index cols) {
  if (rows != cols) [[unlikely]]
    throw_not_square(operation, rows, cols);
}
inline void check_not_empty(const char* operation, Index size) {
  if (size == 0) [[unlikely]]
    throw_empty(operation);
}

}  // namespace grove::detail
