// Matrices are optimized in a subspace of low rank, so that states are small.
#pragma once

#include <Eigen/Core>
#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "../protocol/chain.hpp"
#include "../protocol/detail/leafwise.hpp"
#include "../transforms/add_decayed_weights.hpp"
#include "../transforms/scale.hpp"
#include "../transforms/scale_by_adam.hpp"

namespace grove::optim::detail {

/// A matrix for each leaf: what the base optimizer of galore works on.
template <class P>
using LowRankTree = std::vector<Eigen::Matrix<accumulator_t<P>, Eigen::Dynamic, Eigen::Dynamic>>;

/// An orthonormal basis of the space of the first `rank` left singular vectors, as columns; for a matrix that is wider
/// than tall of the right ones, as rows. So the shape of the basis tells which of the two a state was made for.
///
/// The eigenvectors of the smaller Gram matrix give the directions, and a QR factorization makes their images
/// orthonormal whatever their lengths. A singular value decomposition would be as good and takes ten times as long to
/// compile.
template <class Matrix>
Matrix leading_singular_vectors(const Matrix& x, Eigen::Index rank) {
  const Matrix tall = x.rows() >= x.cols() ? x : Matrix(x.transpose());
  const Eigen::SelfAdjointEigenSolver<Matrix> gram(tall.transpose() * tall);
  const Matrix images = tall * gram.eigenvectors().rightCols(rank).rowwise().reverse();
  const Matrix basis = Eigen::HouseholderQR<Matrix>(images).householderQ() * Matrix::Identity(tall.rows(), rank);
  return x.rows() >= x.cols() ? basis : Matrix(basis.transpose());
}

/// A matrix of the size of a projected leaf; without a basis, of the leaf itself.
template <class Matrix>
Matrix room_for_projected(const Matrix& basis, Eigen::Index rows, Eigen::Index cols) {
  if (basis.size() == 0) return Matrix(rows, cols);
  return rows >= cols ? Matrix(basis.cols(), cols) : Matrix(rows, basis.rows());
}

/// A leaf as a matrix of the accumulator's scalar.
template <class Matrix, class View>
Matrix as_matrix(const View& view) {
  using S = typename Matrix::Scalar;
  if constexpr (HasElements<View>) {
    return view.matrix().template cast<S>();
  } else {
    return Matrix::Constant(1, 1, static_cast<S>(view));
  }
}

}  // namespace grove::optim::detail

namespace grove::optim::contrib {

/// Step count, the base's state, and for each leaf the basis of its subspace (empty for leaves that are no matrices).
template <class State, class P>
struct GaLoreState {
  std::int64_t count;                ///< steps so far
  State base_optimizer_state;        ///< that of the optimizer of low rank
  detail::LowRankTree<P> projector;  ///< for each matrix the basis of its gradients

  template <class Params>
  void check_fits(const Params& params) const {
    detail::check_entries(projector.size(), params);
    detail::LowRankTree<P> small;
    std::size_t leaf = 0;
    detail::for_each_shape(
        [&](const tree::Path& path, const LeafShape& shape) {
          const auto& basis = projector[leaf++];
          const bool tall = shape.rows >= shape.cols;
          if (basis.size() != 0 && (tall ? basis.rows() != shape.rows : basis.cols() != shape.cols))
            detail::throw_leaf_misfit(path, shape.rows, shape.cols);
          small.push_back(detail::room_for_projected(basis, shape.rows, shape.cols));
        },
        params);
    detail::check_state(base_optimizer_state, small);
  }
};

/// Options of `scale_by_galore`.
struct ScaleByGaloreOptions {
  std::int64_t rank = 128;             ///< dimension of the subspaces, ≥ 1; at most the smaller side of a matrix
  std::int64_t update_proj_gap = 200;  ///< steps between choices of the subspaces, ≥ 1
  double scale = 1.0;                  ///< factor of the updates of matrices
};

/// The link behind `scale_by_galore`.
template <class Link>
struct ScaleByGalore {
  static_assert(!detail::needs_params<Link>, "galore: the base optimizer cannot look at the params");

  Link base_optimizer;           ///< steps in the low rank
  ScaleByGaloreOptions options;  ///< rank, and how often the bases are renewed

