// Leaf objects themselves, not views of them: what the engine works on.
#pragma once

#include <utility>

#include "../structure.hpp"
#include "match_structure.hpp"
#include "visit.hpp"

namespace grove::tree::detail {

/// Calls f(leaf, others...) on every leaf object of `t` and the objects at its place in the other trees. Throws
/// grove::StructureError if nodes differ; shapes of leaves are not compared.
template <class F, class T, class... Rest>
constexpr void visit_leaves(F&& f, T&& t, Rest&&... rest) {
  require_agreement_of_all<Level::nodes>("tree", t, rest...);
  visit(NoTrail{}, f, t, rest...);
}

/// The same with f(path, leaf, others...).
template <class F, class T, class... Rest>
void visit_leaves_with_path(F&& f, T&& t, Rest&&... rest) {
  require_agreement_of_all<Level::nodes>("tree", t, rest...);
  Path path;
  visit(PathTrail{path}, f, t, rest...);
}

}  // namespace grove::tree::detail
