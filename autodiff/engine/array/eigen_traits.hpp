// What is asked of Eigen's own objects: where their values lie, and which plain type they have.
#pragma once

#include <Eigen/Core>
#include <type_traits>

#include "kinds.hpp"
#include "owned.hpp"

namespace grove::detail {

// An Eigen expression that lies in memory with inner stride 1, seen through .array(), .matrix() and const.
template <class D>
inline constexpr bool lies_in_memory = (int(D::Flags) & int(Eigen::DirectAccessBit)) != 0 &&
                                       int(D::InnerStrideAtCompileTime) == 1;
/// An Eigen expression that lies nowhere: its elements are computed each time they are asked for.
template <class D>
inline constexpr bool is_unevaluated = false;
template <EigenDense D>
inline constexpr bool is_unevaluated<D> = (int(D::Flags) & int(Eigen::DirectAccessBit)) == 0;
template <class D>
inline constexpr bool is_plain_object = std::is_base_of_v<Eigen::PlainObjectBase<D>, D>;
template <class D>
inline constexpr bool wraps_plain_object = is_plain_object<D>;
template <class Plain>
inline constexpr bool wraps_plain_object<Eigen::Map<const Plain, Eigen::Unaligned, OwningStride<Plain>>> = true;
template <class D>
inline constexpr bool wraps_plain_object<Eigen::ArrayWrapper<D>> = wraps_plain_object<std::remove_const_t<D>>;
template <class D>
inline constexpr bool wraps_plain_object<Eigen::MatrixWrapper<D>> = wraps_plain_object<std::remove_const_t<D>>;

template <class D>
void take_array(const Eigen::ArrayBase<D>&);
template <class D>
inline constexpr bool is_array_expression = requires(const D& x) {
  take_array(x);
};

template <class D>
using plain_of = plain_t<is_array_expression<D>, typename D::Scalar, D::RowsAtCompileTime, D::ColsAtCompileTime,
                         bool(D::IsRowMajor)>;

template <class X>
inline constexpr bool is_plain_eigen = false;
template <class X>
requires EigenDense<X>
inline constexpr bool is_plain_eigen<X> = !is_var<typename bare<X>::Scalar>;

}  // namespace grove::detail
