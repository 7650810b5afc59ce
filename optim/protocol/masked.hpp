// Transformations for some of the leaves.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "chain.hpp"
#include "mask.hpp"

namespace grove::optim {

/// The state of the transformation inside, and the mask: a character for each leaf, '1' where it is transformed.
template <class State>
struct MaskedState {
  State inner_state;  ///< of the leaves that take part
  std::string mask;   ///< '1' for each leaf that takes part, else '0'

  template <class P>
  void check_fits(const P& params) const {
    detail::check_entries(mask.size(), params);
    detail::check_state(inner_state, params);
  }
};

namespace detail {

/// The constants of a masked elementwise link.
template <class C>
struct MaskedConstants {
  C inner;
  const std::string* mask;

  template <class Scalar>
  auto cast() const {
    using Cast = decltype(detail::cast<Scalar>(inner));
    return MaskedConstants<Cast>{detail::cast<Scalar>(inner), mask};
  }
};

}  // namespace detail

/// The link behind `masked`.
template <class Link>
struct Masked {
  static constexpr int slot_count = detail::slot_count<Link>;
  static constexpr detail::Harm harm = detail::harm<Link>;
  Link inner;  ///< the transformation
  Mask mask;   ///< true where it is applied

  template <class P>
  auto init(const P& params) const {
    const std::string chosen = detail::leaf_mask(mask, params);
    const detail::LeafFilter filter{chosen, detail::InitMask::current()};
    const detail::InitMask masks(&filter);
    return MaskedState<decltype(inner.init(params))>{inner.init(params), chosen};
  }

  auto prepare(auto& state) const {
    return detail::MaskedConstants<decltype(inner.prepare(state.inner_state))>{inner.prepare(state.inner_state),
                                                                               &state.mask};
  }
  auto slots(auto& state, auto& updates) const { return inner.slots(state.inner_state, updates); }
  void apply_at(std::size_t leaf, const auto& constants, auto& u, const auto& p, auto&... slots) const {
    if ((*constants.mask)[leaf] == '1') detail::apply_link(inner, constants.inner, leaf, u, p, slots...);
  }

  template <class U, class S, class P, class E>
  void update_in_place(U& updates, S& state, const P& params, const E& extra) const {
    const detail::LeafFilter filter{state.mask, extra.filter};
    detail::run(inner, updates, state.inner_state, params, extra.masked(&filter));
  }
};

/// Applies a transformation to the leaves where `mask` is true; the others pass through as they are.
///
///   auto optimizer = masked(adam(1e-2), [](const tree::Path& p) { return p.ends_with("weight"); });
///
/// To the transformation the others do not exist: they do not enter norms. Their part of its state stays zero.
template <class T>
auto masked(const T& inner, Mask mask) {
  using Link = detail::unwrap_link_t<T>;
  return GradientTransformation<Masked<Link>>{{inner, std::move(mask)}};
}

}  // namespace grove::optim
