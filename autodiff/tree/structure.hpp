// The structure of a tree as a value: to compare, to print, and to say where two trees differ.
#pragma once

#include <Eigen/Core>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "../error.hpp"
#include "detail/agree.hpp"
#include "detail/text.hpp"
#include "traits.hpp"

namespace grove::tree {

/// All of a tree but its numbers: nodes, keys, which optionals are set, shapes of leaves, what is carried along.
///
/// Made by `tree::structure`. Structures are equal if their trees can be used in one call and carry the same static
/// values; the names of members play no role, so that a class and a tuple of the same members have equal structures.
struct Structure {
  detail::Kind kind = detail::Kind::unsupported;  ///< leaf, struct, list, map, optional …
  bool has_leaves = false;                        ///< by type; an empty vector of leaves has
  bool is_number = false;                         ///< a leaf that is a scalar, not a matrix
  Eigen::Index rows = 0;                          ///< of a leaf
  Eigen::Index cols = 0;                          ///< of a leaf
  std::string value;                              ///< text of what is carried along
  std::vector<std::string> steps;                 ///< to the children: "weight", "[1]", "[\"key\"]"
  std::vector<Structure> children;                ///< members, elements, entries

  /// One line: `{weight: 3×1, bias: number, layers: [{…}, {…}], degree: 3}`.
  std::string string() const;

  friend bool operator==(const Structure& a, const Structure& b);
  friend std::ostream& operator<<(std::ostream& out, const Structure& s) { return out << s.string(); }
};

/// The structure of `t`.
template <Pytree T>
Structure structure(const T& t);

/// Both trees can be used in one call, and carry the same static values.
template <Pytree A, Pytree B>
bool same_structure(const A& a, const B& b) {
  return detail::agree<detail::Level::statics>(a, b);
}

/// Says where the structures of two trees first differ, in words; empty if they do not.
///
///   layers[1].weight is 4×2 in params and 4×3 in updates
template <Pytree A, Pytree B>
std::string structure_difference(const A& a, const B& b, std::string_view name_a = "tree 1",
                                 std::string_view name_b = "tree 2");

/// Throws grove::StructureError `function: path … in name_a and … in name_b; remedy` where the structures of two trees
/// differ.
///
///   tree::check_same_structure("apply_updates", params, updates, "params", "updates");
template <Pytree A, Pytree B>
void check_same_structure(std::string_view function, const A& a, const B& b, std::string_view name_a = "tree 1",
                          std::string_view name_b = "tree 2", std::string_view remedy = {});

}  // namespace grove::tree

#include "detail/describe.hpp"
