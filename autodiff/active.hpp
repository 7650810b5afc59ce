// Active matrices and arrays: handles on values in the tape's memory and on their adjoint slots.
#pragma once

#include <Eigen/Core>
#include <concepts>
#include <type_traits>
#include <utility>

#include "autodiff/detail/shape.hpp"
#include "autodiff/var.hpp"

namespace grove {

using Eigen::Index;

template <class Plain, class Stride = Eigen::Stride<0, 0>>
class Active;

namespace detail {

/// How far the slices of a view and the elements in them are apart.
struct Steps {
  Index outer = 0, inner = 1;
};
struct NoSteps {
  NoSteps() = default;
  NoSteps(Index /*outer*/, Index /*inner*/) {}
  static constexpr Index outer = 0, inner = 1;
};

}  // namespace detail

/// Base of everything active and dense: it makes the functions of grove visible to unqualified calls on it.
template <class Derived>
struct ActiveExpression {};

namespace detail {

template <class Row, class Plain, class... Terms>
class Expr;
template <class X, bool ByRows>
class Directional;
template <class X>
class Diagonal;

template <class T>
inline constexpr bool is_active_handle = false;
template <class Plain, class Stride>
inline constexpr bool is_active_handle<Active<Plain, Stride>> = true;
template <class T>
inline constexpr bool is_expr = false;
template <class Row, class Plain, class... Terms>
inline constexpr bool is_expr<Expr<Row, Plain, Terms...>> = true;

template <class T>
inline constexpr bool is_active_dense = is_active_handle<bare<T>> || is_expr<bare<T>>;

/// Active matrix or array: a handle, or an elementwise expression not yet evaluated.
template <class T>
concept ActiveDense = is_active_dense<T>;

template <class D>
void take_dense(const Eigen::DenseBase<D>&);

/// Any Eigen expression (of plain numbers, or of variables). Asked through deduction, since some derive from another
/// expression's base (VectorBlock from Block's).
template <class T>
concept EigenDense = requires(const bare<T>& x) {
  take_dense(x);
};

template <class T>
concept Dense = ActiveDense<T> || EigenDense<T>;

[[noreturn, gnu::noinline, gnu::cold]] inline void throw_without_value() {
  throw Error("matrix: used before it was given a value");
}

/// The handle behind an active operand: itself, or the (remembered) value of an expression.
template <class Plain, class Stride>
const Active<Plain, Stride>& evaluated(const Active<Plain, Stride>& x) {
  x.check();
  return x;
}
template <class Row, class Plain, class... Terms>
const Active<Plain>& evaluated(const Expr<Row, Plain, Terms...>& x) {
  return x.evaluate();
}

// How an active matrix gets its value from something else (detail/expression.hpp).
template <class Plain, class D>
void fill_with_constants(Active<Plain>& target, const D& plain);
template <class Plain, class D>
void gather_variables(Active<Plain>& target, const D& variables);
template <class Plain, class D>
void take_value_of(Active<Plain>& target, const D& other);

template <class T>
using handle_t = bare<decltype(evaluated(std::declval<const bare<T>&>()))>;

/// The surface of Eigen that losses use, for active matrices and arrays. Meaning and names are Eigen's. Views (`row`,
/// `block`, `transpose` …) copy nothing and record nothing.
template <class Derived>
class DenseOps : public ActiveExpression<Derived> {
 public:
  // Size.
  Index size() const { return self().rows() * self().cols(); }

  // Elements: a Var by value. Elements cannot be assigned; build an Eigen::Matrix of variables, or use stack, hcat and
  // vcat.
  auto operator()(Index i, Index j) const { return evaluated(self()).element(i, j); }
  auto operator()(Index i) const { return evaluated(self()).element(i); }
  auto operator[](Index i) const { return evaluated(self()).element(i); }
  auto coeff(Index i, Index j) const { return evaluated(self()).element(i, j); }
  auto coeff(Index i) const { return evaluated(self()).element(i); }
  auto x() const { return evaluated(self()).element(0); }
  auto y() const { return evaluated(self()).element(1); }
  auto z() const { return evaluated(self()).element(2); }
  auto w() const { return evaluated(self()).element(3); }
  /// The value of a 1×1 matrix.
  auto value() const { return evaluated(self()).element(0, 0); }

