// Products of many pairs of small matrices, stacked one below the other, as one operation.
#pragma once

#include "../../engine/fusion/product.hpp"
#include "detail/views.hpp"

namespace grove {
namespace detail {

[[noreturn, gnu::noinline, gnu::cold]] inline void throw_batches(const char* name, Index rows, Index batches) {
  throw ShapeError(fill("{}: {} rows cannot be shared out among {} matrices", {name, rows, batches}));
}
inline Index rows_of_each(const char* name, Index rows, Index batches) {
  if (batches < 1 || rows % batches != 0) [[unlikely]]
    throw_batches(name, rows, batches);
  return rows / batches;
}

/// Yᵢ = Aᵢ Bᵢ.   Āᵢ += Ȳᵢ Bᵢᵀ,  B̄ᵢ += Aᵢᵀ Ȳᵢ;  with Bᵢᵀ for Bᵢ if Transposed
template <bool Transposed>
struct BatchedProductNode {
  Index batches;

  template <class S, class A, class B>
  auto operator()(std::type_identity<S>, const A& a, const B& b) const {
    const char* const name = Transposed ? "batched_matmul_transposed" : "batched_matmul";
    const Index n = rows_of_each(name, a.rows(), batches), k = rows_of_each(name, b.rows(), batches);
    check_inner_sizes(name, n, a.cols(), Transposed ? b.cols() : k, Transposed ? k : b.cols());
    constexpr int columns = Transposed ? Eigen::Dynamic : B::ColsAtCompileTime;
    const Index m = Transposed ? k : b.cols();
    const auto y = allocate<matrix_t<S, A::RowsAtCompileTime, columns>>(a.rows(), m, a.is_active() || b.is_active());
    const auto each = [n, k, count = batches](const auto& f) {
      for (Index i = 0; i < count; ++i) f(i * n, n, i * k, k);
    };
    auto value = values_of(y);
    each([&](Index i, Index rows, Index j, Index inner) {
      auto block = value.middleRows(i, rows);
      const auto left = a.matrix_map().middleRows(i, rows).template cast<S>();
      const auto right = b.matrix_map().middleRows(j, inner).template cast<S>();
      if constexpr (Transposed) {
        set_product(block, left, right.transpose());
      } else {
        set_product(block, left, right);
      }
    });
    if (y.is_active()) {
      record(y, [a, b, each](auto& y_bar) {
        send_to(a, [&](auto a_bar) {
          each([&](Index i, Index rows, Index j, Index inner) {
            const auto right = b.matrix_map().middleRows(j, inner).template cast<S>();
            if constexpr (Transposed) {
              add_product(a_bar.middleRows(i, rows), y_bar.middleRows(i, rows), right);
            } else {
              add_product(a_bar.middleRows(i, rows), y_bar.middleRows(i, rows), right.transpose());
            }
          });
        });
        send_to(b, [&](auto b_bar) {
          each([&](Index i, Index rows, Index j, Index inner) {
            const auto left = a.matrix_map().middleRows(i, rows).template cast<S>();
            if constexpr (Transposed) {
              add_product(b_bar.middleRows(j, inner), y_bar.middleRows(i, rows).transpose(), left);
            } else {
              add_product(b_bar.middleRows(j, inner), left.transpose(), y_bar.middleRows(i, rows));
            }
          });
        });
      });
    }
    return y;
  }
};

}  // namespace detail

/// The products Aᵢ Bᵢ of `batches` pairs of matrices, stacked: (b·n, k), (b·k, m) → (b·n, m). One operation, so a batch
/// of examples needs no loop: attention is
///
///   const auto scores = grove::batched_matmul_transposed(queries, keys, batches);   // (b·n, n)
///   const auto mixed = grove::batched_matmul(softmax of each row of scores, values, batches);
///
/// Throws: ShapeError if the rows cannot be shared out, or the inner sizes differ.
template <detail::Dense A, detail::Dense B>
auto batched_matmul(const A& a, const B& b, Eigen::Index batches) {
  return detail::run_node(detail::BatchedProductNode<false>{batches}, a, b);
}

/// The products Aᵢ Bᵢᵀ: (b·n, k), (b·m, k) → (b·n, m).  Throws: as batched_matmul.
template <detail::Dense A, detail::Dense B>
auto batched_matmul_transposed(const A& a, const B& b, Eigen::Index batches) {
  return detail::run_node(detail::BatchedProductNode<true>{batches}, a, b);
}

}  // namespace grove
