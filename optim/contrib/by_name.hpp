// Optimizers of contrib by their names, for programs whose users choose one.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "detail/catalogue.hpp"

namespace grove::optim::contrib {

/// The optimizer of contrib of this name, with arguments by name as `optim::by_name` takes them.
///
///   auto optimizer = contrib::by_name("prodigy", {{"weight_decay", 0.01}});
///
/// It is apart from `optim::by_name` so that programs compile only those that they may use. Throws: HyperparameterError
/// for an unknown name, an unknown or missing argument (the message lists the valid ones), or a value out of range.
template <class Catalogue = detail::ContribCatalogue>  // a template, so that only its callers compile them all
auto by_name(std::string name, Arguments arguments) {
  return GradientTransformation<ByName<Catalogue>>{{std::move(name), std::move(arguments)}};
}

/// The names that `contrib::by_name` knows.
template <class Catalogue = detail::ContribCatalogue>
std::vector<std::string> optimizer_names() {
  return detail::catalogue_names<Catalogue>();
}

}  // namespace grove::optim::contrib
