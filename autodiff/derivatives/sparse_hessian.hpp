// Hessians that are mostly zeros: the pattern found by one evaluation, columns of one colour evaluated together.
//
// Not part of autodiff.hpp, since it needs Eigen's sparse matrices.
#pragma once

#include <Eigen/SparseCore>
#include <utility>
#include <vector>

#include "hessian.hpp"
#include "sparse_jacobian.hpp"

namespace grove {

/// Where a Hessian may have entries that are not zero (and its diagonal), and which columns are evaluated together.
/// Made by hessian_pattern.
struct HessianPattern {
  std::vector<std::vector<Eigen::Index>> entries;  ///< of each row: the columns, increasing
  std::vector<Eigen::Index> colors;                ///< of the columns
  Eigen::Index color_count = 0;                    ///< how many colours there are

  /// Rows and columns of the matrix.
  Eigen::Index size() const { return static_cast<Eigen::Index>(entries.size()); }
};

namespace detail {

inline HessianPattern colored_hessian(PatternRows rows) {
  Coloring coloring = star_coloring(rows);
  return {std::move(rows), std::move(coloring.colors), coloring.count};
}

/// H·C for the columns of C, one for each colour, and H times the probe in the last column.
template <class S, class F, class P, class... Args>
dense<S> compressed_hessian(F& f, const HessianPattern& pattern, const P& params, const Args&... args) {
  const Index n = tree::size(params), count = pattern.color_count;
  if (n != pattern.size()) throw_pattern_size("sparse_hessian", pattern.size(), pattern.size(), n, n);
  dense<S> products(n, count + 1);
  const auto seed = [&](Index k, const auto& set) {
    set(pattern.colors[static_cast<std::size_t>(k)], S(1));
    set(count, S(probe(k)));
  };
  const auto read = [&products](Index k, Index column, const S& number) { products(k, column) = number; };
  hessian_products<S>(f, count + 1, seed, read, params, args...);
  return products;
}

/// Entry (i, j) from row i, if j is the only column of its colour there, else from row j.
template <class S>
Eigen::SparseMatrix<S> recovered(const HessianPattern& pattern, const dense<S>& products) {
  const Index n = pattern.size();
  std::vector<Index> seen(static_cast<std::size_t>(pattern.color_count), 0);
  std::vector<std::vector<bool>> alone(static_cast<std::size_t>(n));  // in its row with its colour
  for (std::size_t i = 0; i < alone.size(); ++i) {
    const auto color_of = [&](Index j) {
      return static_cast<std::size_t>(pattern.colors[static_cast<std::size_t>(j)]);
    };
    for (const Index j : pattern.entries[i]) ++seen[color_of(j)];
    for (const Index j : pattern.entries[i]) alone[i].push_back(seen[color_of(j)] == 1);
    for (const Index j : pattern.entries[i]) seen[color_of(j)] = 0;
  }
  Eigen::SparseMatrix<S> hessian(n, n);
  for (Index j = 0; j < n; ++j) {
    hessian.startVec(j);
    const auto& column = pattern.entries[static_cast<std::size_t>(j)];  // symmetric
    for (std::size_t k = 0; k < column.size(); ++k) {
      const Index i = column[k];
      // What stands alone in row j is (j, i), the same number.
      const bool transposed = alone[static_cast<std::size_t>(j)][k];
      const Index row = transposed ? j : i, color = pattern.colors[static_cast<std::size_t>(transposed ? i : j)];
      hessian.insertBack(i, j) = products(row, color);
    }
  }
  hessian.finalize();
  return hessian;
}

template <class S>
bool is_complete(const Eigen::SparseMatrix<S>& hessian, const dense<S>& products) {
  return agrees_with_probe(hessian, products.col(products.cols() - 1));
}

}  // namespace detail

/// The pattern of the Hessian of a loss, n×n over the flattened parameters: `hessian_pattern(f)(params, args…)`. One
/// evaluation that follows every operation on numbers and notes which parameters a product or a function joins. The
/// columns get a star colouring, which uses that the Hessian is symmetric: one full row and column costs one colour.
template <class F>
auto hessian_pattern(F f) {
  return [f = std::move(f)]<detail::Differentiable P, class... Args>(const P& params, const Args&... args) {
    using S = scalar_t<P>;
    const auto n = static_cast<std::size_t>(tree::size(params));
    const auto rows_of = [n](const detail::Observations& list, const auto& result) {
      return detail::hessian_rows(list, detail::loss_value<Dual<S, 0, true>>(result).value().origin, n);
    };
    return detail::colored_hessian(detail::with_observed<S, detail::Observations>(f, rows_of, params, args...));
  };
}

/// The Hessian of a loss over the flattened parameters, in the order of tree::flatten, as an Eigen::SparseMatrix (both
/// triangles, and the diagonal): `sparse_hessian(f)(params, args…)`.
///
/// Cost: one evaluation to find the pattern, then a gradient with four or eight tangents for as many colours. Where f
/// is called often, find the pattern once: `sparse_hessian(f, hessian_pattern(f)(params, args…))`. Each call tries the
/// pattern with one tangent more, as sparse_jacobian does. Throws: ShapeError if the pattern is of another size; Error
/// if the Hessian has entries outside a pattern that was given.
template <class F>
auto sparse_hessian(F f) {
  return [f = std::move(f)]<detail::Differentiable P, class... Args>(const P& params, const Args&... args) {
    using S = scalar_t<P>;
    const auto evaluate_with = [&](const HessianPattern& pattern) {
      const auto products = detail::compressed_hessian<S>(f, pattern, params, args...);
      auto hessian = detail::recovered(pattern, products);
      return std::pair(detail::is_complete(hessian, products), std::move(hessian));
    };
    auto [complete, hessian] = evaluate_with(hessian_pattern(std::cref(f))(params, args...));
    if (complete) return std::move(hessian);
    const detail::PatternRows all = detail::full_pattern(tree::size(params), tree::size(params)).entries;
    return evaluate_with(detail::colored_hessian(all)).second;
  };
}
/// The same with a pattern that is known; an entry outside it is an error.
template <class F>
auto sparse_hessian(F f, HessianPattern pattern) {
  return [ f = std::move(f), pattern = std::move(pattern) ]<detail::Differentiable P, class... Args>(
      const P& params, const Args&... args) {
    using S = scalar_t<P>;
    const auto products = detail::compressed_hessian<S>(f, pattern, params, args...);
    auto hessian = detail::recovered(pattern, products);
    if (!detail::is_complete(hessian, products))
      throw Error("sparse_hessian: the Hessian has entries outside the pattern; find it again with hessian_pattern");
    return hessian;
  };
}

}  // namespace grove
