// The same params on all ranks.
#pragma once

#include <cstddef>
#include <string>

#include "../../autodiff/tree/tree.hpp"
#include "../protocol/detail/blocks.hpp"
#include "detail/agreement.hpp"

namespace grove::mpi {

/// Gives the params of rank 0 to all: what a training begins with, if params are random or were read by one rank.
///
///   broadcast(params, comm);
///
/// Collective. Throws, on all ranks: StructureError if the params of some rank are not a tree like those of rank 0;
/// their params are then unchanged.
template <tree::Pytree P>
void broadcast(P& params, const Communicator& comm) {
  constexpr const char* name = "mpi: broadcast";
  const std::string mine = tree::structure(params).string();
  const std::string first = detail::broadcast_text(comm, mine, 0, name);
  const auto failure = detail::attempt([&] {
    if (mine != first)
      throw StructureError(detail::fill("{}: the params are {} and those of rank 0 are {}", {name, mine, first}));
  });
  detail::agree(comm, name, detail::Together::start, 0, failure);
  tree::detail::visit_leaves(
      [&]<class L>(L& leaf) {
        detail::broadcast_numbers(comm, optim::detail::leaf_data(leaf),
                                  static_cast<std::size_t>(leaf_traits<L>::size(leaf)), 0, name);
      },
      params);
}

}  // namespace grove::mpi
