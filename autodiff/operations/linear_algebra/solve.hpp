// Linear equations, inverses and determinants as whole-matrix nodes.
//
// All of these throw ShapeError for a matrix that is not square and Error for one that is exactly singular (determinant
// alone gives 0 there, with the right gradient). A matrix that holds a NaN gives NaN.
#pragma once

#include "../reductions/reductions.hpp"
#include "detail/lu.hpp"

namespace grove {
namespace detail {

[[noreturn]] inline void throw_singular(const char* name, Index pivot) {
  throw Error(
      fill("{}: the matrix is singular (pivot {} is zero); add a small multiple of the identity, or use "
           "the svd",
           {name, pivot}));
}

template <class A, class B>
void check_system(const char* name, const A& a, const B& b) {
  check_square(name, a.rows(), a.cols());
  if (a.rows() != b.rows()) [[unlikely]]
    throw ShapeError(fill("{}: the matrix is {}, the right-hand side {}; both need the same number of rows",
                          {name, shape_text(a.rows(), a.cols()), shape_text(b.rows(), b.cols())}));
}

template <class S, class A>
Lu<S> regular_lu(const char* name, const A& a) {
  check_square(name, a.rows(), a.cols());
  const Lu<S> lu(copy_of<S>(a));
  if (lu.singular()) [[unlikely]]
    throw_singular(name, lu.rank);
  return lu;
}

template <class S, class A, class B>
using solution_t = matrix_t<S, merged(B::RowsAtCompileTime, square_size<A>), B::ColsAtCompileTime>;

/// A X = B.   G = A⁻ᵀ X̄,  B̄ += G,  Ā -= G Xᵀ
struct SolveNode {
  template <class S, class A, class B>
  auto operator()(std::type_identity<S>, const A& a, const B& b) const {
    check_system("solve", a, b);
    return with(regular_lu<S>("solve", a), a, b);
  }
  /// The same with the factors at hand.
  template <class S, class A, class B>
  static auto with(const Lu<S>& lu, const A& a, const B& b) {
    const auto x = allocate<solution_t<S, A, B>>(b.rows(), b.cols(), a.is_active() || b.is_active());
    auto value = values_of(x);
    value = b.matrix_map().template cast<S>();
    lu.solve_in_place(value);
    if (x.is_active()) {
      record(x, [a, b, lu, x](auto&) {
        const View<S> g = adjoint_of(x);
        lu.solve_transposed_in_place(g);
        send_to(b, [&](auto b_bar) { b_bar += g; });
        send_to(a, [&](auto a_bar) { a_bar.noalias() -= g * values_of(x).transpose(); });
      });
    }
    return x;
  }
};

/// The same for a triangle of A (Mode: Lower or Upper); the other triangle is not read and gets no gradient.
template <unsigned Mode>
struct TriangularSolveNode {
  static constexpr const char* name = Mode == unsigned(Eigen::Lower) ? "solve_lower" : "solve_upper";
  static constexpr unsigned transposed_mode =
      Mode == unsigned(Eigen::Lower) ? unsigned(Eigen::Upper) : unsigned(Eigen::Lower);

