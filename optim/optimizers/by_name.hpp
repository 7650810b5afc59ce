// Optimizers by their names, for programs whose users choose one.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "detail/catalogue.hpp"

namespace grove::optim {

/// The optimizer of this name, with arguments by name; what is not given has its default.
///
///   auto optimizer = by_name("adamw", {{"learning_rate", 1e-3}, {"weight_decay", 0.01}});
///
/// Those of optax.contrib are in `contrib::by_name`. Flags are 0 or 1; a learning rate or a weight decay may be a
/// schedule. Masks are not to be had by name. Throws: HyperparameterError for an unknown name, an unknown or missing
/// argument (the message lists the valid ones), or a value out of range.
template <class Catalogue = detail::Catalogue>  // a template, so that only its callers compile all optimizers
auto by_name(std::string name, Arguments arguments) {
  return GradientTransformation<ByName<Catalogue>>{{std::move(name), std::move(arguments)}};
}

/// The names that `by_name` knows.
template <class Catalogue = detail::Catalogue>
std::vector<std::string> optimizer_names() {
  return detail::catalogue_names<Catalogue>();
}

}  // namespace grove::optim
