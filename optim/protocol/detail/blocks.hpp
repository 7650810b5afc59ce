// One pass over a leaf: all links of a fused group work on a block that stays in cache before the next block is loaded.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <tuple>
#include <type_traits>
#include <utility>

#include "../../../autodiff/tree/leaf.hpp"
#include "../../numerics/detail/math.hpp"

namespace grove::optim::detail {

template <class Scalar>
using Block = Eigen::Map<Eigen::Array<Scalar, Eigen::Dynamic, 1>>;
template <class Scalar>
using ConstBlock = Eigen::Map<const Eigen::Array<Scalar, Eigen::Dynamic, 1>>;

/// The constants of a step in the scalar of a leaf. They are computed in full precision and rounded once, here.
template <class Scalar, class C>
auto cast(const C& constants) {
  if constexpr (requires { constants.template cast<Scalar>(); }) {
    return constants.template cast<Scalar>();
  } else if constexpr (requires { std::tuple_size<C>::value; }) {
    return std::apply(
        [](const auto&... c) {
          if constexpr ((std::is_floating_point_v<std::remove_cvref_t<decltype(c)>> && ...)) {
            return std::array<Scalar, sizeof...(c)>{static_cast<Scalar>(c)...};
          } else {
            return std::tuple<decltype(cast<Scalar>(c))...>{cast<Scalar>(c)...};
          }
        },
        constants);
  } else {
    return constants;
  }
}

/// `emit` of a link, or `emit_at` where the link needs to know the number of the leaf.
template <class Link, class C, class In, class P, class Next, class... S>
requires requires(const Link& link, const C& c, std::size_t leaf, const In& in, const P& p, const Next& next, S&... s) {
  link.emit_at(leaf, c, in, p, next, s...);
} || requires(const Link& link, const C& c, const In& in, const P& p, const Next& next, S&... s) {
  link.emit(c, in, p, next, s...);
}
void emit_link(const Link& link, const C& constants, std::size_t leaf, const In& in, const P& p, const Next& next,
               S&... slots) {
  if constexpr (requires { link.emit_at(leaf, constants, in, p, next, slots...); }) {
    link.emit_at(leaf, constants, in, p, next, slots...);
  } else {
    link.emit(constants, in, p, next, slots...);
  }
}

/// Replaces `u` by what the link makes of it: `apply` or `emit`, or `…_at` where the link needs to know the number of
/// the leaf.
template <class Link, class C, class U, class P, class... S>
void apply_link(const Link& link, const C& constants, std::size_t leaf, U& u, const P& p, S&... slots) {
  if constexpr (requires { link.apply_at(leaf, constants, u, p, slots...); }) {
    link.apply_at(leaf, constants, u, p, slots...);
  } else if constexpr (requires { link.apply(constants, u, p, slots...); }) {
    link.apply(constants, u, p, slots...);
  } else {
    emit_link(
        link, constants, leaf, u, p, [&](const auto& out) { u = out; }, slots...);
  }
}

template <class X>
inline constexpr bool is_block = false;
template <class Scalar>
inline constexpr bool is_block<Block<Scalar>> = true;
template <class Scalar>
inline constexpr bool is_block<ConstBlock<Scalar>> = true;

/// room ← in, which may be the room itself.
template <class Scalar, class In>
void settle(Block<Scalar>& room, const In& in) {
  if constexpr (is_block<In>) {
    if (in.data() == room.data()) return;
  }
  room = in;
}

/// Whether a link reads its input once, in all it usually does, so that the input may as well be a formula.
template <class Link>
inline constexpr bool takes_formula = requires {
  Link::takes_formula;
};

/// Gives what the link makes of `in` to `next`: a formula if it can, so that it becomes part of the next pass over the
/// block; otherwise it is in `room`. `in` is a block that must not be written, or a formula.
template <class Link, class C, class In, class Scalar, class P, class Next, class... S>
void pass(const Link& link, const C& constants, std::size_t leaf, const In& in, Block<Scalar>& room, const P& p,
          const Next& next, S&... slots) {
  if constexpr (requires { link.pass(leaf, constants, in, room, p, next, slots...); }) {
    link.pass(leaf, constants, in, room, p, next, slots...);
  } else if constexpr (requires { emit_link(link, constants, leaf, room, p, next, slots...); }) {
    if constexpr (takes_formula<Link> || is_block<In>) {
      emit_link(link, constants, leaf, in, p, next, slots...);
    } else {
      room = in;
      emit_link(link, constants, leaf, room, p, next, slots...);
    }
  } else {
    settle(room, in);
    apply_link(link, constants, leaf, room, p, slots...);
    next(room);
  }
}

template <class T>
auto* leaf_data(T& leaf) {
  if constexpr (std::is_floating_point_v<std::remove_const_t<T>>) {
    return &leaf;
  } else {
    return leaf.data();
  }
}

/// Some of the blocks of a tree, counted over all its leaves, and how many of them the walk has passed.
struct BlockShare {
  std::size_t first = 0;
  std::size_t last = std::numeric_limits<std::size_t>::max();
  std::size_t passed = 0;

