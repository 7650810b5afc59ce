// Working matrices of whole-matrix nodes, in the tape's memory.
#pragma once

#include <limits>

#include "../../../engine/fusion/run_node.hpp"
#include "../../../engine/scalar/innermost.hpp"

namespace grove::detail {

/// A column-major matrix somewhere in memory; blocks of it have the same type, so algorithms may recurse.
template <class S>
using View = Eigen::Map<Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic>, 0, Eigen::OuterStride<>>;

template <class S>
View<S> block_of(const View<S>& a, Index i, Index j, Index rows, Index cols) {
  S* const begin = const_cast<S*>(a.data()) + i + j * a.outerStride();
  return View<S>(begin, rows, cols, Eigen::OuterStride<>(a.outerStride()));
}

template <class S>
View<S> view_at(S* data, Index rows, Index cols) {
  return View<S>(data, rows, cols, Eigen::OuterStride<>(rows));
}

/// A matrix in the tape's memory, its elements not set.
template <class S>
View<S> new_matrix(Index rows, Index cols) {
  return view_at(current_tape<S>->allocate_values(static_cast<std::size_t>(rows * cols)), rows, cols);
}

/// The values of a result that was just allocated, or of its adjoint; a contiguous row vector is seen as 1×n.
template <class Plain>
auto values_of(const Active<Plain>& y) {
  using S = typename plain_traits<Plain>::Scalar;
  static_assert(!plain_traits<Plain>::row_major || plain_traits<Plain>::rows == 1);
  return view_at(const_cast<S*>(y.data()), y.rows(), y.cols());
}
template <class Plain>
auto adjoint_of(const Active<Plain>& y) {
  using S = typename plain_traits<Plain>::Scalar;
  return view_at(current_tape<S>->adjoint(y.slot()), y.rows(), y.cols());
}

/// A copy of an operand in the tape's memory, as numbers of the tape.
template <class S, class Term>
View<S> copy_of(const Term& a) {
  View<S> copy = new_matrix<S>(a.rows(), a.cols());
  copy = a.matrix_map().template cast<S>();
  return copy;
}

/// The elements of an active matrix of the level below, as variables.
template <class S, class Active>
void copy_elements(View<S> to, const Active& from) {
  for (Index j = 0; j < to.cols(); ++j) {
    for (Index i = 0; i < to.rows(); ++i) to(i, j) = from.element(i, j);
  }
}

/// The symmetric part (A + Aᵀ)/2 of an operand.
template <class S, class Term>
View<S> symmetric_copy_of(const Term& a) {
  View<S> copy = copy_of<S>(a);
  for (Index j = 0; j < copy.cols(); ++j) {
    for (Index i = 0; i < j; ++i) {
      copy(i, j) = (copy(i, j) + copy(j, i)) * S(0.5);
      copy(j, i) = copy(i, j);
    }
  }
  return copy;
}

/// Working memory of a pullback, given back at the end of its scope.
template <class S>
class Scratch {
 public:
  Scratch() : tape_(*current_tape<S>), mark_(tape_.arena().mark()) {}
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { tape_.arena().rewind(mark_); }
  View<S> matrix(Index rows, Index cols) { return new_matrix<S>(rows, cols); }

 private:
  Tape<S>& tape_;
  Arena::Mark mark_;
};

/// Runs `f(x_bar)` if operand x has an adjoint.
template <class Term, class F>
void send_to(const Term& x, const F& f) {
  if constexpr (Term::has_adjoint) {
    if (x.is_active()) f(x.adjoint_matrix());
  }
}

template <class Matrix>
auto largest_magnitude(const Matrix& a) {
  magnitude_t<typename Matrix::Scalar> largest(0);
  for (Index j = 0; j < a.cols(); ++j) {
    for (Index i = 0; i < a.rows(); ++i) {
      const auto m = magnitude(a.coeff(i, j));
      if (!(m <= largest)) largest = m;
    }
  }
  return largest;
}

}  // namespace grove::detail
