// Momentum orthogonalised by Newton–Schulz iterations, for matrices; Adam for the rest.
#pragma once

#include <Eigen/Core>
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "../../autodiff/detail/kept_by_thread.hpp"
#include "../optimizers/adamw.hpp"
#include "../protocol/detail/leafwise.hpp"
#include "../protocol/partition.hpp"
#include "../transforms/scale.hpp"

namespace grove::optim::contrib {

/// Coefficients of X, of (XXᵀ)X and of (XXᵀ)²X: the same for all iterations, or a row for each.
struct NewtonSchulzCoefficients {
  /// A row for each step, the last one for all further steps.
  std::vector<std::array<double, 3>> rows{{3.4445, -4.7750, 2.0315}};

  NewtonSchulzCoefficients() = default;
  /// The same for every step.
  NewtonSchulzCoefficients(double c0, double c1, double c2) : rows{{c0, c1, c2}} {}
  /// A row for each step.
  NewtonSchulzCoefficients(std::vector<std::array<double, 3>> of_each) : rows(std::move(of_each)) {}
};

/// The coefficients that optax calls 'dion', for five iterations.
inline NewtonSchulzCoefficients dion_ns_coeffs() {
  return std::vector<std::array<double, 3>>{{4.0848, -6.8946, 2.9270},
                                            {3.9505, -6.3029, 2.6377},
                                            {3.7418, -5.5913, 2.3037},
                                            {2.8769, -3.1427, 1.2046},
                                            {2.8366, -3.0525, 1.2012}};
}

/// What matrices are divided by before the first iteration: the root of the sum of squares, the largest singular value,
/// for each row the root of the sum of magnitudes in its row of XXᵀ, or the root of the norm of XXᵀ.
enum class MuonPreconditioning { frobenius, spectral, aol, schatten };

}  // namespace grove::optim::contrib

namespace grove::optim::detail {

/// The largest singular value, from the Gram matrix.
template <class Matrix>
auto spectral_norm(const Matrix& gram) {
  using std::sqrt;
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(gram, Eigen::EigenvaluesOnly);
  return sqrt(solver.eigenvalues().maxCoeff());
}

/// Scales x, whose Gram matrix is `a`, so that its singular values are at most about 1. The floor of aol and schatten
/// is optax's own, not `eps`.
template <class Matrix>
void precondition(Matrix& x, const Matrix& a, contrib::MuonPreconditioning how, typename Matrix::Scalar eps) {
  using std::sqrt;
  using Scalar = typename Matrix::Scalar;
  const Scalar floor(1e-8);
  switch (how) {
    case contrib::MuonPreconditioning::frobenius:
      x /= x.norm() + eps;
      break;
    case contrib::MuonPreconditioning::spectral:
      x /= spectral_norm(a) + eps;
      break;
    case contrib::MuonPreconditioning::aol:
      for (Eigen::Index i = 0; i < x.rows(); ++i) x.row(i) /= sqrt(std::max(a.row(i).cwiseAbs().sum(), floor));
      break;
    case contrib::MuonPreconditioning::schatten:
      x /= Scalar(sqrt(std::max(a.norm(), floor)));
      break;
  }
}

/// As in optax there may be fewer rows than steps, but not more.
inline void check_ns_coeffs(std::string_view function, const contrib::NewtonSchulzCoefficients& c, int steps) {
  const auto rows = static_cast<double>(c.rows.size());
  if (rows < 1 || (rows > 1 && rows > steps)) reject(function, "the number of ns_coeffs", "lie in [1, ns_steps]", rows);
}

struct NewtonSchulzScratch {};

/// x ← a matrix with about the same singular vectors and singular values near 1. One row of coefficients serves all
/// steps, several are a step each.
template <class Scalar>
void orthogonalize(Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>& x, const contrib::NewtonSchulzCoefficients& c,
                   int steps, contrib::MuonPreconditioning how, Scalar eps) {
  using Matrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;
  grove::detail::ThreadScratch<std::array<Matrix, 3>, NewtonSchulzScratch> scratch;
  auto& [a, b, next] = *scratch;
  if (how != contrib::MuonPreconditioning::frobenius) a.noalias() = x * x.transpose();
  precondition(x, a, how, eps);
  const bool one = c.rows.size() == 1;
  const std::size_t count = one ? static_cast<std::size_t>(steps) : c.rows.size();
  for (std::size_t i = 0; i < count; ++i) {
    const auto& row = c.rows[one ? 0 : i];
    a.noalias() = x * x.transpose();
    b.noalias() = a * a;
    b = static_cast<Scalar>(row[1]) * a + static_cast<Scalar>(row[2]) * b;
    next.noalias() = b * x;
    x = static_cast<Scalar>(row[0]) * x + next;
  }
}

}  // namespace grove::optim::detail

