// Static shapes and kinds of dense arrays.
#pragma once

#include <Eigen/Core>
#include <type_traits>

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

}  // namespace grove::detail
