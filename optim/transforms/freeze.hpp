// Leaves that never change.
#pragma once

#include <string>
#include <utility>

#include "../protocol/partition.hpp"
#include "scale.hpp"

namespace grove::optim {

/// Sets the updates to zero where `mask` is true, so that these leaves never change.
inline auto freeze(Mask mask) { return masked(set_to_zero(), std::move(mask)); }

/// Trains the leaves where `freeze_mask` is false and leaves the others alone.
template <class T>
auto selective_transform(const T& optimizer, Mask freeze_mask) {
  return partition(freeze_mask.then<std::string>([](bool frozen) { return std::string(frozen ? "freeze" : "train"); }),
                   named("train", optimizer), named("freeze", set_to_zero()));
}

}  // namespace grove::optim
