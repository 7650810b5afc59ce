// Large tables of which a batch uses few rows: gradients and steps of those rows alone.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "../../autodiff/operations/arrangement/gather.hpp"
#include "../../autodiff/tree/tree.hpp"
#include "detail/row_parts.hpp"
#include "step.hpp"

namespace grove::optim {

/// The rows of a table that a list of indices names; made by `used_rows`.
struct UsedRows {
  std::vector<Eigen::Index> rows;    ///< each once, increasing
  std::vector<Eigen::Index> places;  ///< for each index of the list, where its row is in `rows`
};

/// Which rows of a table a list of indices names, and where each went: with the table cut down to `rows`, `places` are
/// the indices. O(n log n) for n indices.
template <grove::detail::IndexList List>
UsedRows used_rows(const List& indices) {
  UsedRows used;
  for (const auto i : indices) used.rows.push_back(static_cast<Eigen::Index>(i));
  used.places = used.rows;
  std::sort(used.rows.begin(), used.rows.end());
  used.rows.erase(std::unique(used.rows.begin(), used.rows.end()), used.rows.end());
  for (Eigen::Index& place : used.places)
    place = std::lower_bound(used.rows.begin(), used.rows.end(), place) - used.rows.begin();
  return used;
}

/// The params with some rows of their tables only: a tree of the same type, to be differentiated and checked like any.
///
///   const UsedRows used = used_rows(ids);
///   auto [value, grads] = value_and_grad(loss)(take_rows(params, {{"table", used.rows}}), used.places, y);
///
/// `rows` has the tables by their paths; "" is that of params that are one table. What it does not name is copied
/// whole. Cost: that of the rows and of the other leaves, whatever the size of the tables. Throws: StructureError if a
/// path is that of no table; ShapeError if rows do not increase or are not there.
template <class P>
P take_rows(const P& params, const RowsByPath& rows) {
  const detail::LeafRows wanted = detail::rows_of_leaves("take_rows", params, rows);
  P part = tree::detail::blank_copy(params);
  std::size_t leaf = 0;
  tree::detail::visit_leaves(
      [&]<class L>(L& to, const L& from) {
        const std::vector<Eigen::Index>* which = wanted[leaf++];
        if constexpr (detail::is_table<L>) {
          if (which != nullptr) return detail::copy_rows(from, *which, to);
        }
        to = from;
      },
      part, params);
  return part;
}

/// A step of those rows alone: `grads` are of `take_rows(params, rows)`, state and params are whole.
///
///   auto state = optimizer.init(params);
///   …
///   step_rows(optimizer, grads, state, params, {{"table", used.rows}});
///
/// With adam this is what others call its lazy variant: rows that are not used keep their values and their moments, so
/// neither momentum nor weight decay moves them, and the count is that of all steps. With sgd without momentum it is
/// the same as a step with the gradient of the whole table. For optimizers that work on each element alone, with
/// clip_by_global_norm among them if wanted: the rows that are left out have no gradient. Cost: that of the rows and
/// of the other leaves.
/// Throws: as take_rows, and StructureError if the grads or the state do not fit; nothing is changed then.
template <class T, class G, class S, class P, class... Slots>
requires Transformation<T, P>
void step_rows(const T& optimizer, G&& grads, S& state, P& params, const RowsByPath& rows, const Slots&... extra) {
  static_assert(detail::works_by_rows<detail::unwrap_link_t<T>>,
                "grove: step_rows is for optimizers that work on each element alone, such as adam and sgd, and "
                "clip_by_global_norm");
  detail::check_state(state, params);
  const detail::LeafRows of_params = detail::rows_of_leaves("step_rows", params, rows);
  const detail::LeafRows of_state = detail::rows_of_state(state, params, of_params);
  const detail::RowPart<P> part(params, of_params);
  const detail::RowPart<S> part_of_state(state, of_state);
  step(optimizer, std::forward<G>(grads), state, params, extra...);
}

}  // namespace grove::optim
