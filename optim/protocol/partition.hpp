// Different transformations for different leaves.
#pragma once

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "masked.hpp"
#include "named_chain.hpp"

namespace grove::optim {

/// The link behind `partition`: a chain of masked transformations whose masks do not overlap.
template <class... Links>
struct Partition : Chain<Masked<Links>...> {
  /// A chain of which each link sees its own leaves.
  using Base = Chain<Masked<Links>...>;

  Labels labels;                   ///< the name of the transformation of each leaf
  std::vector<std::string> names;  ///< the names of the transformations

  template <class P>
  auto init(const P& params) const {
    const std::vector<std::string> given = labels.of(params, "partition");
    std::size_t number = 0;
    detail::for_each_shape(
        [&](const tree::Path& path, const LeafShape&) {
          const std::string& label = given[number++];
          if (std::find(names.begin(), names.end(), label) == names.end()) {
            throw StructureError(detail::fill("partition: {} is labelled '{}', but there are only {}",
                                              {path.string(), label, tree::detail::joined(names, ", ")}));
          }
        },
        params);
    return Base::init(params);
  }
};

/// Gives each leaf the transformation that its label names.
///
///   auto optimizer = partition([](const tree::Path& p) { return p.ends_with("bias") ? "bias" : "weight"; },
///                              named("weight", adamw(1e-3)), named("bias", sgd(1e-2)));
///
/// State: the tuple of the MaskedStates. Throws: StructureError from `init` for a label without transformation.
template <class... Links>
auto partition(Labels labels, const Named<Links>&... transformations) {
  detail::check_names("partition", {transformations.name...});
  using Parts = Partition<Links...>;
  return GradientTransformation<Parts>{
      {{{Masked<Links>{transformations.transformation,
                       labels.template then<bool>(
                           [name = transformations.name](const std::string& label) { return label == name; })}...}},
       labels,
       {transformations.name...}}};
}

}  // namespace grove::optim
