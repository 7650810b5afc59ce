// Active matrices and arrays: handles on values in the tape's memory and on their adjoint slots.
#pragma once

#include <Eigen/Core>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <type_traits>

#include "extent.hpp"
#include "into_eigen.hpp"
#include "members.hpp"

namespace grove {
namespace detail {

/// Views are values: assigning to `x.col(0)` or `x.array()` would change nothing, so it does not compile.
template <class X>
constexpr void assignment_to_part() {
  static_assert(sizeof(X) == 0,
                "grove: a part of an active matrix cannot be assigned; make the whole with hcat, vcat or stack, or "
                "fill an Eigen::Matrix<T, ...>");
}

template <class Plain, std::size_t N>
inline constexpr bool is_static_vector_of = N >= 2 &&
                                            (plain_traits<Plain>::rows == 1 || plain_traits<Plain>::cols == 1) &&
                                            plain_traits<Plain>::rows* plain_traits<Plain>::cols == int(N);
template <class... E>
inline constexpr bool are_entries = ((std::is_arithmetic_v<E> || is_differentiable_number<E>)&&...);

}  // namespace detail

/// An active matrix (or array): shape, values and adjoint slots; copied freely, it owns nothing.
///
/// `Plain` is the Eigen type that it stands for (scalar, static sizes, storage order, matrix or array); `Stride` tells
/// how a view lies in its parent. Users write grove::Matrix<T>, grove::Vector<T> … in their structs and `auto`
/// elsewhere.
template <class Plain, class Stride>
class Active : public detail::DenseOps<Active<Plain, Stride>> {
  using traits = detail::plain_traits<Plain>;

 public:
  using S = typename traits::Scalar;
  using Scalar = Var<S>;
  using PlainObject = Plain;
  static constexpr int RowsAtCompileTime = traits::rows;
  static constexpr int ColsAtCompileTime = traits::cols;
  static constexpr bool is_array = traits::is_array;
  static constexpr bool row_major = traits::row_major;
  static constexpr bool inner_contiguous = !std::same_as<Stride, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>>;
  static constexpr bool contiguous = std::same_as<Stride, Eigen::Stride<0, 0>>;

  /// Empty.
  Active() = default;

  /// A vector of static size from its entries, variables and numbers: `grove::Vector<T, 2>(a, 1.0)`.
  template <class... E>
  requires(detail::are_entries<E...>&& contiguous&& detail::is_static_vector_of<Plain, sizeof...(E)>)
      Active(const E&... entries) {  // NOLINT: like Eigen
    Eigen::Matrix<Scalar, RowsAtCompileTime, ColsAtCompileTime> variables;
    Index k = 0;
    ((variables[k++] = Scalar(entries)), ...);
    detail::gather_variables(*this, variables);
  }
  /// A matrix from its rows, `grove::Matrix<T, 2, 2>{{a, b}, {c, d}}`, or a vector from one: `grove::Vector<T>{{a,
  /// b}}`.
  explicit Active(std::initializer_list<std::initializer_list<Scalar>> rows) requires contiguous {
    detail::gather_variables(*this, Eigen::Matrix<Scalar, RowsAtCompileTime, ColsAtCompileTime>(rows));
  }

  /// Not to be filled afterwards: the message says what to do instead.
  template <std::integral... N>
  requires((sizeof...(N) == 1 || sizeof...(N) == 2) &&
           !detail::is_static_vector_of<Plain, sizeof...(N)>) explicit Active(N...) {
    static_assert(sizeof...(N) == 0,
                  "grove: an active matrix is made whole; begin with Zero, Ones, Constant or Identity, use stack, hcat "
                  "or vcat, or fill an Eigen::Matrix<T, ...> entry by entry");
  }