namespace grove::optim::contrib {

/// Step count and momentum.
template <class P>
struct MuonState {
  std::int64_t count;  ///< steps so far
  P mu;                ///< running first moment
};

/// Options of `scale_by_muon`.
struct ScaleByMuon {
  static constexpr detail::Harm harm = detail::Harm::never;
  NewtonSchulzCoefficients ns_coeffs{};  ///< of an iteration
  int ns_steps = 5;                      ///< iterations, ≥ 0
  double beta = 0.95;                    ///< decay of the momentum, in [0, 1)
  double eps = 1e-8;                     ///< added to the norm before the first iteration
  bool nesterov = true;                  ///< whether to look one step ahead
  bool adaptive = false;                 ///< whether to multiply by ⟨momentum, result⟩
  MuonPreconditioning preconditioning = MuonPreconditioning::frobenius;  ///< scaling before the first iteration
  std::optional<double>
      consistent_rms{};  ///< scales by √max(rows, cols) times this; by √max(1, cols/rows) if not given

  template <class P>
  MuonState<P> init(const P& params) const {
    return {0, detail::zeros_like(params)};
  }
  template <class U, class P, class E>
  void update_in_place(U& updates, MuonState<P>& state, const P& /*params*/, const E& extra) const {
    state.count = safe_increment(state.count);
    const auto [of_mu, of_g] = detail::first_moment_weights(beta, state.count, nesterov);
    detail::for_each_leaf(
        extra,
        [&, to_mu = of_mu, to_g = of_g]<class View>(std::size_t, View&& u, auto&& mu) {
          const auto in = [&](double x) { return detail::in_scalar_of(u, x); };
          mu = in(beta)*mu + in(1 - beta) * u;
          u = in(to_mu)*mu + in(to_g)*u;
          if constexpr (detail::HasElements<std::remove_cvref_t<View>>) orthogonalize(u);
        },
        updates, state.mu);
  }

