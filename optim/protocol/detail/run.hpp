// How a link is run: elementwise links block by block, others as they please.
#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include "../../../autodiff/tree/tree.hpp"
#include "../../numerics/detail/math.hpp"
#include "../extra.hpp"
#include "blocks.hpp"

namespace grove::optim::detail {

/// A tree like `params` with `value` in all leaves, active ones included.
template <class P, class Real>
P full_like(const P& params, const Real& value) {
  return tree::map(
      [&](const auto& x) {
        using View = std::remove_cvref_t<decltype(x)>;
        if constexpr (std::is_floating_point_v<view_scalar_t<View>>) {
          return in_scalar_of(x, value);
        } else {
          return 0 * x + value;
        }
      },
      params);
}

template <class P>
P zeros_like(const P& params) {
  return full_like(params, 0);
}

/// The number of trees in the state that an elementwise link works on; -1 for a link that is not elementwise.
template <class Link>
inline constexpr int slot_count = [] {
  if constexpr (requires { Link::slot_count; }) {
    return static_cast<int>(Link::slot_count);
  } else {
    return -1;
  }
}();

template <class Link>
inline constexpr bool is_elementwise = slot_count<Link> >= 0;

/// Whether some rows of a table may be stepped without the others: a link that is not elementwise says so itself.
template <class Link>
inline constexpr bool works_by_rows = [] {
  if constexpr (requires { Link::works_by_rows; }) {
    return static_cast<bool>(Link::works_by_rows);
  } else {
    return is_elementwise<Link>;
  }
}();

template <class Link>
inline constexpr bool any_part_needs_params = false;

/// Whether a transformation looks at the params. Links say so themselves; a wrapper that says nothing looks at them if
/// a transformation among its template arguments does.
template <class Link>
inline constexpr bool needs_params = [] {
  if constexpr (requires { Link::needs_params; }) {
    return static_cast<bool>(Link::needs_params);
  } else {
    return any_part_needs_params<Link>;
  }
}();

template <template <class...> class Wrapper, class... Parts>
inline constexpr bool any_part_needs_params<Wrapper<Parts...>> = (needs_params<Parts> || ...);

/// What a link may ask for beyond loss and gradient.
enum Asks { asks_for_hvp = 1, asks_for_hessian = 2, asks_for_residuals = 4 };

template <class Link>
inline constexpr int parts_ask_for = 0;

/// The sum of `Asks` of a transformation, by which `minimize` knows what to compile. Links say so themselves; a wrapper
/// that says nothing asks for what the transformations among its template arguments ask for.
template <class Link>
inline constexpr int asks_for = [] {
  if constexpr (requires { Link::asks_for; }) {
    return static_cast<int>(Link::asks_for);
  } else {
    return parts_ask_for<Link>;
  }
}();

template <template <class...> class Wrapper, class... Parts>
inline constexpr int parts_ask_for<Wrapper<Parts...>> = (0 | ... | asks_for<Parts>);

/// Whether the transformation is only known at run time, and may ask for what a loss cannot give.
template <class Link>
inline constexpr bool part_is_erased = false;
template <class Link>
inline constexpr bool is_erased = [] {
  if constexpr (requires { Link::is_erased; }) {
    return static_cast<bool>(Link::is_erased);
  } else {
    return part_is_erased<Link>;
  }
}();
template <template <class...> class Wrapper, class... Parts>
inline constexpr bool part_is_erased<Wrapper<Parts...>> = (false || ... || is_erased<Parts>);

/// The fewest blocks (of 4 KiB) that are worth the waking of a second thread.
inline constexpr std::size_t smallest_shared_pass = 64;

/// Calls work(share) for all blocks of the tree, on several threads if there are some and it pays. Each thread has
/// blocks of its own, the same whole blocks that one thread works on, so the results are the same to the bit.
template <class U, class Work>
void share_blocks(WorkSharing* workers, const U& updates, const Work& work) {
  if (workers == nullptr) return work(BlockShare{});
  std::size_t blocks = 0;
  tree::detail::visit_leaves(
      [&]<class L>(const L& leaf) {
        blocks += BlockShare::blocks<typename leaf_traits<L>::Scalar>(leaf_traits<L>::size(leaf));
      },
      updates);
  if (blocks < smallest_shared_pass) return work(BlockShare{});
  struct Context {
    const Work& work;
    std::size_t blocks, parts;
  } context{work, blocks, static_cast<std::size_t>(workers->count())};
  workers->run(
      [](void* pointer, int i) {
        auto& c = *static_cast<Context*>(pointer);
        const auto part = static_cast<std::size_t>(i);
        c.work(BlockShare{c.blocks * part / c.parts, c.blocks * (part + 1) / c.parts});
      },
      &context);
}

/// Runs an elementwise link over all leaves, with the constants that its `prepare` made; with `Step` it adds the
/// updates to the params in the same pass.
template <bool Step, class Link, class C, class U, class S, class P, class E>
void run_prepared(const Link& link, const C& constants, U& updates, S& state, P& params, const E& extra) {
  std::apply(
      [&](auto&... slots) {
        bool fits = true;
        tree::detail::visit_leaves(
            [&](const auto& u, const auto&... others) { fits = fits && ((leaf_size(others) == leaf_size(u)) && ...); },
            std::as_const(updates), std::as_const(params), std::as_const(slots)...);
        if (!fits) {
          tree::check_same_structure("update", params, updates, "params", "updates");
          (tree::check_same_structure("update", params, slots, "params", "the optimizer's state"), ...);
        }
        const auto work = [&](BlockShare share) {
          std::size_t number = 0;
          tree::detail::visit_leaves(
              [&](auto& u, auto& p, auto&... s) {
                const std::size_t leaf = number++;
                if (admits(extra, leaf)) run_leaf<Step>(link, constants, leaf, share, u, p, s...);
              },
              updates, params, slots...);
        };
        if constexpr (std::is_floating_point_v<tree::scalar_t<U>>) {
          share_blocks(extra.workers, updates, work);
        } else {
          work(BlockShare{});
        }
      },
      link.slots(state, updates));
}

/// The same from its start.
template <bool Step, class Link, class U, class S, class P, class E>
void run_elementwise(const Link& link, U& updates, S& state, P& params, const E& extra) {
  const auto constants = link.prepare(state);
  run_prepared<Step>(link, constants, updates, state, params, extra);
}

/// Sets the leaves to zero that take no part.
template <class E, class T>
void hide_others(const E& extra, T& t) {
  std::size_t number = 0;
  tree::for_each(
      [&](auto&& x) {
        if (!admits(extra, number++)) x = select(x - x == 0, x - x, 0);
      },
      t);
}

/// The plain protocol. Under a mask such a transformation sees zeros in the other leaves, and what it does there is
/// undone.
template <class Link, class U, class S, class P, class E>
void run_plain(const Link& link, U& updates, S& state, const P& params, const E& extra) {
  const auto call = [&](U&& u, const P& p) {
    auto [new_updates, new_state] = link.update(std::move(u), std::move(state), p);
    state = std::move(new_state);
    return new_updates;
  };
  if (extra.filter == nullptr) {
    updates = call(std::move(updates), params);
    return;
  }
  U inner = updates;
  P visible = params;
  hide_others(extra, inner);
  hide_others(extra, visible);
  inner = call(std::move(inner), visible);
  std::size_t number = 0;
  tree::for_each(
      [&](auto&& u, const auto& result) {
        if (admits(extra, number++)) u = result;
      },
      updates, inner);
}

/// updates ← link(updates), and state advances.
template <class Link, class U, class S, class P, class E>
void run(const Link& link, U& updates, S& state, const P& params, const E& extra) {
  if constexpr (is_elementwise<Link>) {
    run_elementwise<false>(link, updates, state, params, extra);
  } else if constexpr (requires { link.update_in_place(updates, state, params, extra); }) {
    link.update_in_place(updates, state, params, extra);
  } else {
    run_plain(link, updates, state, params, extra);
  }
}

/// params ← params + updates.
template <class P, class U>
void add_to(P& params, const U& updates) {
  tree::for_each([](auto&& p, const auto& u) { p += u; }, params, updates);
}

/// params ← params + link(grads) in as few passes as can be; grads are overwritten where the link needs the room.
template <class Link, class G, class S, class P, class E>
void run_step(const Link& link, G& grads, S& state, P& params, const E& extra) {
  if constexpr (is_elementwise<Link>) {
    run_elementwise<true>(link, grads, state, params, extra);
  } else if constexpr (std::is_const_v<G>) {
    auto copy = grads;
    run_step(link, copy, state, params, extra);
  } else if constexpr (requires { link.step_in_place(grads, state, params, extra); }) {
    link.step_in_place(grads, state, params, extra);
  } else {
    run(link, grads, state, params, extra);
    add_to(params, grads);
  }
}

}  // namespace grove::optim::detail
