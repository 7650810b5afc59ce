// The walk over trees of equal structure, in lockstep: the one place that loops over members, elements and entries.
#pragma once

#include <cstddef>
#include <iterator>
#include <type_traits>
#include <utility>

#include "../path.hpp"
#include "entries.hpp"
#include "field_names.hpp"
#include "fields.hpp"

namespace grove::tree::detail {

/// A walk that does not know where it is, at no cost.
struct NoTrail {
  static constexpr bool is_path = false;
  template <class F, class... L>
  constexpr void call(F& f, L&... leaves) const {
    f(leaves...);
  }
};

/// A walk that keeps the path of where it is.
struct PathTrail {
  static constexpr bool is_path = true;
  Path& path;
  template <class F, class... L>
  void call(F& f, L&... leaves) const {
    f(std::as_const(path), leaves...);
  }
};

/// Pushes the step to member I of T.
template <class T, std::size_t I>
void push_field(Path& path) {
  constexpr std::string_view name = field_name<std::remove_cv_t<T>, I>();
  if constexpr (!name.empty()) {
    path.push_name(name);
  } else {
    path.push_index(I);
  }
}

/// R can be walked together with T as far as their types tell.
template <class T, class R>
consteval bool nodes_fit() {
  if constexpr (Leaf<T>) {
    return true;  // any object may go along with a leaf
  } else if constexpr (kind_of<T> != kind_of<R>) {
    return false;
  } else if constexpr (kind_of<T> == Kind::fields) {
    return field_count<T> == field_count<R>;
  } else {
    return true;
  }
}

template <class Trail, class F, class T, class... Rest>
constexpr void visit(Trail trail, F& f, T& t, Rest&... rest);

template <class Trail, class F, class T, class... Rest>
constexpr void visit_fields(Trail trail, F& f, T& t, Rest&... rest) {
  auto walk = [&]<std::size_t I>(std::integral_constant<std::size_t, I>, const auto& members, const auto&... others) {
    if constexpr (has_leaves<std::tuple_element_t<I, std::remove_cvref_t<decltype(members)>>>) {
      if constexpr (Trail::is_path) push_field<T, I>(trail.path);
      visit(trail, f, std::get<I>(members), std::get<I>(others)...);
      if constexpr (Trail::is_path) trail.path.pop();
    }
  };
  [&](const auto&... members) { for_each_index<field_count<T>>([&](auto index) { walk(index, members...); }); }(
      fields(t), fields(rest)...);
}

template <class Trail, class F, class T, class... Rest>
constexpr void visit_map(Trail trail, F& f, T& t, Rest&... rest) {
  auto walk = [&](auto... others) {
    for (auto&& [key, value] : in_order(t)) {
      if constexpr (Trail::is_path) trail.path.push_key(key);
      visit(trail, f, value, others->second...);
      if constexpr (Trail::is_path) trail.path.pop();
      (++others, ...);
    }
  };
  [&walk](auto&&... ordered) { walk(ordered.begin()...); }(in_order(rest)...);
}

/// Calls f on every leaf of `t` together with what is at its place in `rest`. The nodes must agree (see agree.hpp).
/// What has no leaves in `t` is not looked at in any of the trees.
template <class Trail, class F, class T, class... Rest>
constexpr void visit([[maybe_unused]] Trail trail, [[maybe_unused]] F& f, [[maybe_unused]] T& t,
                     [[maybe_unused]] Rest&... rest) {
  if constexpr (!has_leaves<T> || !(nodes_fit<T, Rest>() && ...)) {
    return;  // what does not fit was reported by `agree`
  } else if constexpr (Leaf<T>) {
    trail.call(f, t, rest...);
  } else {
    if constexpr (kind_of<T> == Kind::fields) {
      visit_fields(trail, f, t, rest...);
    } else if constexpr (kind_of<T> == Kind::map) {
      visit_map(trail, f, t, rest...);
    } else if constexpr (kind_of<T> == Kind::optional) {
      if (t) visit(trail, f, *t, *rest...);
    } else {
      for (std::size_t i = 0; i < std::size(t); ++i) {
        if constexpr (Trail::is_path) trail.path.push_index(i);
        visit(trail, f, t[i], rest[i]...);
        if constexpr (Trail::is_path) trail.path.pop();
      }
    }
  }
}

}  // namespace grove::tree::detail