  // Views.
  auto array() const& { return evaluated(self()).array_view(); }
  auto matrix() const& { return evaluated(self()).matrix_view(); }
  auto array() && { return std::move(*this).template as_kind<true>(); }
  auto matrix() && { return std::move(*this).template as_kind<false>(); }
  auto eval() const { return evaluated(self()); }
  auto transpose() const { return evaluated(self()).transpose_view(); }
  auto adjoint() const { return transpose(); }
  auto row(Index i) const { return view<1, cols_static()>("row", i, 0, 1, self().cols()); }
  auto col(Index j) const { return view<rows_static(), 1>("col", 0, j, self().rows(), 1); }
  auto block(Index i, Index j, Index r, Index c) const {
    return view<Eigen::Dynamic, Eigen::Dynamic>("block", i, j, r, c);
  }
  template <int R, int C>
  auto block(Index i, Index j) const {
    return view<R, C>("block", i, j, R, C);
  }
  auto topRows(Index n) const { return view<Eigen::Dynamic, cols_static()>("topRows", 0, 0, n, self().cols()); }
  auto bottomRows(Index n) const {
    return view<Eigen::Dynamic, cols_static()>("bottomRows", self().rows() - n, 0, n, self().cols());
  }
  auto middleRows(Index i, Index n) const {
    return view<Eigen::Dynamic, cols_static()>("middleRows", i, 0, n, self().cols());
  }
  auto leftCols(Index n) const { return view<rows_static(), Eigen::Dynamic>("leftCols", 0, 0, self().rows(), n); }
  auto rightCols(Index n) const {
    return view<rows_static(), Eigen::Dynamic>("rightCols", 0, self().cols() - n, self().rows(), n);
  }
  auto middleCols(Index j, Index n) const {
    return view<rows_static(), Eigen::Dynamic>("middleCols", 0, j, self().rows(), n);
  }
  auto topLeftCorner(Index r, Index c) const { return block(0, 0, r, c); }
  auto topRightCorner(Index r, Index c) const { return block(0, self().cols() - c, r, c); }
  auto bottomLeftCorner(Index r, Index c) const { return block(self().rows() - r, 0, r, c); }
  auto bottomRightCorner(Index r, Index c) const { return block(self().rows() - r, self().cols() - c, r, c); }
  auto segment(Index i, Index n) const { return piece<Eigen::Dynamic>("segment", i, n); }
  auto head(Index n) const { return piece<Eigen::Dynamic>("head", 0, n); }
  auto tail(Index n) const { return piece<Eigen::Dynamic>("tail", size() - n, n); }
  template <int N>
  auto segment(Index i) const {
    return piece<N>("segment", i, N);
  }
  template <int N>
  auto head() const {
    return piece<N>("head", 0, N);
  }
  template <int N>
  auto tail() const {
    return piece<N>("tail", size() - N, N);
  }
  auto diagonal() const { return evaluated(self()).diagonal_view(); }

  // Rearrangements (shape.hpp) and partial reductions (reductions.hpp).
  auto reshaped(Index rows, Index cols) const;
  auto reshaped() const;
  auto replicate(Index rows, Index cols) const;
  auto asDiagonal() const;
  auto rowwise() const;
  auto colwise() const;

// A member of a temporary may fuse the expression that it is called on; of a named one it evaluates that once.
#define GROVE_DETAIL_DENSE_MEMBER(name) \
  auto name() const&;                   \
  auto name()&&;
#define GROVE_DETAIL_DENSE_MEMBER_WITH(name) \
  template <class Other>                     \
  auto name(Other&& other) const&;           \
  template <class Other>                     \
  auto name(Other&& other)&&;