  template <class Scalar>
  static std::size_t blocks(Eigen::Index size) {
    return static_cast<std::size_t>((size + block_size<Scalar> - 1) / block_size<Scalar>);
  }

  /// The elements of the next leaf that belong to the share, whole blocks each.
  template <class Scalar>
  std::pair<Eigen::Index, Eigen::Index> next_leaf(Eigen::Index size) {
    const std::size_t begin = passed, end = passed + blocks<Scalar>(size);
    passed = end;
    if (begin >= first && end <= last) return {0, size};
    const std::size_t from = std::clamp(first, begin, end), to = std::clamp(last, from, end);
    return {static_cast<Eigen::Index>(from - begin) * block_size<Scalar>,
            std::min(static_cast<Eigen::Index>(to - begin) * block_size<Scalar>, size)};
  }
};

/// A block of a state's tree in the scalar of the updates: in place, or a copy that is stored back where the state
/// keeps another scalar (mu_dtype).
template <class Value, class Stored>
struct SlotBlock {
  Eigen::Array<Value, Eigen::Dynamic, 1, Eigen::ColMajor, block_size<Value>, 1> values;
  Block<Stored> place;

  SlotBlock(Stored* data, Eigen::Index count)
      : values(Block<Stored>(data, count).template cast<Value>()), place(data, count) {}
  void store() { place = values.template cast<Stored>(); }
};
template <class Value>
struct SlotBlock<Value, Value> {
  Block<Value> values;

  SlotBlock(Value* data, Eigen::Index count) : values(data, count) {}
  void store() {}
};

/// Runs a link over elements of a leaf of plain numbers, from the start of a block on. With `Step`, the updates are
/// only read, and what becomes of them is added to the params.
template <bool Step, class Link, class C, class Scalar, class P, class... S>
void run_blocks(const Link& link, const C& constants, std::size_t leaf, std::pair<Eigen::Index, Eigen::Index> range,
                Scalar* updates, P* params, S*... slots) {
  using Value = std::remove_const_t<Scalar>;
  using In = std::conditional_t<Step, ConstBlock<Value>, Block<Value>>;
  std::array<Value, Step ? static_cast<std::size_t>(block_size<Value>) : 1> scratch;
  for (Eigen::Index begin = range.first; begin < range.second; begin += block_size<Value>) {
    const Eigen::Index count = std::min(block_size<Value>, range.second - begin);
    Block<Value> room(
        [&] {
          if constexpr (Step) {
            return scratch.data();
          } else {
            return updates + begin;
          }
        }(),
        count);
    // Not in one formula with the addition below, which the compiler might round at once where `update` rounds twice.
    const auto finish = [&](const auto& out) { settle(room, out); };
    [&](auto... s) {
      pass(link, constants, leaf, In(updates + begin, count), room,
           ConstBlock<std::remove_const_t<P>>(params + begin, count), finish, s.values...);
      (s.store(), ...);
    }(SlotBlock<Value, S>(slots + begin, count)...);
    if constexpr (Step) {
      Block<P>(params + begin, count) += room;
    }
  }
}

/// A view of an active leaf is a handle; this puts what the handle became into the leaf.
template <class T, class V>
void store(T& leaf, V& view) {
  if constexpr (requires { leaf_traits<T>::assign(leaf, view); }) {
    leaf_traits<T>::assign(leaf, view);
  }
}

/// The same for leaves of active scalars or active arrays, in one piece.
template <bool Step, class Link, class C, class U, class P, class... S>
void run_views(const Link& link, const C& constants, std::size_t leaf, U& updates, P& params, S&... slots) {
  std::conditional_t<Step, std::remove_const_t<U>, U&> u_leaf = updates;
  using Leaf = std::remove_cvref_t<U>;
  auto&& u = leaf_traits<Leaf>::view(u_leaf);
  auto&& p = leaf_traits<std::remove_const_t<P>>::view(params);
  [&](auto&&... s) {
    apply_link(link, constants, leaf, u, p, s...);
    (store(slots, s), ...);
  }(leaf_traits<S>::view(slots)...);
  if constexpr (Step) {
    p += u;
    store(params, p);
  } else {
    store(updates, u);
  }
}

template <class T>
Eigen::Index leaf_size(const T& leaf) {
  return leaf_traits<T>::size(leaf);
}

/// Runs a link over one leaf, or what is in the share of it. All are of one size.
template <bool Step, class Link, class C, class U, class P, class... S>
void run_leaf(const Link& link, const C& constants, std::size_t leaf, BlockShare& share, U& updates, P& params,
              S&... slots) {
  using Scalar = typename leaf_traits<std::remove_const_t<U>>::Scalar;
  if constexpr (std::is_floating_point_v<Scalar>) {
    const auto range = share.next_leaf<Scalar>(leaf_size(updates));
    if (range.first >= range.second) return;
    run_blocks<Step>(link, cast<Scalar>(constants), leaf, range, leaf_data(updates), leaf_data(params),
                     leaf_data(slots)...);
  } else {
    run_views<Step>(link, constants, leaf, updates, params, slots...);
  }
}

}  // namespace grove::optim::detail
