// How least_squares gets at derivatives: by what the residuals are wrapped in.
#pragma once

#include <memory>

#include "conjugate_gradient_model.hpp"
#include "normal_model.hpp"
#include "svd_model.hpp"
#include "tree_problem.hpp"

namespace grove::optim::detail {

/// Refuses a solver that the residuals do not go with.
inline void check_solver(LinearSolver asked, bool fits, const char* residuals, const char* instead) {
  if (asked == LinearSolver::automatic || fits) return;
  throw HyperparameterError(
      fill("least_squares: the solver is {}, and the residuals are {}; {}", {to_string(asked), residuals, instead}));
}

/// The problem, the solver and the model for residuals of type F: here those that are not wrapped.
template <class F>
struct Derivatives {
  template <class P, class... Args>
  using Problem = DenseProblem<F, P, Args...>;

  static LinearSolver solver(const F&, LinearSolver asked, std::size_t params) {
    check_solver(asked, asked != LinearSolver::conjugate_gradients, "not wrapped in matrix_free(…)",
                 "conjugate gradients and matrix_free go together");
    check_solver(asked, asked != LinearSolver::sparse && asked != LinearSolver::schur, "not wrapped in sparse(…)",
                 "fit sparse(residuals)");
    if (asked != LinearSolver::automatic) return asked;
    return params <= 128 ? LinearSolver::svd : LinearSolver::normal;
  }
  template <class S, class Problem>
  static std::unique_ptr<QuadraticModel<S>> model(const F&, LinearSolver solver, Problem& problem) {
    if (solver == LinearSolver::svd) return std::make_unique<SvdModel<S>>(problem);
    return std::make_unique<NormalModel<S>>(problem);
  }
};

template <class F>
struct Derivatives<MatrixFree<F>> {
  template <class P, class... Args>
  using Problem = MatrixFreeProblem<F, P, Args...>;

  static LinearSolver solver(const MatrixFree<F>&, LinearSolver asked, std::size_t) {
    check_solver(asked, asked == LinearSolver::conjugate_gradients, "wrapped in matrix_free(…)",
                 "conjugate gradients and matrix_free go together");
    return LinearSolver::conjugate_gradients;
  }
  template <class S, class Problem>
  static std::unique_ptr<QuadraticModel<S>> model(const MatrixFree<F>&, LinearSolver, Problem& problem) {
    return std::make_unique<ConjugateGradientModel<S>>(problem);
  }
};

}  // namespace grove::optim::detail
