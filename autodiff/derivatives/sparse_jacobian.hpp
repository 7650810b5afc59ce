// Jacobians that are mostly zeros: the pattern found by one evaluation, columns (or rows) of one colour evaluated
// together, an Eigen::SparseMatrix returned.
//
// Not part of autodiff.hpp, since it needs Eigen's sparse matrices.
#pragma once

#include <Eigen/SparseCore>
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "../detail/message.hpp"
#include "detail/coloring.hpp"
#include "jacobian.hpp"

namespace grove {

/// Where a Jacobian may have entries that are not zero, and what is evaluated together. Made by jacobian_pattern.
struct JacobianPattern {
  Eigen::Index rows = 0;                           ///< of the matrix
  Eigen::Index cols = 0;                           ///< of the matrix
  std::vector<std::vector<Eigen::Index>> entries;  ///< of each row: the columns, increasing
  std::vector<Eigen::Index> colors;                ///< of the columns; of the rows, if `by_rows`
  Eigen::Index color_count = 0;                    ///< how many colours there are
  bool by_rows = false;                            ///< the Jacobian is evaluated by reverse mode

  /// Entries of the pattern.
  Eigen::Index nonzeros() const {
    Eigen::Index count = 0;
    for (const auto& row : entries) count += static_cast<Eigen::Index>(row.size());
    return count;
  }
};

namespace detail {

inline Index longest(const PatternRows& rows) {
  std::size_t most = 0;
  for (const auto& row : rows) most = std::max(most, row.size());
  return static_cast<Index>(most);
}

/// Colours columns or rows, whichever makes its mode the cheaper one. The entries of the longest row need as many
/// colours of columns, those of the longest column as many of rows; so one colouring is enough as a rule.
inline JacobianPattern colored_pattern(PatternRows rows, Index cols) {
  const PatternRows columns = pattern_columns(rows, static_cast<std::size_t>(cols));
  const Index least_columns = longest(rows), least_rows = longest(columns);
  const bool columns_first = is_forward_cheaper(least_rows, least_columns);
  Coloring by_column, by_row;
  bool by_rows = !columns_first;
  if (columns_first) {
    by_column = column_coloring(rows, columns);
    by_rows = !is_forward_cheaper(least_rows, by_column.count);
  }
  if (by_rows) {
    by_row = column_coloring(columns, rows);
    if (!columns_first && is_forward_cheaper(by_row.count, least_columns)) by_column = column_coloring(rows, columns);
    if (!by_column.colors.empty()) by_rows = !is_forward_cheaper(by_row.count, by_column.count);
  }
  Coloring& chosen = by_rows ? by_row : by_column;
  const auto count = static_cast<Index>(rows.size());
  return {count, cols, std::move(rows), std::move(chosen.colors), chosen.count, by_rows};
}

/// Every entry: for functions whose operations do not all show what they depend on.
inline JacobianPattern full_pattern(Eigen::Index rows, Eigen::Index cols) {
  std::vector<Eigen::Index> all(static_cast<std::size_t>(cols));
  for (std::size_t j = 0; j < all.size(); ++j) all[j] = static_cast<Eigen::Index>(j);
  return colored_pattern(PatternRows(static_cast<std::size_t>(rows), all), cols);
}

/// Numbers by which a pattern is tried: no sum of them vanishes by chance.
inline double probe(Eigen::Index k) {
  const double x = 0.6180339887498949 * double(k + 1);
  return 0.5 + x - std::floor(x);
}

/// True if the matrix times the probe is what was evaluated: no entry is missing. What is not finite proves nothing.
template <class Sparse, class Probed>
bool agrees_with_probe(const Sparse& matrix, const Probed& probed) {
  using S = typename Sparse::Scalar;
  using Vector = Eigen::Matrix<S, Eigen::Dynamic, 1>;
  Vector found = Vector::Zero(matrix.rows()), scale = found;
  for (Index k = 0; k < matrix.outerSize(); ++k) {
    for (typename Sparse::InnerIterator it(matrix, k); it; ++it) {
      const S part = it.value() * S(probe(it.col()));
      found[it.row()] += part;
      scale[it.row()] += std::abs(part);
    }
  }
  const S tolerance = std::sqrt(std::numeric_limits<S>::epsilon());
  for (Index k = 0; k < found.size(); ++k) {
    if (std::abs(found[k] - probed[k]) > tolerance * (scale[k] + std::abs(probed[k]))) return false;
  }
  return true;
}

/// The Jacobian in the order of the pattern, with what its product with the probe (from the left, by rows) should be.
template <class S>
struct CompressedJacobian {
  Eigen::SparseMatrix<S, Eigen::RowMajor> matrix;
  Eigen::Matrix<S, Eigen::Dynamic, 1> probed;