 private:
  template <class View>
  void orthogonalize(View& u) const {
    using Scalar = typename std::remove_cvref_t<View>::Scalar;
    grove::detail::ThreadScratch<Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>, ScaleByMuon> scratch;
    auto& x = *scratch;
    const bool tall = u.rows() > u.cols();
    if (tall) {
      x = u.matrix().transpose();
    } else {
      x = u.matrix();
    }
    detail::orthogonalize(x, ns_coeffs, ns_steps, preconditioning, static_cast<Scalar>(eps));
    const auto rows = static_cast<double>(u.rows()), cols = static_cast<double>(u.cols());
    double factor =
        consistent_rms ? std::sqrt(std::max(rows, cols)) * *consistent_rms : std::sqrt(std::max(1.0, cols / rows));
    if (adaptive) {
      factor *=
          static_cast<double>(tall ? u.matrix().cwiseProduct(x.transpose()).sum() : u.matrix().cwiseProduct(x).sum());
    }
    if (tall) {
      u = static_cast<Scalar>(factor) * x.transpose().array();
    } else {
      u = static_cast<Scalar>(factor) * x.array();
    }
  }
};

/// Replaces matrices by their orthogonalised momentum, scaled by their shape; leaves that are no matrices need another
/// optimizer, as in `muon`.
inline auto scale_by_muon(ScaleByMuon options = {}) {
  detail::check_decay("scale_by_muon", "beta", options.beta);
  detail::check_not_negative("scale_by_muon", "ns_steps", options.ns_steps);
  detail::check_not_negative("scale_by_muon", "eps", options.eps);
  detail::check_ns_coeffs("scale_by_muon", options.ns_coeffs, options.ns_steps);
  return GradientTransformation<ScaleByMuon>{options};
}

/// Options of `muon`.
struct MuonOptions {
  NewtonSchulzCoefficients ns_coeffs{};         ///< of an iteration
  int ns_steps = 5;                             ///< iterations
  double beta = 0.95;                           ///< decay of the momentum, in [0, 1)
  double eps = 1e-8;                            ///< added to denominators
  ScalarOrSchedule<double> weight_decay = 0.0;  ///< decay of matrices
  Mask weight_decay_mask = true;                ///< which matrices decay
  bool nesterov = true;                         ///< whether to look one step ahead
  bool adaptive = false;                        ///< whether to multiply by ⟨momentum, result⟩
  MuonPreconditioning preconditioning = MuonPreconditioning::frobenius;  ///< scaling before the first iteration
  double adam_b1 = 0.9;                                                  ///< b1 of the other leaves
  double adam_b2 = 0.999;                                                ///< b2 of the other leaves
  double adam_eps_root = 0.0;                                            ///< eps_root of the other leaves
  ScalarOrSchedule<double> adam_weight_decay = 0.0;                      ///< decay of the other leaves
  std::optional<ScalarOrSchedule<double>> adam_learning_rate{};  ///< rate of the other leaves; the same if not given
  std::optional<double> consistent_rms{};                        ///< see ScaleByMuon
};

}  // namespace grove::optim::contrib

namespace grove::optim::detail {

inline void check_muon(const contrib::MuonOptions& options) {
  check_decay("muon", "beta", options.beta);
  check_not_negative("muon", "ns_steps", options.ns_steps);
  check_not_negative("muon", "eps", options.eps);
  check_ns_coeffs("muon", options.ns_coeffs, options.ns_steps);
  check_weight_decay("muon", options.weight_decay);
  check_decay("muon", "adam_b1", options.adam_b1);
  check_decay("muon", "adam_b2", options.adam_b2);
  check_not_negative("muon", "adam_eps_root", options.adam_eps_root);
  if (!options.adam_weight_decay.is_schedule())
    check_not_negative("muon", "adam_weight_decay", options.adam_weight_decay(0));
  if (options.adam_learning_rate && !options.adam_learning_rate->is_schedule())
    check_not_negative("muon", "adam_learning_rate", (*options.adam_learning_rate)(0));
  if (options.consistent_rms) check_positive("muon", "consistent_rms", *options.consistent_rms);
}

}  // namespace grove::optim::detail

namespace grove::optim::contrib {

/// Muon for matrices, AdamW for vectors and numbers.
///
/// Source: Jordan 2024, https://kellerjordan.github.io/posts/muon
template <class LearningRate>
auto muon(LearningRate learning_rate, MuonOptions options = {}) {
  detail::check_learning_rate("muon", learning_rate);
  detail::check_muon(options);
  const auto matrices = chain(
      scale_by_muon({options.ns_coeffs, options.ns_steps, options.beta, options.eps, options.nesterov, options.adaptive,
                     options.preconditioning, options.consistent_rms}),
      add_decayed_weights(options.weight_decay, options.weight_decay_mask), scale_by_learning_rate(learning_rate));
  const auto others =
      adamw(options.adam_learning_rate.value_or(learning_rate), {.b1 = options.adam_b1,
                                                                 .b2 = options.adam_b2,
                                                                 .eps = options.eps,
                                                                 .eps_root = options.adam_eps_root,
                                                                 .weight_decay = options.adam_weight_decay,
                                                                 .nesterov = options.nesterov});
  return partition([](const tree::Path&, const LeafShape& shape) { return shape.rank == 2 ? "muon" : "adam"; },
                   named("muon", matrices), named("adam", others));
}

}  // namespace grove::optim::contrib
