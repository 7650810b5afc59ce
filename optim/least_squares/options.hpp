// How least_squares goes about it.
#pragma once

#include <cstdint>
#include <string_view>

#include "../protocol/mask.hpp"
#include "bounds.hpp"
#include "robust_loss.hpp"
#include "weights.hpp"

namespace grove::optim {

/// How a step within the trust region is chosen.
enum class TrustRegionMethod {
  levenberg_marquardt,  ///< the minimizer of the quadratic model within the region
  dogleg                ///< a path from the steepest descent to the Gauss-Newton step; at most one factorization a step
};

/// How the linear problem of a step is solved.
enum class LinearSolver {
  automatic,  ///< `svd` up to 128 free params, else `normal`; `conjugate_gradients` for matrix_free(residuals), and
              ///< `sparse` or `schur` for sparse(residuals)
  svd,        ///< QR of the Jacobian, then the singular values of R: the most accurate, also where the rank is low
  normal,     ///< Cholesky of JᵀJ: half of the digits of an ill-conditioned step, for hundreds of params
  conjugate_gradients,  ///< products with J and Jᵀ only (see `matrix_free`), for more
  sparse,               ///< Cholesky of a sparse JᵀJ (see `sparse`), for residuals of which each has few params
  schur                 ///< of those some eliminated first, in small blocks
};

/// The solver's name, "svd".
constexpr std::string_view to_string(LinearSolver solver) {
  switch (solver) {
    case LinearSolver::automatic:
      return "automatic";
    case LinearSolver::svd:
      return "QR and singular values";
    case LinearSolver::normal:
      return "Cholesky of JᵀJ";
    case LinearSolver::conjugate_gradients:
      return "conjugate gradients";
    case LinearSolver::sparse:
      return "Cholesky of a sparse JᵀJ";
    case LinearSolver::schur:
      return "Schur complement";
  }
  return "";
}

/// Options of `least_squares`. All tolerances are relative: units of params and residuals play no part.
struct LeastSquaresOptions {
  std::int64_t max_steps = 1000;  ///< trial steps at most, accepted or not
  double step_tolerance =
      1e-12;  ///< ends when a whole step is at most this fraction of the params, in units of the residuals' changes
  double cost_tolerance = 0;      ///< ends when a step lowers the cost by at most this fraction, as predicted
  double gradient_tolerance = 0;  ///< ends when the residuals are this close to orthogonal to each column of J (cosine)
  double initial_radius = 1;      ///< of the trust region, as a fraction of the size of the params at the start
  TrustRegionMethod method = TrustRegionMethod::levenberg_marquardt;  ///< how a step is kept within its region
  bool geodesic_acceleration = true;  ///< whether `svd` bends its steps by second derivatives in long valleys, from the
                                      ///< eleventh step that the region limits; such a step costs one more evaluation
  LinearSolver solver = LinearSolver::automatic;  ///< how the linear system of a step is solved
  RobustLoss loss = {};                           ///< how a residual counts; see `huber` and its kin
  ResidualWeights weights = {};   ///< of the squares; 1/σ² for measurements with standard deviation σ
  bool absolute_weights = false;  ///< whether the weights are exactly 1/σ²; else only relative, and the residuals'
                                  ///< spread scales the covariance
  ParamBounds lower = {};         ///< the params never fall below, not even in trials
  ParamBounds upper = {};         ///< nor rise above
  Mask fixed = false;             ///< leaves that keep their values
};

}  // namespace grove::optim
