// Checks of shapes and indices; each names the operation and both sides.
#pragma once

#include <Eigen/Core>
#include <limits>
#include <string>

#include "../../detail/message.hpp"
#include "../../error.hpp"

namespace grove::detail {

using Eigen::Index;

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
  const Index most = std::numeric_limits<Index>::max();
  const Index end = first > 0 && count > most - first ? most : first + count;
  throw ShapeError(fill("{}: [{}, {}) is outside [0, {})", {operation, first, end, size}));
}
[[noreturn, gnu::noinline, gnu::cold]] inline void throw_static_shape(const char* operation, Index rows, Index cols,
                                                                      int static_rows, int static_cols) {
  const auto text = [](int n) { return n == Eigen::Dynamic ? std::string("n") : std::to_string(n); };
  throw ShapeError(fill("{}: the shape {} is not the static {}×{}",
                        {operation, shape_text(rows, cols), text(static_rows), text(static_cols)}));
}
[[noreturn, gnu::noinline, gnu::cold]] inline void throw_not_1x1(Index rows, Index cols) {
  throw ShapeError(fill("value: needs a 1×1 matrix, got {}; reduce it, or name an element", {shape_text(rows, cols)}));
}
[[noreturn, gnu::noinline, gnu::cold]] inline void throw_too_large(const char* operation, Index rows, Index cols) {
  throw ShapeError(fill("{}: {} elements are more than can be counted", {operation, shape_text(rows, cols)}));
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
/// Throws unless a shape agrees with static sizes, of which any may be dynamic.
template <int R, int C>
void check_static_shape(const char* operation, Index rows, Index cols) {
  if ((R != Eigen::Dynamic && rows != R) || (C != Eigen::Dynamic && cols != C)) [[unlikely]]
    throw_static_shape(operation, rows, cols, R, C);
}
/// a · b, sizes that are not negative.
inline Index size_product(const char* operation, Index a, Index b) {
  constexpr Index safe = Index{1} << 31;  // a division only where it may matter
  if ((a >= safe || b >= safe) && b != 0 && a > std::numeric_limits<Index>::max() / b) [[unlikely]]
    throw_too_large(operation, a, b);
  return a * b;
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
