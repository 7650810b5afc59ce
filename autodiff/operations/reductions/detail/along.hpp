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

/// An operation on each row (or column) of blocks; on all at once if they lie across memory and the operation can.
template <class Operation, bool ByRows>
struct OnEach {
  static void value(const auto& x, auto&& y) {
    if constexpr (all_at_once<decltype(x)>()) {
      Operation::value_of_rows(in_rows<ByRows>(x), in_rows<ByRows>(y));
    } else {
      on_slices<ByRows>([](const auto& a, auto&& b) { Operation::value(a, b); }, x, y);
    }
  }
  static void pullback(const auto& x, const auto& y, const auto& y_bar, auto&& x_bar) {
    if constexpr (all_at_once<decltype(x)>()) {
      Operation::pullback_of_rows(in_rows<ByRows>(y), in_rows<ByRows>(y_bar), in_rows<ByRows>(x_bar));
    } else {
      on_slices<ByRows>([](const auto& a, const auto& b, const auto& b_bar,
                           auto&& a_bar) { Operation::pullback(a, b, b_bar, a_bar); },
                        x, y, y_bar, x_bar);
    }
  }

 private:
  template <class X>
  static constexpr bool all_at_once() {
    return ByRows != bool(bare<X>::IsRowMajor) && std::same_as<scalar_of<X>, double> && requires {
      Operation::takes_rows;
    };
  }
};

/// y = f(x) for an operation with value(x, y) and pullback(x, y, y_bar, x_bar), all Eigen arrays.
template <class Operation, class X>
auto map_blocks(const X& x) {
  if constexpr (ActiveDense<X>) {
    const auto h = evaluated(x);
    const auto y = allocate<typename X::PlainObject>(h.rows(), h.cols(), h.is_active());
    Operation::value(h.array_map(), writable_array(y));
    if (y.is_active()) {
      record(y, [h, y](auto&) {
        Operation::pullback(h.array_map(), y.array_map(), y.adjoint_array(), h.adjoint_array());
      });
    }
    return y;
  } else if constexpr (is_eigen_of_vars<X>) {
    return map_blocks<Operation>(term_of<typename X::Scalar::Scalar>(x));
  } else {
    using Plain = plain_of<X>;
    using Block = as_array<Plain>;
    const Plain block = x;
    Plain y(block.rows(), block.cols());
    Operation::value(Eigen::Map<const Block>(block.data(), block.rows(), block.cols()),
                     Eigen::Map<Block>(y.data(), y.rows(), y.cols()));
    return Owned(std::move(y));
  }
}

/// The operation on all of x, or along x.rowwise() or x.colwise().
template <class Operation, class X>
auto map_along(const X& x) {
  if constexpr (DirectionalOperand<X>) {
    using traits = directional_traits<X>;
    return map_blocks<OnEach<Operation, traits::by_rows>>(traits::operand(x));
  } else {
    return map_blocks<Operation>(x);
  }
}

}  // namespace grove::detail