  template <class S, class A, class B>
  auto operator()(std::type_identity<S>, const A& a, const B& b) const {
    check_system(name, a, b);
    const View<S> t = copy_of<S>(a);
    for (Index k = 0; k < t.rows(); ++k) {
      if (magnitude(t(k, k)) == 0) [[unlikely]]
        throw_singular(name, k);
    }
    const auto x = allocate<solution_t<S, A, B>>(b.rows(), b.cols(), a.is_active() || b.is_active());
    auto value = values_of(x);
    value = b.matrix_map().template cast<S>();
    t.template triangularView<Mode>().solveInPlace(value);
    if (x.is_active()) {
      record(x, [a, b, t, x](auto&) {
        View<S> g = adjoint_of(x);
        t.transpose().template triangularView<transposed_mode>().solveInPlace(g);
        send_to(b, [&](auto b_bar) { b_bar += g; });
        send_to(a, [&](auto a_bar) {
          Scratch<S> scratch;
          View<S> product = scratch.matrix(t.rows(), t.cols());
          product.noalias() = g * values_of(x).transpose();
          a_bar.template triangularView<Mode>() -= product;
        });
      });
    }
    return x;
  }
};

/// Y = A⁻¹.   Ā -= Yᵀ Ȳ Yᵀ
struct InverseNode {
  template <class S, class A>
  auto operator()(std::type_identity<S>, const A& a) const {
    const Lu<S> lu = regular_lu<S>("inverse", a);
    const auto y = allocate<matrix_t<S, square_size<A>, square_size<A>>>(a.rows(), a.cols(), a.is_active());
    auto value = values_of(y);
    value.setIdentity();
    lu.solve_in_place(value);
    if (y.is_active()) {
      record(y, [a, y](auto& y_bar) {
        Scratch<S> scratch;
        View<S> product = scratch.matrix(y.rows(), y.cols());
        product.noalias() = values_of(y).transpose() * y_bar;
        send_to(a, [&](auto a_bar) { a_bar.noalias() -= product * values_of(y).transpose(); });
      });
    }
    return y;
  }
};

/// x̄ += c A⁻ᵀ
template <class S, class A>
void add_inverse_transpose(const A& a, const Lu<S>& lu, const S& c) {
  Scratch<S> scratch;
  View<S> inverse = scratch.matrix(lu.size(), lu.size());
  inverse.setZero();
  for (Index k = 0; k < lu.size(); ++k) inverse(k, k) = c;
  lu.solve_transposed_in_place(inverse);
  send_to(a, [&](auto a_bar) { a_bar += inverse; });
}

/// d = det A.   Ā += d̄ d A⁻ᵀ, the cofactors
struct DeterminantNode {
  template <class S, class A>
  Var<S> operator()(std::type_identity<S>, const A& a) const {
    check_square("determinant", a.rows(), a.cols());
    const Lu<S> lu(copy_of<S>(a));
    // Second derivatives divide by the pivots twice.
    const bool by_cofactors = std::is_floating_point_v<S> ? lu.singular() : lu.nearly_singular();
    const S d = by_cofactors ? determinant_of(copy_of<S>(a)) : lu.determinant();
    if (!a.is_active()) return Var<S>(d);
    return record_scalar<S>(d, [a, lu, d, by_cofactors](const S& c) {
      if (!by_cofactors) return add_inverse_transpose(a, lu, S(c * d));
      Scratch<S> scratch;
      View<S> cofactors = scratch.matrix(lu.size(), lu.size());
      cofactors_of(copy_of<S>(a), cofactors);
      send_to(a, [&](auto a_bar) { a_bar += c * cofactors; });
    });
  }
};

/// l = ln |det A|.   Ā += l̄ A⁻ᵀ
struct LogdetNode {
  template <class S, class A>
  Var<S> operator()(std::type_identity<S>, const A& a) const {
    using std::log;
    const Lu<S> lu = regular_lu<S>("logdet", a);
    S sum(0);
    for (Index k = 0; k < lu.size(); ++k) {
      const S pivot = lu.factors(k, k);
      sum += log(pivot < S(0) ? S(-pivot) : pivot);
    }
    if (!a.is_active()) return Var<S>(sum);
    return record_scalar<S>(sum, [a, lu](const S& c) { add_inverse_transpose(a, lu, c); });
  }
};

}  // namespace detail

/// The solution X of A X = B, by LU factors with row exchanges.  (n,n), (n,m) → (n,m)
///
/// A and B may be active or plain. Throws: ShapeError; Error if A is singular.
template <detail::Dense A, detail::Dense B>
auto solve(const A& a, const B& b) {
  return detail::run_node(detail::SolveNode{}, a, b);
}

/// The solution X of L X = B; only the lower triangle of L (with its diagonal) is read, and gets a gradient.
///
/// Throws: ShapeError; Error if the diagonal holds a zero.
template <detail::Dense L, detail::Dense B>
auto solve_lower(const L& l, const B& b) {
  return detail::run_node(detail::TriangularSolveNode<Eigen::Lower>{}, l, b);
}

/// The solution X of U X = B; only the upper triangle of U (with its diagonal) is read, and gets a gradient.
///
/// Throws: ShapeError; Error if the diagonal holds a zero.
template <detail::Dense U, detail::Dense B>
auto solve_upper(const U& u, const B& b) {
  return detail::run_node(detail::TriangularSolveNode<Eigen::Upper>{}, u, b);
}

/// A⁻¹. To solve equations, `solve` is cheaper and more accurate.  Throws: ShapeError; Error if A is singular.
template <detail::Dense A>
auto inverse(const A& a) {
  return detail::run_node(detail::InverseNode{}, a);
}

/// det A; 0 for a singular matrix, whose gradient (the cofactors) is right too.  Throws: ShapeError.
template <detail::Dense A>
auto determinant(const A& a) {
  return detail::run_node(detail::DeterminantNode{}, a);
}

/// ln |det A|, without overflow.  Throws: ShapeError; Error if A is singular.
template <detail::Dense A>
auto logdet(const A& a) {
  return detail::run_node(detail::LogdetNode{}, a);
}

// ---- Members --------------------------------------------------------------------------------------------------------

namespace detail {

template <class Derived>
auto DenseOps<Derived>::determinant() const {
  return grove::determinant(self());
}
template <class Derived>
auto DenseOps<Derived>::inverse() const {
  if constexpr (Derived::is_array) {
    return 1 / self();
  } else {
    return grove::inverse(self());
  }
}

}  // namespace detail
}  // namespace grove
