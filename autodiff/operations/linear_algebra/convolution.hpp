// Convolutions of signals and images with a kernel.
#pragma once

#include <algorithm>

#include "detail/views.hpp"

namespace grove {

/// How far a kernel reaches beyond the ends: not at all (`valid`, n - k + 1 results), or so that there are as many
/// results as there were elements (`same`; zeros beyond the ends).
enum class Padding { valid, same };

namespace detail {

/// The part of a result that element (p, q) of the kernel meets, and of the input that it takes there.
struct ConvolutionStep {
  Index p, q, to_row, to_col, from_row, from_col, rows, cols;
};

struct ConvolutionShape {
  Index rows, cols, kernel_rows, kernel_cols;
  bool same;

  Index result_rows() const { return same ? rows : rows - kernel_rows + 1; }
  Index result_cols() const { return same ? cols : cols - kernel_cols + 1; }

  template <class F>
  void for_each(const F& f) const {
    for (Index q = 0; q < kernel_cols; ++q) {
      for (Index p = 0; p < kernel_rows; ++p) {
        // The result at i takes the input at i + down.
        const Index down = p - (same ? (kernel_rows - 1) / 2 : 0), right = q - (same ? (kernel_cols - 1) / 2 : 0);
        const Index top = std::max<Index>(0, -down), bottom = std::min(result_rows(), rows - down);
        const Index left = std::max<Index>(0, -right), end = std::min(result_cols(), cols - right);
        if (bottom > top && end > left)
          f(ConvolutionStep{p, q, top, left, top + down, left + right, bottom - top, end - left});
      }
    }
  }
};

/// Y = Σ_pq w_pq X shifted by (p, q).   X̄ shifted += w_pq Ȳ,  w̄_pq += Σ X shifted ∘ Ȳ
struct ConvolutionNode {
  const char* name;
  Padding padding;

  template <class S, class X, class W>
  auto operator()(std::type_identity<S>, const X& x, const W& w) const {
    const ConvolutionShape shape{x.rows(), x.cols(), w.rows(), w.cols(), padding == Padding::same};
    if (w.rows() == 0 || w.cols() == 0 || (!shape.same && (w.rows() > x.rows() || w.cols() > x.cols()))) [[unlikely]]
      throw ShapeError(fill("{}: the kernel is {}, the input {}; it must have an element{}",
                            {name, shape_text(w.rows(), w.cols()), shape_text(x.rows(), x.cols()),
                             shape.same ? "" : ", and be no larger than the input; or take Padding::same"}));
    constexpr int rows = X::ColsAtCompileTime == 1 ? Eigen::Dynamic : X::RowsAtCompileTime == 1 ? 1 : Eigen::Dynamic;
    constexpr int cols = X::ColsAtCompileTime == 1 ? 1 : Eigen::Dynamic;
    const bool active = x.is_active() || w.is_active();
    const auto y = allocate<matrix_t<S, rows, cols>>(shape.result_rows(), shape.result_cols(), active);
    auto value = values_of(y);
    value.setZero();
    shape.for_each([&](const ConvolutionStep& s) {
      value.block(s.to_row, s.to_col, s.rows, s.cols) +=
          S(w.matrix_map().coeff(s.p, s.q)) *
          x.matrix_map().block(s.from_row, s.from_col, s.rows, s.cols).template cast<S>();
    });
    if (active) {
      record(y, [x, w, shape](auto& y_bar) {
        send_to(x, [&](auto x_bar) {
          shape.for_each([&](const ConvolutionStep& s) {
            x_bar.block(s.from_row, s.from_col, s.rows, s.cols) +=
                S(w.matrix_map().coeff(s.p, s.q)) * y_bar.block(s.to_row, s.to_col, s.rows, s.cols);
          });
        });
        send_to(w, [&](auto w_bar) {
          shape.for_each([&](const ConvolutionStep& s) {
            w_bar.coeffRef(s.p, s.q) += x.matrix_map()
                                            .block(s.from_row, s.from_col, s.rows, s.cols)
                                            .template cast<S>()
                                            .cwiseProduct(y_bar.block(s.to_row, s.to_col, s.rows, s.cols))
                                            .sum();
          });
        });
      });
    }
    return y;
  }
};

}  // namespace detail

/// yᵢ = Σ_p w_p x_{i+p}: a signal slid past a kernel, both vectors of the same orientation, as neural networks define
/// it; the convolution of signal processing has the kernel reversed. Padding::valid gives n - k + 1 results;
/// Padding::same n, with ⌊(k - 1)/2⌋ zeros before the signal. Signal and kernel may be active.
/// Throws: ShapeError for an empty kernel, or one that is longer than the signal where no zeros are added.
template <detail::Dense X, detail::Dense W>
auto conv1d(const X& x, const W& kernel, Padding padding = Padding::valid) {
  static_assert(detail::is_static_vector<X> && detail::is_static_vector<W>, "grove: conv1d takes two vectors");
  static_assert((int(X::ColsAtCompileTime) == 1) == (int(W::ColsAtCompileTime) == 1),
                "grove: conv1d takes two columns or two rows");
  return detail::run_node(detail::ConvolutionNode{"conv1d", padding}, x, kernel);
}

/// yᵢⱼ = Σ_pq w_pq x_{i+p, j+q}: an image slid past a kernel in both directions; see conv1d.  (n,m), (k,l) →
/// (n-k+1, m-l+1), or (n,m) for Padding::same.
template <detail::Dense X, detail::Dense W>
auto conv2d(const X& x, const W& kernel, Padding padding = Padding::valid) {
  return detail::run_node(detail::ConvolutionNode{"conv2d", padding}, x, kernel);
}

}  // namespace grove
