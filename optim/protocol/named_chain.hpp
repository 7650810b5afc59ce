// Names for transformations, and chains of named ones.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "../../autodiff/tree/tree.hpp"
#include "../numerics/detail/check.hpp"
#include "chain.hpp"

namespace grove::optim {

/// A transformation and its name, as `partition` and `named_chain` take it.
template <class T>
struct Named {
  std::string name;  ///< how its part of the state is found
  T transformation;  ///< the link
};

/// Gives a transformation a name.
template <class T>
Named<detail::unwrap_link_t<T>> named(std::string name, const T& transformation) {
  return {std::move(name), transformation};
}

namespace detail {

/// Throws if two of the names are equal.
inline void check_names(std::string_view function, const std::vector<std::string>& names) {
  for (std::size_t i = 0; i < names.size(); ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (names[i] == names[k])
        throw HyperparameterError(fill("{}: the name '{}' is given twice", {function, names[i]}));
}

}  // namespace detail

/// A chain whose parts have names.
template <class... Links>
struct NamedChain : Chain<Links...> {
  std::vector<std::string> names;  ///< in the order of the links

  /// The position of a part, to find its state: `std::get<1>(state)` for the second name.
  std::size_t position(std::string_view name) const {
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i] == name) return i;
    }
    throw HyperparameterError(
        detail::fill("named_chain: no part is named '{}'; there are {}", {name, tree::detail::joined(names, ", ")}));
  }
};

/// `chain` of transformations with names, all different.
///
///   named_chain(named("clip", clip(0.5)), named("adam", adam(1e-3)))
template <class... Links>
auto named_chain(const Named<Links>&... parts) {
  detail::check_names("named_chain", {parts.name...});
  return GradientTransformation<NamedChain<Links...>>{
      {{std::tuple<Links...>{parts.transformation...}}, {parts.name...}}};
}

}  // namespace grove::optim
