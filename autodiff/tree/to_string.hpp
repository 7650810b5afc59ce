// A tree as text, one line a leaf.
#pragma once

#include <string>

#include "structure.hpp"

namespace grove::tree {

namespace detail {

struct Line {
  std::string path;
  std::string shape;
  std::string value;
};

/// The lines of leaves, of what is carried along, and of nodes that are empty.
inline void collect_lines(const Structure& s, Path& path, std::vector<Line>& lines) {
  if (s.children.empty()) {
    const bool is_matrix = s.kind == Kind::leaf && !s.is_number;
    const bool is_value = s.kind == Kind::leaf || s.kind == Kind::static_leaf;
    lines.push_back({path.string(), is_matrix ? shape_text(s.rows, s.cols) : "",
                     is_value ? s.value : (s.kind == Kind::optional ? "none" : "empty")});
  }
  for (std::size_t i = 0; i < s.children.size(); ++i) {
    path.push_name(s.steps[i]);
    collect_lines(s.children[i], path, lines);
    path.pop();
  }
}

inline std::string lines_text(const Structure& s) {
  std::vector<Line> lines;
  Path path;
  collect_lines(s, path, lines);
  std::size_t widest = 0;
  for (const Line& line : lines) widest = std::max(widest, line.path.size());
  std::string text;
  for (const Line& line : lines) {
    if (!text.empty()) text += '\n';
    if (widest > 0) text += line.path + std::string(widest - line.path.size(), ' ') + "  ";
    text += line.shape.empty() ? line.value : line.shape + ' ' + line.value;
  }
  return text;
}

}  // namespace detail

/// The paths, shapes and values of `t`, one line each; only the first rows and columns of big leaves.
///
///   layers[0].weight  2×3 [1, 2, 3; 4, 5, 6]
///   layers[0].bias    2×1 [0.5, -0.5]
///   degree            3
template <Pytree T>
std::string to_string(const T& t) {
  return detail::lines_text(detail::describe(t, true));
}
/// The same line as `s.string()`.
inline std::string to_string(const Structure& s) { return s.string(); }

}  // namespace grove::tree
