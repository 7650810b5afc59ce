// The eigenvalue of largest magnitude, and roots of symmetric matrices.
#pragma once

#include <Eigen/Core>
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include "../../autodiff/detail/random_bits.hpp"
#include "../../autodiff/error.hpp"
#include "../../autodiff/tree/tree.hpp"
#include "detail/check.hpp"
#include "detail/math.hpp"

namespace grove::optim {

/// What `power_iteration` found.
template <class V>
struct DominantEigenpair {
  double eigenvalue;  ///< the largest in magnitude
  V eigenvector;      ///< of length 1
};

/// Options of `power_iteration`.
struct PowerIterationOptions {
  std::int64_t num_iters = 100;   ///< products at most, ≥ 1
  double error_tolerance = 1e-6;  ///< relative error ‖A·v - λ·v‖ / |λ| at which it ends, ≥ 0
  std::uint64_t key = 0;          ///< seed of the start, where none is given
};

/// The eigenvalue of largest magnitude of a linear function, and its eigenvector, by repeated products from `v0` on.
///
///   const auto sharpest = power_iteration([&](const auto& v) { return hvp(loss)(params, v, x, y); }, params);
///
/// `matvec` maps trees like v0 to such trees. Where two eigenvalues are of the largest magnitude it may not converge. A
/// map to zero has the eigenvalue 0. Throws: HyperparameterError for options out of range.
template <class F, class V>
requires(!std::is_base_of_v<Eigen::EigenBase<F>, F> && std::is_invocable_v<const F&, const V&>)
    DominantEigenpair<V> power_iteration(const F& matvec, V v0, const PowerIterationOptions& options = {}) {
  detail::check_positive("power_iteration", "num_iters", options.num_iters);
  detail::check_not_negative("power_iteration", "error_tolerance", options.error_tolerance);
  const auto normalized = [](V v) {
    const double norm = detail::plain(tree::global_norm(v));
    if (norm > 0) tree::for_each([&](auto&& x) { x = x / detail::in_scalar_of(x, norm); }, v);
    return v;
  };
  DominantEigenpair<V> found{0, normalized(std::move(v0))};
  V product = matvec(found.eigenvector);
  for (std::int64_t i = 0; i < options.num_iters; ++i) {
    V next = normalized(product);
    if (detail::plain(tree::global_norm(next)) == 0) {  // what is mapped to 0 stays
      found.eigenvalue = 0;
      return found;
    }
    found.eigenvector = std::move(next);
    product = matvec(found.eigenvector);
    found.eigenvalue = detail::plain(tree::dot(found.eigenvector, product));
    V residual = product;
    tree::for_each([&](auto&& r, const auto& v) { r = r - detail::in_scalar_of(r, found.eigenvalue) * v; }, residual,
                   found.eigenvector);
    if (detail::plain(tree::global_norm(residual)) < options.error_tolerance * std::abs(found.eigenvalue)) break;
  }
  found.eigenvector = normalized(std::move(product));
  return found;
}

/// The same of a square matrix, by default from a random start.
///
/// Throws: ShapeError if it is not square.
template <class Derived>
auto power_iteration(const Eigen::MatrixBase<Derived>& matrix, const PowerIterationOptions& options = {}) {
  using S = typename Derived::Scalar;
  using Vector = Eigen::Matrix<S, Eigen::Dynamic, 1>;
  if (matrix.rows() != matrix.cols()) {
    throw ShapeError(
        detail::fill("power_iteration: the matrix is {}×{} and must be square", {matrix.rows(), matrix.cols()}));
  }
  std::uint64_t state = options.key;
  Vector start(matrix.rows());
  for (S& x : start) {
    x = static_cast<S>(static_cast<double>(grove::detail::split_mix(state) >> 11) * 0x1p-52 - 1);  // in [-1, 1)
  }
  return power_iteration([&](const Vector& v) -> Vector { return matrix * v; }, std::move(start), options);
}

/// matrix^(-1/p) of a symmetric matrix without negative eigenvalues, from its eigenvalues.
///
/// `ridge_epsilon` times the largest eigenvalue is added to all of them first, so that singular matrices have roots
/// too. Only the lower triangle is read. Throws: ShapeError if the matrix is not square; HyperparameterError if p < 1,
/// the ridge is negative, or an eigenvalue is, beyond the ridge. NaN gives NaN.
template <class Derived>
auto matrix_inverse_pth_root(const Eigen::MatrixBase<Derived>& matrix, int p, double ridge_epsilon = 1e-6) {
  using S = typename Derived::Scalar;
  using Matrix = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic>;
  constexpr auto name = "matrix_inverse_pth_root";
  detail::check_positive(name, "p", p);
  detail::check_not_negative(name, "ridge_epsilon", ridge_epsilon);
  if (matrix.rows() != matrix.cols()) {
    throw ShapeError(detail::fill("{}: the matrix is {}×{} and must be square", {name, matrix.rows(), matrix.cols()}));
  }
  if (matrix.size() == 0) return Matrix(0, 0);
  if (!matrix.allFinite())
    return Matrix(Matrix::Constant(matrix.rows(), matrix.cols(), std::numeric_limits<S>::quiet_NaN()));
  const Eigen::SelfAdjointEigenSolver<Matrix> solver{Matrix(matrix)};
  const auto& values = solver.eigenvalues();
  const S largest = std::max(values.maxCoeff(), S(1e-16));
  const S ridge = static_cast<S>(ridge_epsilon) * largest;
  const S rounding = largest * std::numeric_limits<S>::epsilon() * static_cast<S>(matrix.rows());
  if (values.minCoeff() < -std::max(ridge, rounding)) {
    detail::reject(name, "the smallest eigenvalue", "not be negative", static_cast<double>(values.minCoeff()));
  }
  const Eigen::Array<S, Eigen::Dynamic, 1> roots = (values.array().max(S(0)) + ridge).pow(S(-1) / static_cast<S>(p));
  return Matrix(solver.eigenvectors() * roots.matrix().asDiagonal() * solver.eigenvectors().transpose());
}

}  // namespace grove::optim
