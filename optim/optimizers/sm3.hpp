// Adagrad in little memory: one accumulator for each row and column.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "../../autodiff/detail/kept_by_thread.hpp"
#include "../protocol/chain.hpp"
#include "../protocol/detail/leafwise.hpp"
#include "../protocol/mask.hpp"
#include "../transforms/scale.hpp"

namespace grove::optim {

/// The accumulators of a leaf: by rows and by columns of a matrix; a vector or a number has only rows, one for each
/// element.
template <class S>
struct Sm3Accumulators {
  Eigen::Array<S, Eigen::Dynamic, 1> rows;  ///< the largest of each row
  Eigen::Array<S, Eigen::Dynamic, 1> cols;  ///< the largest of each column
};

/// Accumulators of each leaf, and the momentum.
template <class P>
struct ScaleBySM3State {
  std::vector<Sm3Accumulators<detail::accumulator_t<P>>> mu;  ///< for each leaf
  P nu;                                                       ///< running first moment

  template <class Params>
  void check_fits(const Params& params) const {
    detail::check_entries(mu.size(), params);
    detail::check_trees(params, nu);
    detail::check_shapes(
        [&](std::size_t leaf, const LeafShape& shape) {
          const bool matrix = shape.rows != 1 && shape.cols != 1;
          return mu[leaf].rows.size() == (matrix ? shape.rows : shape.size()) &&
                 mu[leaf].cols.size() == (matrix ? shape.cols : 0);
        },
        params);
  }
};

/// Options of `scale_by_sm3`.
struct ScaleBySm3 {
  static constexpr detail::Harm harm = detail::Harm::never;
  double b1 = 0.9;    ///< decay of the momentum, in [0, 1)
  double b2 = 1.0;    ///< decay of the accumulators, in [0, 1]; 1 sums the squares up
  double eps = 1e-8;  ///< added inside the root, ≥ 0

  template <class P>
  ScaleBySM3State<P> init(const P& params) const {
    ScaleBySM3State<P> state{{}, detail::zeros_like(params)};
    tree::for_each(
        [&]<class View>(const View& p) {
          auto& mu = state.mu.emplace_back();
          if constexpr (detail::HasElements<View>) {
            const bool is_matrix = p.rows() != 1 && p.cols() != 1;
            mu.rows.setZero(is_matrix ? p.rows() : p.size());
            mu.cols.setZero(is_matrix ? p.cols() : 0);
          } else {
            mu.rows.setZero(1);
          }
        },
        params);
    return state;
  }
  template <class U, class S, class P, class E>
  void update_in_place(U& updates, S& state, const P& /*params*/, const E& extra) const {
    detail::for_each_leaf(
        extra,
        [&]<class View>(std::size_t leaf, View&& u, auto&& nu) {
          auto& mu = state.mu[leaf];
          if constexpr (!detail::HasElements<std::remove_cvref_t<View>>) {
            mu.rows(0) = advance(u, nu, mu.rows(0));
          } else if (mu.cols.size() == 0) {
            for (Eigen::Index i = 0; i < u.size(); ++i) mu.rows(i) = advance(element(u, i), element(nu, i), mu.rows(i));
          } else {
            advance_matrix(u, nu, mu);
          }
        },
        updates, state.nu);
  }

 private:
  /// Element i of a vector that may be a row.
  static auto& element(auto& x, Eigen::Index i) { return x.cols() == 1 ? x(i, 0) : x(0, i); }

  /// Rescales one element; its accumulator before `bound` was taken off.
  template <class S, class A>
  A advance(S& u, S& nu, const A& bound) const {
    using std::sqrt;
    const A weight = A(b2 == 1 ? 1 : 1 - b2);
    const A sum = A(weight * A(u) * A(u) + A(b2) * bound);
    const A scaled = sum == 0 ? A(0) : A(A(u) / sqrt(sum + A(eps)));
    nu = S(A(b1) * A(nu) + A(1 - b1) * scaled);
    u = nu;
    return sum;
  }

  template <class A>
  void advance_matrix(auto& u, auto& nu, Sm3Accumulators<A>& mu) const {
    // The largest sums go to the columns at once and to the rows at the end, since all elements need the old ones.
    grove::detail::ThreadScratch<std::vector<A>, ScaleBySm3> scratch;
    std::vector<A>& largest = *scratch;
    largest.assign(static_cast<std::size_t>(u.rows()), A(0));
    for (Eigen::Index j = 0; j < u.cols(); ++j) {
      A of_column(0);
      for (Eigen::Index i = 0; i < u.rows(); ++i) {
        const A sum = advance(u(i, j), nu(i, j), detail::min_scalar(mu.rows(i), mu.cols(j)));
        of_column = detail::max_scalar(of_column, sum);
        auto& of_row = largest[static_cast<std::size_t>(i)];
        of_row = detail::max_scalar(of_row, sum);
      }
      mu.cols(j) = of_column;
    }
    for (Eigen::Index i = 0; i < u.rows(); ++i) mu.rows(i) = largest[static_cast<std::size_t>(i)];
  }
};

/// Rescales updates by a bound of the root of their sum of squares that is kept by rows and columns.
///
///   a = g² + min(row, column)        nu ← b1·nu + (1-b1)·g/sqrt(a + eps)        u = nu        row, column ← their
///   largest a
///
/// Numbers and vectors have an accumulator for each element, as in Adagrad (optax fails on numbers).
/// Source: Anil et al. 2019, https://arxiv.org/abs/1901.11150
inline auto scale_by_sm3(ScaleBySm3 options = {}) {
  detail::check_decay("scale_by_sm3", "b1", options.b1);
  detail::check_fraction("scale_by_sm3", "b2", options.b2);
  detail::check_not_negative("scale_by_sm3", "eps", options.eps);
  return GradientTransformation<ScaleBySm3>{options};
}

/// Options of `sm3`.
struct Sm3Options {
  double momentum = 0.9;  ///< decay of the momentum, in [0, 1)
};

/// SM3: scale_by_sm3, then a step of -learning_rate, which must be a number.
inline auto sm3(double learning_rate, Sm3Options options = {}) {
  detail::check_rate("sm3", "learning_rate", learning_rate);
  detail::check_decay("sm3", "momentum", options.momentum);
  return chain(scale_by_sm3({.b1 = options.momentum}), scale(-learning_rate));
}

}  // namespace grove::optim
