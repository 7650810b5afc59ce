// Fits by least squares to rows that lie on several ranks.
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

#include "detail/shared_residuals.hpp"

namespace grove::mpi {

/// See `residuals_over_ranks`.
template <class F>
struct ResidualsOverRanks {
  F residuals;        ///< of the rows of this rank
  Communicator comm;  ///< whose ranks

  /// The residuals of this rank.
  template <class... Args>
  decltype(auto) operator()(const Args&... args) const {
    return residuals(args...);
  }
};

/// Has `least_squares` fit to the rows of all ranks: each evaluates residuals and Jacobian of its own rows, and all
/// take the same steps and end with the same params.
///
///   const auto fit = least_squares(residuals_over_ranks(residuals, comm), params, {.loss = huber(0.1)}, my_t, my_y);
///   if (comm.rank() == 0) fmt::print("{}\n", fit.summary());
///
/// What goes from rank to rank are costs and triangles: the R of a QR factorization of a rank's rows of the Jacobian
/// stands for all of them, so as many digits are left as on one process. For n params that is n² numbers a rank and
/// step, and a factorization of ranks·n rows on each. Robust losses, bounds and fixed params are as always; `weights`
/// are those of a rank's own residuals; `geodesic_acceleration` is not made use of. `residuals` of the result are the
/// rank's own; `cost`, `summary()` and `covariance()` are of all rows. A rank may have no rows.
///
/// Collective. Residuals that throw, or are not finite, on one rank are so on all, with its number. CommunicationError
/// where ranks part.
template <class F>
ResidualsOverRanks<F> residuals_over_ranks(F residuals, const Communicator& comm) {
  return {std::move(residuals), comm};
}

}  // namespace grove::mpi

namespace grove::optim::detail {

template <class F>
struct Derivatives<mpi::ResidualsOverRanks<F>> {
  template <class P, class... Args>
  using Problem = mpi::detail::SharedProblem<mpi::ResidualsOverRanks<F>, P, Args...>;

  static_assert(std::is_same_v<typename Derivatives<F>::template Problem<double>, DenseProblem<F, double>>,
                "grove: mpi: residuals_over_ranks takes residuals that are not wrapped in matrix_free or sparse");

  static LinearSolver solver(const mpi::ResidualsOverRanks<F>& shared, LinearSolver asked, std::size_t params) {
    return Derivatives<F>::solver(shared.residuals, asked, params);
  }
  template <class S, class Problem>
  static std::unique_ptr<QuadraticModel<S>> model(const mpi::ResidualsOverRanks<F>& shared, LinearSolver solver,
                                                  Problem& problem) {
    if (solver == LinearSolver::svd)
      return std::make_unique<mpi::detail::SharedModel<S, SvdModel>>(problem, shared.comm);
    return std::make_unique<mpi::detail::SharedModel<S, NormalModel>>(problem, shared.comm);
  }
};

}  // namespace grove::optim::detail
