// How a Structure is made, printed and compared. Only `describe` depends on the type of the tree.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "../structure.hpp"

namespace grove::tree::detail {

/// The structure of `t`; with the numbers of leaves as text if `with_values`.
template <class T>
Structure describe(const T& t, bool with_values = false) {
  Structure s;
  s.kind = kind_of<T>;
  s.has_leaves = has_leaves<T>;
  Path step;
  auto add = [&](const auto& child) {
    s.steps.push_back(step.string());
    s.children.push_back(describe(child, with_values));
    if (!step.empty()) step.pop();
  };
  if constexpr (kind_of<T> == Kind::leaf) {
    s.is_number = !requires { t.rows(); };
    s.rows = leaf_traits<T>::rows(t);
    s.cols = leaf_traits<T>::cols(t);
    if (with_values) s.value = leaf_text(t);
  } else if constexpr (kind_of<T> == Kind::static_leaf) {
    s.value = static_text(t);
  } else if constexpr (kind_of<T> == Kind::fields) {
    const auto members = fields(t);
    for_each_index<field_count<T>>([&](auto index) {
      push_field<T, index>(step);
      add(std::get<index>(members));
    });
  } else if constexpr (kind_of<T> == Kind::map) {
    for (const auto& [key, value] : in_order(t)) {
      step.push_key(key);
      add(value);
    }
  } else if constexpr (kind_of<T> == Kind::optional) {
    if (t) add(*t);
  } else if constexpr (kind_of<T> == Kind::sequence) {
    for (std::size_t i = 0; i < std::size(t); ++i) {
      step.push_index(i);
      add(t[i]);
    }
  }
  return s;
}

/// The step ["name"] without its brackets.
inline std::string key_text(const std::string& step) { return step.substr(1, step.size() - 2); }

/// What `s` is, after its path: a verb and what comes after it, such as "is" and "4×2".
inline std::pair<std::string_view, std::string> describe_in_words(const Structure& s) {
  const auto count = s.children.size();
  switch (s.kind) {
    case Kind::leaf:
      return {"is", s.is_number ? "a number" : shape_text(s.rows, s.cols)};
    case Kind::static_leaf:
      return {"is", s.value};
    case Kind::optional:
      return {"is", count == 0 ? "empty" : "set"};
    case Kind::map: {
      auto key = [&](Eigen::Index i) { return key_text(s.steps[static_cast<std::size_t>(i)]); };
      return {"has", count == 0 ? "no keys" : "the keys " + list_text(static_cast<Eigen::Index>(count), ", ", key)};
    }
    default:
      return {"has", fill("{} {}{}", {count, s.kind == Kind::fields ? "member" : "element", count == 1 ? "" : "s"})};
  }
}

/// The node or leaf itself differs, its children aside.
inline bool differs_here(const Structure& a, const Structure& b) {
  if (a.kind != b.kind || a.children.size() != b.children.size()) return true;
  if (a.kind == Kind::leaf) return a.rows != b.rows || a.cols != b.cols;
  return a.value != b.value || (a.kind == Kind::map && a.steps != b.steps);
}

/// Finds the first difference and says it in words; empty if there is none up to `level`.
inline std::string find_difference(const Structure& a, const Structure& b, std::string_view name_a,
                                   std::string_view name_b, Level level, Path& path) {
  if (!a.has_leaves && level != Level::statics) return {};
  if (a.kind == Kind::leaf && (level == Level::nodes || b.kind != Kind::leaf)) return {};
  if (differs_here(a, b)) {
    const auto [verb_a, what_a] = describe_in_words(a);
    const auto [verb_b, what_b] = describe_in_words(b);
    return fill("{} {} {} in {} and {}{}{} in {}",
                {path.empty() ? "the tree" : path.string(), verb_a, what_a, name_a, verb_a == verb_b ? "" : verb_b,
                 verb_a == verb_b ? "" : " ", what_b, name_b});
  }
  for (std::size_t i = 0; i < a.children.size(); ++i) {
    path.push_name(a.steps[i]);
    std::string found = find_difference(a.children[i], b.children[i], name_a, name_b, level, path);
    path.pop();
    if (!found.empty()) return found;
  }
  return {};
}

[[noreturn]] inline void throw_difference(std::string_view function, const Structure& a, const Structure& b,
                                          std::string_view name_a, std::string_view name_b, Level level,
                                          std::string_view remedy) {
  Path path;
  std::string found = find_difference(a, b, name_a, name_b, level, path);
  // Values that can be compared but have no text leave no trace in a Structure.
  if (found.empty()) found = fill("a value that is carried along differs between {} and {}", {name_a, name_b});
  throw StructureError(fill("{}: {}{}{}", {function, found, remedy.empty() ? "" : "; ", remedy}));
}

/// Not in `require_agreement`, which is to stay small enough to be inlined.
template <Level level, class T, class R>
[[noreturn, gnu::noinline]] void throw_mismatch(std::string_view function, const T& t, const R& r,
                                                std::string_view name_t, std::string_view name_r,
                                                std::string_view remedy) {
  throw_difference(function, describe(t), describe(r), name_t, name_r, level, remedy);
}

/// Throws grove::StructureError if `r` cannot be walked together with `t`; inlines to nothing for trees of fixed
/// shapes.
template <Level level, class T, class R>
constexpr void require_agreement(std::string_view function, const T& t, const R& r, std::string_view name_t,
                                 std::string_view name_r, std::string_view remedy = {}) {
  if (!agree<level>(t, r)) [[unlikely]] {
    throw_mismatch<level>(function, t, r, name_t, name_r, remedy);
  }
}

/// The same for all trees of a call.
template <Level level, class T, class... Rest>
constexpr void require_agreement_of_all([[maybe_unused]] std::string_view function, [[maybe_unused]] const T& t,
                                        const Rest&... rest) {
  constexpr std::string_view names[] = {"tree 2", "tree 3", "tree 4", "tree 5", "tree 6", "tree 7", "a later tree"};
  [[maybe_unused]] std::size_t i = 0;
  (require_agreement<level>(function, t, rest, "tree 1", names[std::min<std::size_t>(i++, 6)]), ...);
}

inline std::string structure_text(const Structure& s) {
  auto list = [&](char open, bool with_steps, char close) {
    std::string text(1, open);
    for (std::size_t i = 0; i < s.children.size(); ++i) {
      if (i > 0) text += ", ";
      if (with_steps) text += s.kind == Kind::map ? key_text(s.steps[i]) : s.steps[i];
      if (with_steps) text += ": ";
      text += structure_text(s.children[i]);
    }
    return text + close;
  };
  switch (s.kind) {
    case Kind::leaf:
      return s.is_number ? "number" : shape_text(s.rows, s.cols);
    case Kind::static_leaf:
      return s.value;
    case Kind::optional:
      return s.children.empty() ? "none" : structure_text(s.children[0]);
    case Kind::fields: {
      const bool named = !s.steps.empty() && !s.steps[0].starts_with('[');
      return named ? list('{', true, '}') : list('(', false, ')');
    }
    case Kind::map:
      return list('{', true, '}');
    default:
      return list('[', false, ']');
  }
}

}  // namespace grove::tree::detail

namespace grove::tree {

inline std::string Structure::string() const { return detail::structure_text(*this); }

inline bool operator==(const Structure& a, const Structure& b) {
  return !detail::differs_here(a, b) && std::equal(a.children.begin(), a.children.end(), b.children.begin());
}

template <Pytree T>
Structure structure(const T& t) {
  return detail::describe(t);
}

template <Pytree A, Pytree B>
std::string structure_difference(const A& a, const B& b, std::string_view name_a, std::string_view name_b) {
  Path path;
  return detail::find_difference(detail::describe(a), detail::describe(b), name_a, name_b, detail::Level::statics,
                                 path);
}

template <Pytree A, Pytree B>
void check_same_structure(std::string_view function, const A& a, const B& b, std::string_view name_a,
                          std::string_view name_b, std::string_view remedy) {
  detail::require_agreement<detail::Level::statics>(function, a, b, name_a, name_b, remedy);
}

}  // namespace grove::tree
