// From a tree of plain numbers to the same tree of variables.
#pragma once

#include <cstdint>
#include <new>

#include "../../tree/map.hpp"
#include "tree_rebind.hpp"

namespace grove::detail {

/// What the leaves of a lifted tree are to be.
enum class Lifted : bool { constants, variables };

/// Makes `active`, a leaf, stand for the values of `plain`, as constants or with slots from `first_slot` on. Slots are
/// given in the order of the leaves, so that the adjoints of a tree are one run of slots in the order of tree::flatten.
///
/// `seed(value, index)` may add tangents to the index-th scalar of the tree; without it (NoSeed) values are referenced
/// where that is possible.
struct NoSeed {};
/// No tangents either, but values are copied.
struct CopyValues {};

template <class S, class Seed>
class Lifter {
 public:
  Lifter(Tape<S>& tape, Lifted lifted, std::uint32_t first_slot, const Seed& seed)
      : tape_(tape), recording_(lifted == Lifted::variables), seed_(seed), slots_(first_slot), tag_(tape.tag()) {}

  std::size_t scalars() const { return static_cast<std::size_t>(first_); }

  template <class P, class A>
  void operator()(const P& plain, A& active) {
    static_assert(
        !tree::Leaf<A> || std::same_as<typename leaf_traits<A>::Scalar, Var<S>>,
        "grove: a parameter struct template has a member that stays plain when its scalar is replaced; declare it with "
        "the template's scalar (T, grove::Vector<T>, Eigen::Matrix<T, …>)");
    const auto n = static_cast<std::size_t>(leaf_traits<P>::size(plain));
    if constexpr (is_var<A>) {
      const S value = seeded(plain, 0);
      active = recording_ ? VarAccess::make(value, slot(0), tag_) : Var<S>(value);
    } else if constexpr (is_active_handle<A>) {
      const S* data = [&] {
        if constexpr (is_expr<P>) {
          return values_of<A>(evaluated(plain));
        } else {
          return values_of<A>(plain);
        }
      }();
      active =
          recording_ ? A(data, slot(0), tag_, plain.rows(), plain.cols()) : A(data, 0, 0, plain.rows(), plain.cols());
    } else if constexpr (EigenDense<A>) {
      active.resize(plain.rows(), plain.cols());
      for (Index j = 0; j < plain.cols(); ++j) {
        for (Index i = 0; i < plain.rows(); ++i) {
          const Index position = i + j * plain.rows();
          const S value = seeded(plain(i, j), position);
          active(i, j) = recording_ ? VarAccess::make(value, slot(position), tag_) : Var<S>(value);
        }
      }
    }
    first_ += static_cast<Index>(n);
  }

 private:
  std::uint32_t slot(Index position) const { return slots_ + static_cast<std::uint32_t>(first_ + position); }

  // The value of the scalar at `position` of the current leaf, with its tangents.
  template <class Number>
  S seeded(const Number& number, Index position) {
    S value(number);
    if constexpr (requires { seed_(value, first_); }) seed_(value, first_ + position);
    return value;
  }

  // Parameters outlive the call: values of the tape's own type are referenced. Arrays without elements may have no
  // memory; their views need some to point to.
  template <class A, class P>
  const S* values_of(const P& plain) {
    if constexpr (std::same_as<Seed, NoSeed>) {
      if constexpr (is_active_handle<P>) {
        if constexpr (std::same_as<typename P::S, S> && P::contiguous) return plain.data();
      } else if constexpr (std::same_as<typename P::Scalar, S>) {
        if (!tape_.copies_every_constant && plain.data() != nullptr) return plain.data();
      }
    }
    S* copy = tape_.allocate_values(static_cast<std::size_t>(plain.size()));
    for (Index j = 0; j < plain.cols(); ++j) {
      for (Index i = 0; i < plain.rows(); ++i) {
        new (copy + (A::row_major ? i * plain.cols() + j : i + j * plain.rows()))
            S(seeded(plain(i, j), i + j * plain.rows()));
      }
    }
    return copy;
  }

  Tape<S>& tape_;
  bool recording_;
  const Seed& seed_;
  std::uint32_t slots_, tag_;
  Index first_ = 0;  // of the current leaf's scalars, in the order of tree::flatten
};

/// Returns the number of scalars.
template <class S, class P, class A, class Seed>
inline std::size_t lift_leaves(Tape<S>& tape, Lifted lifted, std::uint32_t first_slot, const P& plain, A& active,
                               const Seed& seed) {
  tree::detail::match_structure(active, plain);
  Lifter<S, Seed> lifter(tape, lifted, first_slot, seed);
  auto lift_leaf = [&](const auto& from, auto& to) { lifter(from, to); };
  tree::detail::visit(tree::detail::NoTrail{}, lift_leaf, plain, active);  // they agree by now: no check
  return lifter.scalars();
}

/// The inputs of the open recording: before anything else is recorded, and while `plain` lives.
template <class S, class P, class A, class Seed = NoSeed>
inline void lift_inputs(Tape<S>& tape, Lifted lifted, const P& plain, A& active, const Seed& seed = {}) {
  const auto first_slot = static_cast<std::uint32_t>(tape.slot_count());
  const std::size_t n = lift_leaves(tape, lifted, first_slot, plain, active, seed);
  if (lifted == Lifted::variables) tape.allocate_inputs(n);
}

/// The results of a node that is recorded next, or constants; copied, since `plain` may be a temporary.
template <class S, class P, class A>
void lift_results(Tape<S>& tape, Lifted lifted, const P& plain, A& active) {
  std::uint32_t first_slot = 0;
  if (lifted == Lifted::variables) first_slot = tape.allocate_slots(static_cast<std::size_t>(tree::size(plain)));
  lift_leaves(tape, lifted, first_slot, plain, active, CopyValues{});
}

}  // namespace grove::detail
