// What our functions return for plain operands: Eigen arrays that the expressions built on them keep alive.
#pragma once

#include <Eigen/Core>
#include <concepts>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace grove::detail {

/// The strides of a Map onto an object, which every copy of the Map owns together. Eigen nests a Map by value in its
/// expressions, and with it what it is laid out by.
template <class Plain>
struct OwningStride : Eigen::Stride<0, 0> {
  std::shared_ptr<Plain> values;
};

/// Values inside an expression: copied with it.
template <class Plain>
struct InlineValues {
  mutable Plain values;
  typename Plain::Scalar operator()(Eigen::Index i, Eigen::Index j) const { return values.coeff(i, j); }
};

/// Small arrays of static size need no memory of their own.
template <class Plain>
inline constexpr bool is_inline = int(Plain::SizeAtCompileTime) != Eigen::Dynamic && sizeof(Plain) <= 512;

template <class Plain>
using OwnedBase = std::conditional_t<is_inline<Plain>, Eigen::CwiseNullaryOp<InlineValues<Plain>, Plain>,
                                     Eigen::Map<const Plain, Eigen::Unaligned, OwningStride<Plain>>>;

/// An Eigen array (or matrix) that is safe inside larger Eigen expressions, which nest a plain one by reference:
/// `auto y = b[0] - grove::atan(b[1] * x) / 3.0;` keeps what atan returned.
///
/// It reads as Eigen's own, its entries can be written one by one, and the whole can be assigned and changed by `+=`
/// and the like; an expression made before keeps the old values. To write into rows and blocks, give it Eigen's type:
/// `Eigen::ArrayXd y = grove::exp(x);`.
template <class Plain>
class Owned : public OwnedBase<Plain> {
  using Base = OwnedBase<Plain>;
  using Index = Eigen::Index;

 public:
  using Scalar = typename Plain::Scalar;
  using PlainObject = Plain;

  Owned() : Owned(Plain()) {}
  explicit Owned(Plain values) : Base(hold(std::move(values))) {}
  Owned(const Owned& other) : Owned(other.values()) {}
  Owned(Owned&& other) noexcept : Base(static_cast<const Base&>(other)) {}
  ~Owned() = default;

  Owned& operator=(const Owned& other) {
    if (this != &other) become(Owned(other));
    return *this;
  }
  Owned& operator=(Owned&& other) noexcept {
    if (this != &other) become(std::move(other));
    return *this;
  }
  /// Anything that one of Eigen's own can be made of.
  template <class X>
  requires(std::constructible_from<Plain, const X&> && !std::derived_from<X, Owned>) Owned& operator=(const X& x) {
    become(Owned(Plain(x)));
    return *this;
  }
  template <class X>
  Owned& operator+=(const X& x) {
    changed() += x;
    return *this;
  }
  template <class X>
  Owned& operator-=(const X& x) {
    changed() -= x;
    return *this;
  }
  template <class X>
  Owned& operator*=(const X& x) {
    changed() *= x;
    return *this;
  }
  template <class X>
  Owned& operator/=(const X& x) {
    changed() /= x;
    return *this;
  }

  void resize(Index rows, Index cols) {
    if (rows != this->rows() || cols != this->cols()) become(Owned(Plain(rows, cols)));
  }
  Owned& setConstant(const Scalar& value) {
    changed().setConstant(value);
    return *this;
  }
  Owned& setZero() { return setConstant(Scalar(0)); }

  using Base::operator();
  decltype(auto) operator()(Index i) const { return values()(i); }
  Scalar& operator()(Index i, Index j) { return changed()(i, j); }
  Scalar& operator()(Index i) { return changed()(i); }
  decltype(auto) operator[](Index i) const { return values()[i]; }
  Scalar& operator[](Index i) { return changed()[i]; }
  const Scalar* data() const { return values().data(); }
  Scalar* data() { return changed().data(); }
  auto begin() const requires(bool(Plain::IsVectorAtCompileTime)) { return values().begin(); }
  auto begin() requires(bool(Plain::IsVectorAtCompileTime)) { return changed().begin(); }
  auto end() const requires(bool(Plain::IsVectorAtCompileTime)) { return values().end(); }
  auto end() requires(bool(Plain::IsVectorAtCompileTime)) { return changed().end(); }

  /// As one of Eigen's objects.
  const Plain& values() const {
    if constexpr (is_inline<Plain>) {
      return this->functor().values;
    } else {
      return *this->m_stride.values;
    }
  }

 private:
  // The values, to be changed, but not in size. Expressions that share them keep what they have.
  Plain& changed() {
    if constexpr (is_inline<Plain>) {
      return this->functor().values;
    } else {
      if (this->m_stride.values.use_count() > 1) become(Owned(*this));
      return *this->m_stride.values;
    }
  }

  static Base hold(Plain&& values) {
    if constexpr (is_inline<Plain>) {
      return Base(values.rows(), values.cols(), InlineValues<Plain>{values});
    } else {
      OwningStride<Plain> stride;
      stride.values = std::make_shared<Plain>(std::move(values));
      const Plain& held = *stride.values;
      return Base(held.data(), held.rows(), held.cols(), stride);
    }
  }
  // Assigning to one of Eigen's expressions would write through it.
  void become(Owned&& other) noexcept {
    this->~Owned();
    ::new (static_cast<void*>(this)) Owned(std::move(other));
  }
};

/// The value of an Eigen expression.
template <class D>
auto owned(const Eigen::DenseBase<D>& x) {
  return Owned(typename D::PlainObject(x.derived()));
}

}  // namespace grove::detail
