// What of the engine is a leaf of a tree: variables, duals, active arrays, and Eigen's arrays of variables or duals.
#pragma once

#include <type_traits>

#include "../../tree/detail/kind.hpp"
#include "../../tree/leaf.hpp"
#include "../array/active.hpp"
#include "../fusion/expression.hpp"
#include "../scalar/innermost.hpp"

namespace grove {

template <class N>
requires detail::is_number_class<N>
struct leaf_traits<N> {
  static constexpr bool is_leaf = true;
  using Scalar = N;
  static Index rows(const N&) { return 1; }
  static Index cols(const N&) { return 1; }
  static Index size(const N&) { return 1; }
  static N& view(N& x) { return x; }
  static const N& view(const N& x) { return x; }
};
template <class Plain, class Stride>
struct leaf_traits<Active<Plain, Stride>> {
  static constexpr bool is_leaf = true;
  using Scalar = typename Active<Plain, Stride>::Scalar;
  static Index rows(const Active<Plain, Stride>& x) { return x.rows(); }
  static Index cols(const Active<Plain, Stride>& x) { return x.cols(); }
  static Index size(const Active<Plain, Stride>& x) { return x.size(); }
  static auto view(const Active<Plain, Stride>& x) { return x.array(); }
  /// The view is a handle like the leaf, so that assigning to it changes only itself.
  template <class View>
  static void store(Active<Plain, Stride>& x, const View& view) {
    if constexpr (detail::plain_traits<Plain>::is_array) {
      x = view;
    } else {
      x = view.matrix_view();
    }
  }
  template <class Value>
  static void assign(Active<Plain, Stride>& x, const Value& value) {
    assign(x, value, x);
  }
  /// A number fills an array of the shape of `like`.
  template <class Value>
  static void assign(Active<Plain, Stride>& x, const Value& value, const Active<Plain, Stride>& like) {
    using Values = Eigen::Array<typename detail::plain_traits<Plain>::Scalar, Eigen::Dynamic, Eigen::Dynamic>;
    if constexpr (detail::Dense<Value>) {
      x = Active<Plain, Stride>(value.matrix());
    } else if constexpr (std::is_arithmetic_v<Value>) {
      x = Active<Plain, Stride>(Values::Constant(like.rows(), like.cols(), Value(value)).matrix());
    } else {
      const Active<Plain, Stride> zeros(Values::Zero(like.rows(), like.cols()).matrix());
      x = Active<Plain, Stride>((zeros.array() + value).matrix());
    }
  }
};
template <class Row, class Plain, class... Terms>
struct leaf_traits<detail::Expr<Row, Plain, Terms...>> : leaf_traits<Active<Plain>> {
  using T = detail::Expr<Row, Plain, Terms...>;
  static Index rows(const T& x) { return x.rows(); }
  static Index cols(const T& x) { return x.cols(); }
  static Index size(const T& x) { return x.size(); }
  static auto view(const T& x) { return x.array(); }
};
template <class S, int R, int C, int O, int MR, int MC>
requires detail::is_number_class<S>
struct leaf_traits<Eigen::Matrix<S, R, C, O, MR, MC>> : tree::detail::EigenLeaf<Eigen::Matrix<S, R, C, O, MR, MC>> {
};
template <class S, int R, int C, int O, int MR, int MC>
requires detail::is_number_class<S>
struct leaf_traits<Eigen::Array<S, R, C, O, MR, MC>> : tree::detail::EigenLeaf<Eigen::Array<S, R, C, O, MR, MC>> {
};
/// What our functions returned for plain operands is a leaf as Eigen's own is.
template <class Plain>
requires leaf_traits<Plain>::is_leaf struct leaf_traits<detail::Owned<Plain>> : leaf_traits<Plain> {
  static auto view(detail::Owned<Plain>& x) {
    return Eigen::Map<detail::as_array<Plain>>(x.data(), x.rows(), x.cols());
  }
  static decltype(auto) view(const detail::Owned<Plain>& x) { return leaf_traits<Plain>::view(x.values()); }
  static Index rows(const detail::Owned<Plain>& x) { return x.rows(); }
  static Index cols(const detail::Owned<Plain>& x) { return x.cols(); }
  static Index size(const detail::Owned<Plain>& x) { return x.size(); }
};
namespace tree::detail {
template <class Plain>
requires std::integral<typename Plain::Scalar>
inline constexpr Kind known_kind<grove::detail::Owned<Plain>> = Kind::static_leaf;
}  // namespace tree::detail

}  // namespace grove
