// Colours for the columns of a sparse matrix, so that columns of one colour can be evaluated together.
//
// Greedy, the fullest columns first: Gebremedhin, Manne, Pothen, "What color is your Jacobian?", SIAM Review 47 (2005).
#pragma once

#include <algorithm>
#include <numeric>
#include <vector>

#include "dependencies.hpp"

namespace grove::detail {

/// The colour of each column (or row), 0 … count - 1.
struct Coloring {
  std::vector<Eigen::Index> colors;
  Eigen::Index count = 0;
};

/// The entries by columns: the rows of each.
inline PatternRows pattern_columns(const PatternRows& rows, std::size_t cols) {
  PatternRows columns(cols);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (const Eigen::Index j : rows[i]) columns[static_cast<std::size_t>(j)].push_back(static_cast<Eigen::Index>(i));
  }
  return columns;
}

/// Gives each vertex the smallest colour that `forbid(vertex, forbidden)` does not rule out by forbidden(colour).
template <class Forbid>
Coloring greedy_coloring(const PatternRows& neighbours, const Forbid& forbid) {
  const std::size_t n = neighbours.size();
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t(0));
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return neighbours[a].size() > neighbours[b].size(); });
  Coloring result{std::vector<Eigen::Index>(n, -1), 0};
  std::vector<std::size_t> forbidden_by;  // the vertex, plus one, that last ruled a colour out
  for (const std::size_t v : order) {
    const auto rule_out = [&](Eigen::Index color) {
      if (color >= 0) forbidden_by[static_cast<std::size_t>(color)] = v + 1;
    };
    forbid(v, result.colors, rule_out);
    std::size_t color = 0;
    while (color < forbidden_by.size() && forbidden_by[color] == v + 1) ++color;
    if (color == forbidden_by.size()) forbidden_by.push_back(0);
    result.colors[v] = static_cast<Eigen::Index>(color);
  }
  result.count = static_cast<Eigen::Index>(forbidden_by.size());
  return result;
}

/// No two columns of a colour share a row, so each entry of their sum is an entry of one of them.
inline Coloring column_coloring(const PatternRows& rows, const PatternRows& columns) {
  return greedy_coloring(columns, [&](std::size_t v, const std::vector<Eigen::Index>& colors, const auto& rule_out) {
    for (const Eigen::Index i : columns[v]) {
      for (const Eigen::Index j : rows[static_cast<std::size_t>(i)]) rule_out(colors[static_cast<std::size_t>(j)]);
    }
  });
}

/// A star colouring of a symmetric pattern: neighbours differ, and so do three of any path of four. Each entry then
/// stands alone in the sum of the columns of a colour, either in its row or, transposed, in its column.
inline Coloring star_coloring(const PatternRows& rows) {
  return greedy_coloring(rows, [&](std::size_t v, const std::vector<Eigen::Index>& colors, const auto& rule_out) {
    const auto color_of = [&](Eigen::Index k) { return colors[static_cast<std::size_t>(k)]; };
    const auto self = static_cast<Eigen::Index>(v);
    for (const Eigen::Index w : rows[v]) {
      if (w == self) continue;
      rule_out(color_of(w));
      for (const Eigen::Index x : rows[static_cast<std::size_t>(w)]) {
        if (x == self || x == w || color_of(x) < 0) continue;
        const auto& beyond = rows[static_cast<std::size_t>(x)];
        if (color_of(w) < 0 || std::any_of(beyond.begin(), beyond.end(), [&](Eigen::Index y) {
              return y != w && y != x && color_of(y) == color_of(w);
            }))
          rule_out(color_of(x));
      }
    }
  });
}

}  // namespace grove::detail
