// Functions over the leaves of trees: map and for_each, with and without the path of each leaf, and reduce.
#pragma once

#include <type_traits>
#include <utility>

#include "detail/assign.hpp"
#include "detail/visit_leaves.hpp"
#include "path.hpp"
#include "traits.hpp"

namespace grove::tree {

namespace detail {

/// The functions below for a caller whose name is in the message.
template <class F, Pytree T, class... Rest>
constexpr void for_each_as(const char* caller, F&& f, T&& t, Rest&&... rest) {
  require_agreement_of_all<Level::shapes>(caller, t, rest...);
  auto on_views = [&f](auto&... leaves) { call_on_views(f, leaves...); };
  visit(NoTrail{}, on_views, t, rest...);
}
template <class F, Pytree T, class... Rest>
constexpr std::remove_cvref_t<T> map_as(const char* caller, F&& f, T&& t, const Rest&... rest) {
  require_agreement_of_all<Level::shapes>(caller, t, rest...);
  auto assign = [&f](auto& leaf, const auto&... leaves) { assign_call(leaf, f, leaves...); };
  return map_leaves(NoTrail{}, assign, std::forward<T>(t), rest...);
}

}  // namespace detail

/// Calls f(leaf, others...) on every leaf of `t` and what is at its place in the other trees, in the order of the
/// members.
///
///   tree::for_each([&](auto& p, const auto& u) { p += u; }, params, updates);   // in place, no allocation
///
/// f sees numbers as they are and matrices as arrays (`leaf_traits<T>::view`), const if the tree is; inside a loss what
/// it assigns becomes the value of the leaf, with its derivative. The trees need not have the same type, only the same
/// structure; what is no leaf in `t` is skipped in all. Throws: grove::StructureError before the first call, if vector
/// lengths, map keys, set optionals or shapes differ.
template <class F, Pytree T, class... Rest>
constexpr void for_each(F&& f, T&& t, Rest&&... rest) {
  detail::for_each_as("tree::for_each", std::forward<F>(f), t, rest...);
}

/// The same with f(path, leaf, others...).
template <class F, Pytree T, class... Rest>
void for_each_with_path(F&& f, T&& t, Rest&&... rest) {
  detail::require_agreement_of_all<detail::Level::shapes>("tree::for_each_with_path", t, rest...);
  auto on_views = [&f](const Path& path, auto&... leaves) {
    auto at_path = [&f, &path](auto&... views) { f(path, views...); };
    detail::call_on_views(at_path, leaves...);
  };
  Path path;
  detail::visit(detail::PathTrail{path}, on_views, t, rest...);
}

/// The tree of f(leaf, others...), of the type of `t`; what is no leaf is copied from `t`.
///
///   mu = tree::map([&](const auto& m, const auto& g) { return b1 * m + (1 - b1) * g; }, std::move(mu), grads);
///
/// What f returns (an expression may refer to its arguments) is assigned to the leaf; a number sets all entries of a
/// matrix. A temporary or moved `t` gives its storage to the result, and then f must be elementwise in its first
/// argument: it may not, say, return the reverse of it. As for `for_each`, the trees need only have the same structure.
/// Throws: grove::StructureError before anything is changed, if vector lengths, map keys, set optionals or shapes
/// differ.
template <class F, Pytree T, class... Rest>
constexpr std::remove_cvref_t<T> map(F&& f, T&& t, const Rest&... rest) {
  return detail::map_as("tree::map", std::forward<F>(f), std::forward<T>(t), rest...);
}

/// The same with f(path, leaf, others...).
///
///   auto decay = [](const tree::Path& p, const auto& w) { return (p.ends_with("bias") ? 1.0 : 0.9) * w; };
///   params = tree::map_with_path(decay, std::move(params));
template <class F, Pytree T, class... Rest>
std::remove_cvref_t<T> map_with_path(F&& f, T&& t, const Rest&... rest) {
  detail::require_agreement_of_all<detail::Level::shapes>("tree::map_with_path", t, rest...);
  auto assign = [&f](const Path& path, auto& leaf, const auto&... leaves) {
    auto at_path = [&f, &path](const auto&... views) { return f(path, views...); };
    detail::assign_call(leaf, at_path, leaves...);
  };
  Path path;
  return detail::map_leaves(detail::PathTrail{path}, assign, std::forward<T>(t), rest...);
}

/// f(… f(f(init, leaf 1), leaf 2) …, last leaf), each leaf as `for_each` shows it.
///
///   double largest = tree::reduce([](double m, const auto& leaf) { return std::max(m, max_of(leaf)); }, 0.0, params);
template <class F, class Result, Pytree T>
constexpr Result reduce(F&& f, Result init, const T& t) {
  for_each([&](const auto& leaf) { init = f(std::move(init), leaf); }, t);
  return init;
}

/// Number of leaves.
template <Pytree T>
constexpr Eigen::Index leaf_count(const T& t) {
  Eigen::Index count = 0;
  detail::visit_leaves([&](const auto&) { ++count; }, t);
  return count;
}

/// Number of scalars in all leaves.
template <Pytree T>
constexpr Eigen::Index size(const T& t) {
  Eigen::Index count = 0;
  detail::visit_leaves([&]<class L>(const L& leaf) { count += leaf_traits<L>::size(leaf); }, t);
  return count;
}

}  // namespace grove::tree