  explicit CompressedJacobian(const JacobianPattern& pattern)
      : matrix(pattern.rows, pattern.cols), probed(pattern.by_rows ? pattern.cols : pattern.rows) {
    matrix.resizeNonZeros(pattern.nonzeros());
    std::fill_n(matrix.valuePtr(), matrix.nonZeros(), S(0));
    auto* inner = matrix.innerIndexPtr();
    for (Index i = 0; i < pattern.rows; ++i) {
      for (const Index j : pattern.entries[static_cast<std::size_t>(i)]) *inner++ = static_cast<int>(j);
      matrix.outerIndexPtr()[i + 1] = static_cast<int>(inner - matrix.innerIndexPtr());
    }
  }

  bool is_complete(bool by_rows) const {
    if (by_rows) return agrees_with_probe(Eigen::SparseMatrix<S>(matrix.transpose()), probed);
    return agrees_with_probe(matrix, probed);
  }
};

[[noreturn]] inline void throw_pattern_size(const char* name, Index rows, Index cols, Index m, Index n) {
  throw ShapeError(fill("{}: the pattern is of {} entries, the derivative of {}; find the pattern with the same shapes",
                        {name, shape_text(rows, cols), shape_text(m, n)}));
}

/// By forward mode, eight colours at a time; the probe is one colour more.
template <class S, class F, class P, class... Args>
CompressedJacobian<S> compressed_forward(F& f, const JacobianPattern& pattern, const P& params, const Args&... args) {
  constexpr Index width = 8;
  using D = Dual<S, static_cast<int>(width), true>;
  CompressedJacobian<S> result(pattern);
  const auto color_of = [&](Index k) { return pattern.colors[static_cast<std::size_t>(k)]; };
  for (Index first = 0; first <= pattern.color_count; first += width) {
    const Index probe_lane = pattern.color_count - first;
    const auto seed = [&](D& x, Index k) {
      const Index lane = color_of(k) - first;
      if (lane >= 0 && lane < width) seed_lane(x.tangent, lane);
      if (probe_lane < width) set_lane(x.tangent, probe_lane, S(probe(k)));
    };
    const auto read = [&](const auto& returned, Recording<D>&, std::size_t, auto&) {
      Index i = 0;
      S* value = result.matrix.valuePtr();
      visit_variables(returned, [&](const Var<D>& y) {
        if (i >= pattern.rows) return void(++i);
        for (const Index j : pattern.entries[static_cast<std::size_t>(i)]) {
          const Index lane = color_of(j) - first;
          if (lane >= 0 && lane < width) *value = y.value().tangent[lane];
          ++value;
        }
        if (probe_lane < width) result.probed[i] = y.value().tangent[probe_lane];
        ++i;
      });
      if (i != pattern.rows) throw_pattern_size("sparse_jacobian", pattern.rows, pattern.cols, i, tree::size(params));
      return 0;
    };
    with_lifted<D, false>(std::index_sequence<0>{}, f, std::tie(params, args...), read, seed);
  }
  return result;
}

/// By reverse mode: one recording, a sweep for each colour and one for the probe.
template <class S, class F, class P, class... Args>
CompressedJacobian<S> compressed_reverse(F& f, const JacobianPattern& pattern, const P& params, const Args&... args) {
  CompressedJacobian<S> result(pattern);
  const auto read = [&](const auto& returned, Recording<S>& recording, std::size_t inputs, auto& lifted) {
    Tape<S>& tape = recording.tape();
    std::vector<Var<S>> results;
    visit_variables(returned, [&](const Var<S>& y) { results.push_back(y); });
    const auto m = static_cast<Index>(results.size());
    if (m != pattern.rows) throw_pattern_size("sparse_jacobian", pattern.rows, pattern.cols, m, tree::size(params));
    Eigen::Matrix<S, 1, Eigen::Dynamic> row(pattern.cols);
    const auto pull_back = [&](const auto& weight) {
      for (Index i = 0; i < m; ++i) {
        const Var<S>& y = results[static_cast<std::size_t>(i)];
        const S w = weight(i);
        if (w != S(0) && VarAccess::is_active(y, tape)) *tape.adjoint(VarAccess::slot(y)) += w;
      }
      tape.sweep(inputs);
      take_row<S>(row, 0, *std::get<0>(lifted));
    };
    for (Index color = 0; color < pattern.color_count; ++color) {
      const auto is_of = [&](Index i) { return pattern.colors[static_cast<std::size_t>(i)] == color; };
      pull_back([&](Index i) { return S(is_of(i) ? 1 : 0); });
      for (Index i = 0; i < m; ++i) {
        if (!is_of(i)) continue;
        S* value = result.matrix.valuePtr() + result.matrix.outerIndexPtr()[i];
        for (const Index j : pattern.entries[static_cast<std::size_t>(i)]) *value++ = row(j);
      }
    }
    pull_back([](Index i) { return S(probe(i)); });
    result.probed = row.transpose();
    return 0;
  };
  with_lifted<S, true>(std::index_sequence<0>{}, f, std::tie(params, args...), read);
  return result;
}

template <class S, class F, class P, class... Args>
CompressedJacobian<S> compressed_jacobian(F& f, const JacobianPattern& pattern, const P& params, const Args&... args) {
  if (pattern.cols != tree::size(params))
    throw_pattern_size("sparse_jacobian", pattern.rows, pattern.cols, pattern.rows, tree::size(params));
  return pattern.by_rows ? compressed_reverse<S>(f, pattern, params, args...)
                         : compressed_forward<S>(f, pattern, params, args...);
}

/// Runs f with observed numbers: `use(list, result in variables)`. List is Observations, or Origins where these
/// suffice.
template <class S, class List, class F, class Use, class P, class... Args>
auto with_observed(F& f, const Use& use, const P& params, const Args&... args) {
  static_assert(std::is_floating_point_v<S>, "grove: sparse derivatives are for plain parameters, outside of losses");
  using Plain = Dual<S, 0, true>;
  List list;
  const Observing observing(list);
  return with_lifted<Plain, false>(
      std::index_sequence<0>{}, f, std::tie(params, args...),
      [&](const auto& result, Recording<Plain>&, std::size_t, auto&) { return use(std::as_const(list), result); },
      observe_parameter);
}

}  // namespace detail

/// The pattern of the Jacobian of f: `jacobian_pattern(f)(params, args…)`, m×n over the flattened result and
/// parameters. One evaluation that follows every operation on numbers; entries that are zero by chance count, what a
/// branch did not reach does not. Then columns without a common row are coloured alike, or rows without a common column
/// where that makes reverse mode the cheaper one.
template <class F>
auto jacobian_pattern(F f) {
  return [f = std::move(f)]<detail::Differentiable P, class... Args>(const P& params, const Args&... args) {
    using S = scalar_t<P>;
    std::vector<std::vector<Eigen::Index>> rows = detail::with_observed<S, detail::Origins>(
        f,
        [](const detail::Origins& list, const auto& result) {
          std::vector<std::uint32_t> origins;
          detail::visit_variables(result, [&](const auto& y) { origins.push_back(y.value().origin); });
          return detail::jacobian_rows(list, origins);
        },
        params, args...);
    return detail::colored_pattern(std::move(rows), tree::size(params));
  };
}

/// The Jacobian of f, m×n over the flattened result and parameters in the order of tree::flatten, as an
/// Eigen::SparseMatrix: `sparse_jacobian(f)(params, args…)`. f may return an array or a tree.
///
/// Cost: one evaluation to find the pattern (see jacobian_pattern), then one with eight tangents for every eight
/// colours, or a recording and a sweep for each: for a stencil or a bundle adjustment that does not grow with n. Where
/// f is called often, find the pattern once:
///
///   const auto pattern = grove::jacobian_pattern(f)(params, x);
///   const Eigen::SparseMatrix<double> jacobian = grove::sparse_jacobian(f, pattern)(params, x);
///
/// Each call tries the pattern with one tangent more. Operations that hide what they depend on (eigenvalues, singular
/// values, custom rules) show there; then the first form evaluates every entry, and the second throws Error.
/// Throws: ShapeError if the pattern is of another size.
template <class F>
auto sparse_jacobian(F f) {
  return [f = std::move(f)]<detail::Differentiable P, class... Args>(const P& params, const Args&... args) {
    using S = scalar_t<P>;
    const JacobianPattern pattern = jacobian_pattern(std::cref(f))(params, args...);
    auto result = detail::compressed_jacobian<S>(f, pattern, params, args...);
    if (!result.is_complete(pattern.by_rows)) {
      const JacobianPattern full = detail::full_pattern(pattern.rows, pattern.cols);
      result = detail::compressed_jacobian<S>(f, full, params, args...);
    }
    return Eigen::SparseMatrix<S>(result.matrix);
  };
}
/// The same with a pattern that is known; an entry outside it is an error.
template <class F>
auto sparse_jacobian(F f, JacobianPattern pattern) {
  return [ f = std::move(f), pattern = std::move(pattern) ]<detail::Differentiable P, class... Args>(
      const P& params, const Args&... args) {
    using S = scalar_t<P>;
    const auto result = detail::compressed_jacobian<S>(f, pattern, params, args...);
    if (!result.is_complete(pattern.by_rows))
      throw Error("sparse_jacobian: the Jacobian has entries outside the pattern; find it again with jacobian_pattern");
    return Eigen::SparseMatrix<S>(result.matrix);
  };
}

}  // namespace grove