  // Reductions (reductions.hpp).
  GROVE_DETAIL_DENSE_MEMBER(sum)
  GROVE_DETAIL_DENSE_MEMBER(mean)
  GROVE_DETAIL_DENSE_MEMBER(prod)
  GROVE_DETAIL_DENSE_MEMBER(minCoeff)
  GROVE_DETAIL_DENSE_MEMBER(maxCoeff)
  GROVE_DETAIL_DENSE_MEMBER(squaredNorm)
  GROVE_DETAIL_DENSE_MEMBER(norm)
  GROVE_DETAIL_DENSE_MEMBER_WITH(dot)
  template <int P>
  auto lpNorm() const;
  auto trace() const;

  // Linear algebra (linear_algebra.hpp). For an array, inverse() is elementwise, as in Eigen.
  auto determinant() const;
  auto inverse() const;
  auto normalized() const;

  // Elementwise (elementwise_members.hpp).
  GROVE_DETAIL_DENSE_MEMBER_WITH(cwiseProduct)
  GROVE_DETAIL_DENSE_MEMBER_WITH(cwiseQuotient)
  GROVE_DETAIL_DENSE_MEMBER_WITH(cwiseMin)
  GROVE_DETAIL_DENSE_MEMBER_WITH(cwiseMax)
  GROVE_DETAIL_DENSE_MEMBER_WITH(min)
  GROVE_DETAIL_DENSE_MEMBER_WITH(max)
  GROVE_DETAIL_DENSE_MEMBER_WITH(pow)
  GROVE_DETAIL_DENSE_MEMBER(cwiseAbs)
  GROVE_DETAIL_DENSE_MEMBER(cwiseAbs2)
  GROVE_DETAIL_DENSE_MEMBER(cwiseSqrt)
  GROVE_DETAIL_DENSE_MEMBER(cwiseInverse)
  GROVE_DETAIL_DENSE_MEMBER(abs)
  GROVE_DETAIL_DENSE_MEMBER(abs2)
  GROVE_DETAIL_DENSE_MEMBER(sign)
  GROVE_DETAIL_DENSE_MEMBER(square)
  GROVE_DETAIL_DENSE_MEMBER(cube)
  GROVE_DETAIL_DENSE_MEMBER(sqrt)
  GROVE_DETAIL_DENSE_MEMBER(rsqrt)
  GROVE_DETAIL_DENSE_MEMBER(exp)
  GROVE_DETAIL_DENSE_MEMBER(expm1)
  GROVE_DETAIL_DENSE_MEMBER(log)
  GROVE_DETAIL_DENSE_MEMBER(log1p)
  GROVE_DETAIL_DENSE_MEMBER(log10)
  GROVE_DETAIL_DENSE_MEMBER(sin)
  GROVE_DETAIL_DENSE_MEMBER(cos)
  GROVE_DETAIL_DENSE_MEMBER(tan)
  GROVE_DETAIL_DENSE_MEMBER(asin)
  GROVE_DETAIL_DENSE_MEMBER(acos)
  GROVE_DETAIL_DENSE_MEMBER(atan)
  GROVE_DETAIL_DENSE_MEMBER(sinh)
  GROVE_DETAIL_DENSE_MEMBER(cosh)
  GROVE_DETAIL_DENSE_MEMBER(tanh)
  GROVE_DETAIL_DENSE_MEMBER(erf)
  GROVE_DETAIL_DENSE_MEMBER(erfc)
  GROVE_DETAIL_DENSE_MEMBER(lgamma)
  GROVE_DETAIL_DENSE_MEMBER(digamma)
  GROVE_DETAIL_DENSE_MEMBER(logistic)
  GROVE_DETAIL_DENSE_MEMBER(floor)
  GROVE_DETAIL_DENSE_MEMBER(ceil)
  GROVE_DETAIL_DENSE_MEMBER(round)
#undef GROVE_DETAIL_DENSE_MEMBER
#undef GROVE_DETAIL_DENSE_MEMBER_WITH