  /// Eigen's constants, to begin with: `grove::Vector<T> total = grove::Vector<T>::Zero(n);`.
  template <std::integral... N>
  static auto Zero(N... sizes) {
    check_sizes(sizes...);
    return Plain::Zero(sizes...);
  }
  template <std::integral... N>
  static auto Ones(N... sizes) {
    check_sizes(sizes...);
    return Plain::Ones(sizes...);
  }
  template <std::integral... N>
  static auto Identity(N... sizes) {
    check_sizes(sizes...);
    return Plain::Identity(sizes...);
  }
  static auto Constant(const S& value) { return Plain::Constant(value); }
  template <std::integral N>
  static auto Constant(N n, const S& value) {
    check_sizes(n);
    return Plain::Constant(n, value);
  }
  template <std::integral N, std::integral M>
  static auto Constant(N rows, M cols, const S& value) {
    check_sizes(rows, cols);
    return Plain::Constant(rows, cols, value);
  }

  /// A constant matrix inside a loss: a copy of plain values.
  template <detail::EigenDense D>
  requires(contiguous&& std::convertible_to<typename D::Scalar, S>) Active(const D& plain) {  // NOLINT: like Eigen
    detail::fill_with_constants(*this, plain);
  }

  /// Gathers a matrix of variables into one active matrix.
  template <detail::EigenDense D>
  requires(contiguous&& std::same_as<typename D::Scalar, Var<S>>) Active(const D& variables) {  // NOLINT: like Eigen
    detail::gather_variables(*this, variables);
  }

  /// The value of an expression, or a contiguous copy of a view.
  template <detail::ActiveDense D>
  requires(contiguous && !std::same_as<D, Active>) Active(const D& other) {  // NOLINT: like Eigen
    detail::take_value_of(*this, other);
  }

  /// The only element of a matrix of static size 1×1.
  operator Scalar() const requires(RowsAtCompileTime == 1 && ColsAtCompileTime == 1) { return element(0, 0); }

  Index rows() const { return rows_; }
  Index cols() const { return cols_; }

  // Compound assignment gives the name a new value; nothing recorded before changes. For a part of a matrix that would
  // be a change without effect: assignment_to_part below.
  template <class X>
  Active& operator+=(const X& x) & {
    return assign(*this + x);
  }
  template <class X>
  Active& operator-=(const X& x) & {
    return assign(*this - x);
  }
  template <class X>
  Active& operator*=(const X& x) & {
    return assign(*this * x);
  }
  template <class X>
  Active& operator/=(const X& x) & {
    return assign(*this / x);
  }
  template <class X>
  void operator=(const X&) && {
    detail::assignment_to_part<X>();
  }

  // Member by member: a chain of operations waits for what is copied as a whole.
  Active(const Active& other)
      : data_(detail::through_register(other.data_)),
        slot_(detail::through_register(other.slot_)),
        tag_(detail::through_register(other.tag_)),
        rows_(other.rows_),
        cols_(other.cols_),
        steps_(other.steps_) {}
  Active& operator=(const Active& other) & = default;

  // ---- For primitives: handles, values, adjoints ------------------------------------------------------------------

  Active(const S* data, std::uint32_t slot, std::uint32_t tag, Index rows, Index cols, Index outer = 0, Index inner = 1)
      : data_(data), slot_(slot), tag_(tag), rows_(rows), cols_(cols), steps_{outer, inner} {}

  /// True if it has adjoints.
  bool is_active() const { return tag_ != 0; }
  std::uint32_t slot() const { return slot_; }
  const S* data() const { return data_; }
  Active without_adjoint() const { return Active(data_, 0, 0, rows_, cols_, steps_.outer, steps_.inner); }

  /// Throws if the recording it belongs to is over, or if nothing was assigned to it yet.
  void check() const {
    if (tag_ != 0 && tag_ != detail::current_tape<S>->tag()) [[unlikely]]
      detail::current_tape<S>->throw_foreign(tag_);
    // Without a value a matrix of dynamic size has none of its elements.
    if constexpr (RowsAtCompileTime != Eigen::Dynamic && ColsAtCompileTime != Eigen::Dynamic) {
      if (data_ == nullptr && rows_ * cols_ != 0) [[unlikely]]
        detail::throw_without_value();
    }
  }

