// Least squares of residuals of which each depends on few params.
//
// Not part of optim.hpp, since it needs Eigen's sparse matrices.
#pragma once

#include <Eigen/SparseCore>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "detail/derivatives.hpp"
#include "detail/schur_model.hpp"
#include "least_squares.hpp"

namespace grove::optim {

/// Options of `sparse`.
struct SparseOptions {
  std::vector<std::string> eliminate = {};  ///< paths of params that are eliminated first
};

/// See `sparse`.
template <class F>
struct Sparse {
  F residuals;            ///< what is to become small
  SparseOptions options;  ///< what is eliminated first

  /// The residuals themselves.
  template <class... Args>
  decltype(auto) operator()(const Args&... args) const {
    return residuals(args...);
  }
};

/// Has `least_squares` use a sparse Jacobian: for thousands of params of which each residual depends on few.
///
///   least_squares(sparse(residuals), params, {}, x, y);
///   least_squares(sparse(residuals, {.eliminate = {"points"}}), Scene{cameras, points}, {}, sights);
///
/// The pattern of the Jacobian is found at the start by one evaluation that follows every operation, and its columns
/// are coloured: a Jacobian costs an evaluation with eight tangents for every eight colours (see `sparse_jacobian`).
/// Each tries the pattern with one tangent more; where a branch has other entries the pattern is found again and grows.
/// Steps are those of `LinearSolver::normal`, by Cholesky factors of the sparse JᵀJ.
///
/// With `eliminate` the params below these paths go first, by a Schur complement. They must fall into blocks of at most
/// 64 that no residual joins, as the points of a bundle adjustment do, and at most 4096 params may be left, for whose
/// equations are dense. Params without influence keep their values and are not counted in the rank.
///
/// Standard errors and covariance are known for up to 1000 free params and 4·10⁶ entries of the Jacobian with its
/// zeros. Throws: StructureError if `eliminate` has a path of no leaf, or the params are not of that form, or an
/// operation hides what it depends on (eigenvalues, custom rules).
template <class F>
Sparse<F> sparse(F residuals, SparseOptions options = {}) {
  return {std::move(residuals), std::move(options)};
}

namespace detail {

template <class F>
struct Derivatives<Sparse<F>> {
  template <class P, class... Args>
  using Problem = SparseProblem<Sparse<F>, P, Args...>;

  static LinearSolver solver(const Sparse<F>& residuals, LinearSolver asked, std::size_t) {
    const bool eliminates = !residuals.options.eliminate.empty();
    check_solver(asked, asked == LinearSolver::sparse || asked == LinearSolver::schur, "wrapped in sparse(…)",
                 "leave the solver to it, or do not wrap them");
    check_solver(asked, eliminates == (asked == LinearSolver::schur),
                 eliminates ? "wrapped in sparse(…) with params to eliminate" : "wrapped in sparse(…)",
                 "a Schur complement and eliminate go together");
    return eliminates ? LinearSolver::schur : LinearSolver::sparse;
  }
  template <class S, class Problem>
  static std::unique_ptr<QuadraticModel<S>> model(const Sparse<F>& residuals, LinearSolver solver, Problem& problem) {
    if (solver == LinearSolver::sparse) return std::make_unique<SparseCholeskyModel<S>>(problem);
    return std::make_unique<SchurModel<S>>(problem, problem.below(residuals.options.eliminate));
  }
};

}  // namespace detail
}  // namespace grove::optim
