// Operands of elementwise expressions: constants, broadcast scalars and vectors. (Active handles are terms themselves.)
#pragma once

#include <Eigen/Core>
#include <cstring>
#include <type_traits>

#include "../array/active.hpp"
#include "../array/eigen_traits.hpp"

namespace grove::detail {

/// A slope that is exactly one (or minus one): the cotangent passes through unchanged.
struct Unit {};
struct MinusUnit {};

/// cotangent · slope. Guarded: an exact zero wins over an infinite or undefined slope.
template <bool Guarded, class C, class Slope>
auto times(const C& c, const Slope& slope) {
  using S = typename C::Scalar;
  if constexpr (Guarded) {
    return c.binaryExpr(slope, [](const S& a, const S& b) { return is_exact_zero(a) ? S(0) : S(a * b); });
  } else {
    return c * slope;
  }
}
template <bool Guarded, class C>
const C& times(const C& c, const Unit&) {
  return c;
}
template <bool Guarded, class C>
auto times(const C& c, const MinusUnit&) {
  return -c;
}

/// An active scalar, seen by an array expression as an array of equal elements.
template <class S>
struct ScalarTerm {
  static constexpr int leaves = 1;
  static constexpr bool has_adjoint = true;

  ScalarTerm() : value(0), slot(0), active(false) {}
  ScalarTerm(const S& number, std::uint32_t at, bool is_variable) : value(number), slot(at), active(is_variable) {}
  // Member by member, as for Active.
  ScalarTerm(const ScalarTerm& other)
      : value(other.value), slot(through_register(other.slot)), active(through_register(other.active)) {}
  ScalarTerm& operator=(const ScalarTerm&) = default;

  S value;
  std::uint32_t slot;
  bool active;

  bool is_active() const { return active; }
};

template <class S>
struct NumberTerm {
  static constexpr int leaves = 1;
  static constexpr bool has_adjoint = false;
  S value;

  bool is_active() const { return false; }
};

/// Plain numbers of an array, in the arena or in an argument of the call.
template <class S, class Plain, class Stride>
struct ConstantTerm {
  using T = typename plain_traits<Plain>::Scalar;
  static constexpr int leaves = 1;
  static constexpr bool has_adjoint = false;
  static constexpr int RowsAtCompileTime = plain_traits<Plain>::rows;
  static constexpr int ColsAtCompileTime = plain_traits<Plain>::cols;
  static constexpr bool row_major = plain_traits<Plain>::row_major;
  static constexpr bool is_array = plain_traits<Plain>::is_array;
  static constexpr bool contiguous = std::same_as<Stride, Eigen::Stride<0, 0>>;
  using PlainObject = Plain;

  ConstantTerm(const T* values, Index rows, Index cols, Index outer)
      : data(values), rows_(rows), cols_(cols), steps_{outer, 1} {}
  // Member by member, as for Active.
  ConstantTerm(const ConstantTerm& other)
      : data(through_register(other.data)), rows_(other.rows_), cols_(other.cols_), steps_(other.steps_) {}
  ConstantTerm& operator=(const ConstantTerm&) = default;

  const T* data;

  Index rows() const { return rows_; }
  Index cols() const { return cols_; }
  /// From one column to the next (of a row-major one: from row to row).
  Index outer() const { return contiguous ? (row_major ? cols() : rows()) : steps_.outer; }
  bool is_active() const { return false; }
  auto map() const { return make_map<const Plain>(); }
  auto matrix_map() const { return make_map<const as_matrix<Plain>>(); }
  template <class Like>
  auto primal(Index, Index) const {
    if constexpr (std::same_as<T, S>) {
      return make_map<const as_array<Plain>>();
    } else {
      return make_map<const as_array<Plain>>().template cast<S>();
    }
  }

 private:
  template <class M>
  auto make_map() const {
    if constexpr (contiguous) {
      return Eigen::Map<M>(data, rows_, cols_);
    } else {
      return Eigen::Map<M, 0, Stride>(data, rows_, cols_, Stride(steps_.outer));
    }
  }

  [[no_unique_address]] Extent<RowsAtCompileTime> rows_;
  [[no_unique_address]] Extent<ColsAtCompileTime> cols_;
  [[no_unique_address]] std::conditional_t<contiguous, NoSteps, Steps> steps_;
};

/// A copy of an Eigen expression in the tape's memory.
template <class S, class D>
[[gnu::noinline]] const typename D::Scalar* copied_constant(const D& x) {
  using T = typename D::Scalar;
  T* copy = current_tape<S>->template allocate_array<T>(static_cast<std::size_t>(x.size()));
  if constexpr (wraps_plain_object<D> && std::is_trivially_copyable_v<T>) {  // much cheaper to compile
    if (x.size() != 0) std::memcpy(copy, x.data(), static_cast<std::size_t>(x.size()) * sizeof(T));
  } else {
    Eigen::Map<plain_of<D>>(copy, x.rows(), x.cols()) = x;
  }
  return copy;
}

/// The constant operand x of an operation on a tape of scalar S. Values that lie in an argument of the derivative call
/// are referenced; everything else is copied, so that no change or end of x can reach the gradient.
template <class S, class D>
inline auto constant_term(const Eigen::DenseBase<D>& expression) {
  const D& x = expression.derived();
  const Index inner_size = D::IsRowMajor ? x.cols() : x.rows();
  if constexpr (lies_in_memory<D>) {
    constexpr bool whole = wraps_plain_object<D> || D::RowsAtCompileTime == 1 || D::ColsAtCompileTime == 1;
    using Term = ConstantTerm<S, plain_of<D>, std::conditional_t<whole, Eigen::Stride<0, 0>, Eigen::OuterStride<>>>;
    const Index outer_size = D::IsRowMajor ? x.rows() : x.cols();
    const auto* begin = x.data();
    const auto* end = x.size() == 0 ? begin : begin + (outer_size - 1) * x.outerStride() + inner_size;
    const Tape<S>& tape = *current_tape<S>;
    if (!tape.copies_every_constant && tape.constants().contains(begin, end)) [[likely]]
      return Term{begin, x.rows(), x.cols(), x.outerStride()};
    return Term{copied_constant<S>(x), x.rows(), x.cols(), inner_size};
  } else {
    return ConstantTerm<S, plain_of<D>, Eigen::Stride<0, 0>>{copied_constant<S>(x), x.rows(), x.cols(), inner_size};
  }
}

}  // namespace grove::detail