  auto map() const { return make_map<const Plain>(data_); }
  auto array_map() const { return make_map<const detail::as_array<Plain>>(data_); }
  auto matrix_map() const { return make_map<const detail::as_matrix<Plain>>(data_); }
  auto adjoint_map() const { return make_map<Plain>(detail::current_tape<S>->adjoint(slot_)); }
  auto adjoint_array() const { return make_map<detail::as_array<Plain>>(detail::current_tape<S>->adjoint(slot_)); }
  auto adjoint_matrix() const { return make_map<detail::as_matrix<Plain>>(detail::current_tape<S>->adjoint(slot_)); }

  Scalar element(Index i, Index j) const {
    detail::check_index("row", i, rows_);
    detail::check_index("column", j, cols_);
    return at(i * row_stride() + j * col_stride());
  }
  Scalar element(Index i) const {
    static_assert(RowsAtCompileTime == 1 || ColsAtCompileTime == 1, "grove: x(i) and x[i] need a vector; use x(i, j)");
    detail::check_index("element", i, ColsAtCompileTime == 1 ? rows_ : cols_);
    return at(i * (ColsAtCompileTime == 1 ? row_stride() : col_stride()));
  }

  auto array_view() const {
    return Active<detail::as_array<Plain>, Stride>(data_, slot_, tag_, rows_, cols_, steps_.outer, steps_.inner);
  }
  auto matrix_view() const {
    return Active<detail::as_matrix<Plain>, Stride>(data_, slot_, tag_, rows_, cols_, steps_.outer, steps_.inner);
  }
  auto transpose_view() const {
    return Active<detail::transposed<Plain>, Stride>(data_, slot_, tag_, cols_, rows_, steps_.outer, steps_.inner);
  }
  /// The k-th diagonal, above the main one for k > 0; N is its static size.
  template <int N>
  auto diagonal_view(Index k) const {
    using Strided = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;
    if (k < -rows_ || k > cols_) [[unlikely]]
      detail::throw_diagonal(k, rows_, cols_);
    const Index n = k < 0 ? std::min<Index>(rows_ + k, cols_) : std::min<Index>(rows_, cols_ - k);
    const Index step = row_stride() + col_stride();
    const Index offset = n == 0 ? 0 : (k < 0 ? -k * row_stride() : k * col_stride());
    return Active<detail::resized<Plain, N, 1>, Strided>(data_ + offset, slot_ + static_cast<std::uint32_t>(offset),
                                                         tag_, n, 1, step, step);
  }

  /// The block of r×c elements at (i, j); R and C are its static sizes.
  template <int R, int C>
  auto view_of(Index i, Index j, Index r, Index c) const {
    using Block = detail::resized<Plain, R, C>;
    constexpr bool vector = R == 1 || C == 1;
    constexpr bool along_inner = C == 1 ? !row_major : row_major;
    using BlockStride = std::conditional_t<
        !inner_contiguous, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>,
        std::conditional_t<
            vector, std::conditional_t<along_inner, Eigen::Stride<0, 0>, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>>,
            Eigen::OuterStride<>>>;
    const Index offset = r == 0 || c == 0 ? 0 : i * row_stride() + j * col_stride();  // nothing may lie nowhere
    constexpr bool block_row_major = detail::plain_traits<Block>::row_major;
    const Index inner = block_row_major ? col_stride() : row_stride();
    const Index outer = block_row_major ? row_stride() : col_stride();
    return Active<Block, BlockStride>(data_ + offset, slot_ + static_cast<std::uint32_t>(offset), tag_, r, c, outer,
                                      inner);
  }

  Index row_stride() const {
    if constexpr (contiguous) return row_major ? cols() : 1;
    return row_major ? steps_.outer : steps_.inner;
  }
  Index col_stride() const {
    if constexpr (contiguous) return row_major ? 1 : rows();
    return row_major ? steps_.inner : steps_.outer;
  }

  // ---- As a term of an elementwise expression ---------------------------------------------------------------------

  static constexpr int leaves = 1;
  static constexpr bool has_adjoint = true;

  template <class Like>
  auto primal(Index, Index) const {
    return array_map();
  }