 private:
  const Derived& self() const { return static_cast<const Derived&>(*this); }
  Derived&& self_rvalue() { return static_cast<Derived&&>(*this); }
  template <bool IsArray>
  auto as_kind() && {
    if constexpr (is_expr<Derived>) {
      return self_rvalue().template of_kind<IsArray>();
    } else if constexpr (IsArray) {
      return self().array_view();
    } else {
      return self().matrix_view();
    }
  }
  static constexpr int rows_static() { return Derived::RowsAtCompileTime; }
  static constexpr int cols_static() { return Derived::ColsAtCompileTime; }

  template <int R, int C>
  auto view(const char* name, Index i, Index j, Index r, Index c) const {
    check_range(name, i, r, self().rows());
    check_range(name, j, c, self().cols());
    return evaluated(self()).template view_of<R, C>(i, j, r, c);
  }
  template <int N>
  auto piece(const char* name, Index i, Index n) const {
    static_assert(rows_static() == 1 || cols_static() == 1, "grove: head, tail and segment need a vector");
    if constexpr (cols_static() == 1) {
      return view<N, 1>(name, i, 0, n, 1);
    } else {
      return view<1, N>(name, 0, i, 1, n);
    }
  }
};

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

  /// A constant matrix inside a loss: a copy of plain values.
  template <detail::EigenDense D>
  requires(contiguous && (std::convertible_to<typename D::Scalar, S> && !detail::is_var<typename D::Scalar>))
      Active(const D& plain) {  // NOLINT: like Eigen
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

  // Compound assignment gives the name a new value; nothing recorded before changes.
  template <class X>
  Active& operator+=(const X& x) {
    return *this = Active(*this + x);
  }
  template <class X>
  Active& operator-=(const X& x) {
    return *this = Active(*this - x);
  }
  template <class X>
  Active& operator*=(const X& x) {
    return *this = Active(*this * x);
  }
  template <class X>
  Active& operator/=(const X& x) {
    return *this = Active(*this / x);
  }

  // Member by member: a copy of the whole would go through memory, where a chain of operations waits for it.
  Active(const Active& other)
      : data_(other.data_),
        slot_(other.slot_),
        tag_(other.tag_),
        rows_(other.rows_),
        cols_(other.cols_),
        steps_(other.steps_) {}
  Active& operator=(const Active& other) = default;

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
    detail::check_index("element", i, rows_ * cols_);
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
  auto diagonal_view() const {
    constexpr int n = RowsAtCompileTime == Eigen::Dynamic || ColsAtCompileTime == Eigen::Dynamic
                          ? Eigen::Dynamic
                          : std::min(RowsAtCompileTime, ColsAtCompileTime);
    using Strided = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;
    const Index step = row_stride() + col_stride();
    return Active<detail::resized<Plain, n, 1>, Strided>(data_, slot_, tag_, std::min(rows_, cols_), 1, step, step);
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
    const Index offset = i * row_stride() + j * col_stride();
    constexpr bool block_row_major = detail::plain_traits<Block>::row_major;
    const Index inner = block_row_major ? col_stride() : row_stride();
    const Index outer = block_row_major ? row_stride() : col_stride();
    return Active<Block, BlockStride>(data_ + offset, slot_ + static_cast<std::uint32_t>(offset), tag_, r, c, outer,
                                      inner);
  }

  Index row_stride() const {
    if constexpr (contiguous) return row_major ? cols_ : 1;
    return row_major ? steps_.outer : steps_.inner;
  }
  Index col_stride() const {
    if constexpr (contiguous) return row_major ? 1 : rows_;
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
  Index rows_ = RowsAtCompileTime == Eigen::Dynamic ? 0 : RowsAtCompileTime;
  Index cols_ = ColsAtCompileTime == Eigen::Dynamic ? 0 : ColsAtCompileTime;
  [[no_unique_address]] std::conditional_t<contiguous, detail::NoSteps, detail::Steps> steps_;
};

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