  template <class P>
  auto init(const P& params) const {
    using Tree = detail::LowRankTree<P>;
    using Matrix = typename Tree::value_type;
    Tree small, projector;
    detail::for_each_shape(
        [&](const tree::Path&, const LeafShape& shape) {
          const Eigen::Index rank = shape.rank == 2 ? rank_of(shape.rows, shape.cols) : 0;
          const bool tall = shape.rows >= shape.cols;
          projector.push_back(rank == 0 ? Matrix(0, 0)
                                        : Matrix(Matrix::Zero(tall ? shape.rows : rank, tall ? rank : shape.cols)));
          small.push_back(detail::room_for_projected(projector.back(), shape.rows, shape.cols));
          small.back().setZero();
        },
        params);
    using State = decltype(base_optimizer.init(small));
    return GaLoreState<State, P>{0, base_optimizer.init(small), std::move(projector)};
  }
  template <class U, class State, class P, class E>
  void update_in_place(U& updates, GaLoreState<State, P>& state, const P& /*params*/, const E& extra) const {
    using Tree = detail::LowRankTree<P>;
    using Matrix = typename Tree::value_type;
    const bool choose = state.count % options.update_proj_gap == 0;
    state.count = safe_increment(state.count);
    Tree small;
    for_each(
        [&](std::size_t leaf, const auto& u) {
          Matrix g = detail::as_matrix<Matrix>(u);
          Matrix& basis = state.projector[leaf];
          if (basis.size() != 0) {
            if (choose) basis = detail::leading_singular_vectors(g, rank_of(g.rows(), g.cols()));
            g = g.rows() >= g.cols() ? Matrix(basis.transpose() * g) : Matrix(g * basis.transpose());
          }
          small.push_back(std::move(g));
        },
        updates);
    detail::run(base_optimizer, small, state.base_optimizer_state, small, extra);
    detail::for_each_leaf(
        extra,
        [&]<class View>(std::size_t leaf, View&& u) {
          using S = detail::view_scalar_t<View>;
          const Matrix& basis = state.projector[leaf];
          if constexpr (detail::HasElements<std::remove_cvref_t<View>>) {
            if (basis.size() == 0) {
              u = small[leaf].array().template cast<S>();
            } else if (u.rows() >= u.cols()) {
              u = (options.scale * (basis * small[leaf])).array().template cast<S>();
            } else {
              u = (options.scale * (small[leaf] * basis)).array().template cast<S>();
            }
          } else {
            u = static_cast<S>(small[leaf](0, 0));
          }
        },
        updates);
  }

 private:
  Eigen::Index rank_of(Eigen::Index rows, Eigen::Index cols) const {
    return std::min({static_cast<Eigen::Index>(options.rank), rows, cols});
  }

  template <class F, class U>
  static void for_each(F&& f, const U& updates) {
    std::size_t leaf = 0;
    tree::for_each([&](const auto& u) { f(leaf++, u); }, updates);
  }
};

/// Projects the gradient of every matrix to a subspace of low rank, runs the base optimizer there, and projects back.
///
///   P: the leading singular vectors of G, chosen anew every update_proj_gap steps    u = scale · P · base(Pᵀ G)
///
/// P is on the left of matrices that are at least as tall as wide, else on the right. Other leaves go to the base as
/// they are. The base, scale_by_adam if not given, works on a std::vector of matrices, one for each leaf of the params.
/// Throws: HyperparameterError if rank or update_proj_gap is below 1.
template <class T>
auto scale_by_galore(ScaleByGaloreOptions options, const T& base_optimizer) {
  detail::check_positive("scale_by_galore", "rank", options.rank);
  detail::check_positive("scale_by_galore", "update_proj_gap", options.update_proj_gap);
  return GradientTransformation<ScaleByGalore<detail::unwrap_link_t<T>>>{{base_optimizer, options}};
}

/// The same with scale_by_adam.
inline auto scale_by_galore(ScaleByGaloreOptions options = {}) { return scale_by_galore(options, scale_by_adam()); }

/// Options of `galore`.
struct GaloreOptions {
  std::int64_t rank = 128;                      ///< dimension of the subspaces, ≥ 1
  std::int64_t update_proj_gap = 200;           ///< steps between choices of the subspaces, ≥ 1
  double scale = 1.0;                           ///< factor of the updates of matrices
  ScalarOrSchedule<double> weight_decay = 0.0;  ///< a number or a schedule
  Mask mask = true;                             ///< which leaves decay
};

/// GaLore: scale_by_galore, add_decayed_weights, then a step of -learning_rate.
///
/// Source: Zhao et al. 2024, https://arxiv.org/abs/2403.03507
template <class T>
auto galore(ScalarOrSchedule<double> learning_rate, GaloreOptions options, const T& base_optimizer) {
  detail::check_learning_rate("galore", learning_rate);
  detail::check_weight_decay("galore", options.weight_decay);
  detail::check_positive("galore", "rank", options.rank);
  detail::check_positive("galore", "update_proj_gap", options.update_proj_gap);
  return chain(scale_by_galore({options.rank, options.update_proj_gap, options.scale}, base_optimizer),
               add_decayed_weights(options.weight_decay, options.mask),
               scale_by_learning_rate(std::move(learning_rate)));
}

/// The same with scale_by_adam.
template <class LearningRate>
auto galore(LearningRate learning_rate, GaloreOptions options = {}) {
  return galore(std::move(learning_rate), std::move(options), scale_by_adam());
}

}  // namespace grove::optim::contrib