 private:
  template <class... N>
  static void check_sizes(N... sizes) {
    if constexpr (sizeof...(N) == 2) {
      check_sizes_of(static_cast<Index>(sizes)...);
    } else if constexpr (sizeof...(N) == 1 && ColsAtCompileTime == 1) {
      check_sizes_of(static_cast<Index>(sizes)..., 1);
    } else if constexpr (sizeof...(N) == 1) {
      check_sizes_of(1, static_cast<Index>(sizes)...);
    }
  }
  static void check_sizes_of(Index rows, Index cols) {
    if (rows < 0 || cols < 0) [[unlikely]]
      throw ShapeError(detail::fill("matrix: the shape {} is negative", {detail::shape_text(rows, cols)}));
    detail::check_static_shape<RowsAtCompileTime, ColsAtCompileTime>("matrix", rows, cols);
    detail::size_product("matrix", rows, cols);
  }
  template <class X>
  Active& assign(const X& x) {
    static_assert(contiguous, "grove: a row, a diagonal or a block has no value of its own to change; name a new one");
    return *this = Active(x);
  }
  template <class M>
  auto make_map(std::conditional_t<std::is_const_v<M>, const S, S>* p) const {
    if constexpr (contiguous) {
      return Eigen::Map<M>(p, rows_, cols_);
    } else if constexpr (inner_contiguous) {
      return Eigen::Map<M, 0, Eigen::OuterStride<>>(p, rows_, cols_, Eigen::OuterStride<>(steps_.outer));
    } else {
      return Eigen::Map<M, 0, Stride>(p, rows_, cols_, Stride(steps_.outer, steps_.inner));
    }
  }
  Scalar at(Index offset) const {
    // A constant's tag, zero, makes a constant.
    return detail::VarAccess::make(data_[offset], slot_ + static_cast<std::uint32_t>(offset), tag_);
  }

  const S* data_ = nullptr;
  std::uint32_t slot_ = 0;
  std::uint32_t tag_ = 0;
  [[no_unique_address]] detail::Extent<RowsAtCompileTime> rows_;
  [[no_unique_address]] detail::Extent<ColsAtCompileTime> cols_;
  [[no_unique_address]] std::conditional_t<contiguous, detail::NoSteps, detail::Steps> steps_;
};

#define GROVE_DETAIL_ASSIGN_TO_PART(op)                 \
  template <class Plain, class Stride, class X>         \
  void operator op(Active<Plain, Stride>&&, const X&) { \
    detail::assignment_to_part<X>();                    \
  }
GROVE_DETAIL_ASSIGN_TO_PART(+=)
GROVE_DETAIL_ASSIGN_TO_PART(-=)
GROVE_DETAIL_ASSIGN_TO_PART(*=)
GROVE_DETAIL_ASSIGN_TO_PART(/=)
#undef GROVE_DETAIL_ASSIGN_TO_PART

// ---- Containers of a template struct ------------------------------------------------------------------------------

namespace detail {

template <class T>
struct containers {
  template <int R, int C>
  using matrix = Eigen::Matrix<T, R, C>;
  template <int R, int C>
  using array = Eigen::Array<T, R, C>;
};
template <class S>
struct containers<Var<S>> {
  template <int R, int C>
  using matrix = Active<plain_t<false, S, R, C, false>>;
  template <int R, int C>
  using array = Active<plain_t<true, S, R, C, false>>;
};

}  // namespace detail

/// The matrix of a template struct: Eigen's for plain numbers, active for variables.
template <class T, int R = Eigen::Dynamic, int C = Eigen::Dynamic>
using Matrix = typename detail::containers<T>::template matrix<R, C>;
template <class T, int N = Eigen::Dynamic>
using Vector = Matrix<T, N, 1>;
template <class T, int N = Eigen::Dynamic>
using RowVector = typename detail::containers<T>::template matrix<1, N>;
/// The array (elementwise `*` and `/`) of a template struct.
template <class T, int R = Eigen::Dynamic, int C = 1>
using Array = typename detail::containers<T>::template array<R, C>;

}  // namespace grove
