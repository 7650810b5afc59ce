// Operations that map vectors to vectors of the same length, on a whole array or along its rows or columns.
#pragma once

#include "../reductions.hpp"

namespace grove::detail {

/// f(slice, …) on each row (or column) of the blocks.
template <bool ByRows, class F, class First, class... Blocks>
void on_slices(const F& f, First&& first, Blocks&&... blocks) {
  const Index n = ByRows ? first.rows() : first.cols();
  for (Index k = 0; k < n; ++k) f(slice<ByRows>(first, k), slice<ByRows>(blocks, k)...);
}

/// y = f(x) for an operation with value(x, y) and pullback(x, y, y_bar, x_bar), all Eigen arrays; `apply(g, blocks…)`
/// runs g on the parts that belong together.
template <class Operation, class X, class Apply>
auto map_blocks(const X& x, const Apply& apply) {
  const auto value = [](const auto& a, auto&& b) { Operation::value(a, b); };
  if constexpr (ActiveDense<X>) {
    const auto h = evaluated(x);
    const auto y = allocate<typename X::PlainObject>(h.rows(), h.cols(), h.is_active());
    apply(value, h.array_map(), writable_array(y));
    if (y.is_active()) {
      record(y, [h, y, apply](auto&) {
        apply([](const auto& a, const auto& b, const auto& b_bar,
                 auto&& a_bar) { Operation::pullback(a, b, b_bar, a_bar); },
              h.array_map(), y.array_map(), y.adjoint_array(), h.adjoint_array());
      });
    }
    return y;
  } else if constexpr (is_eigen_of_vars<X>) {
    return map_blocks<Operation>(term_of<typename X::Scalar::Scalar>(x), apply);
  } else {
    using Plain = plain_of<X>;
    using Block = as_array<Plain>;
    const Plain block = x;
    Plain y(block.rows(), block.cols());
    apply(value, Eigen::Map<const Block>(block.data(), block.rows(), block.cols()),
          Eigen::Map<Block>(y.data(), y.rows(), y.cols()));
    return Owned(std::move(y));
  }
}

/// The operation on all of x, or along x.rowwise() or x.colwise().
template <class Operation, class X>
auto map_along(const X& x) {
  if constexpr (DirectionalOperand<X>) {
    using traits = directional_traits<X>;
    return map_blocks<Operation>(traits::operand(x),
                                 [](const auto& f, auto&&... blocks) { on_slices<traits::by_rows>(f, blocks...); });
  } else {
    return map_blocks<Operation>(x, [](const auto& f, auto&&... blocks) { f(blocks...); });
  }
}

}  // namespace grove::detail
