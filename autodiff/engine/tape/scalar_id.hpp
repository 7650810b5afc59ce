// How a scalar names its place on the tape.
#pragma once

#include <cstdint>

#include "recording_tags.hpp"

namespace grove::detail {

// Types of their own, so that a store of one is no reason to load anything else again.

/// The place of a scalar's adjoint.
enum class Slot : std::uint32_t {};

/// The tag of a scalar's recording; below it the number of entries of its statement while the scalar is the only handle
/// of it and the statement may be extended in place ('fresh'), or 0. A constant has tag 0, or that of no recording.
enum class TagAndCount : std::uint32_t {};

/// Two numbers, of which the optimiser follows either through additions.
struct ScalarId {
  Slot slot{};
  TagAndCount tag_and_count{};

  [[gnu::always_inline]] constexpr std::uint32_t tag() const {
    return static_cast<std::uint32_t>(tag_and_count) & ~count_mask;
  }
  /// The same place, without leave to extend the statement.
  [[gnu::always_inline]] constexpr ScalarId settled() const { return {slot, TagAndCount(tag())}; }
  [[gnu::always_inline]] constexpr bool is_constant() const { return tag() == 0 || tag() == closed_tag; }
};

[[gnu::always_inline]] constexpr std::uint32_t bits_of(Slot slot) { return static_cast<std::uint32_t>(slot); }
[[gnu::always_inline]] constexpr std::uint32_t bits_of(TagAndCount t) { return static_cast<std::uint32_t>(t); }

/// Of a scalar that was moved from. It is of no recording, so that its use is an error.
inline constexpr ScalarId moved_id{Slot{}, TagAndCount(moved_tag)};

}  // namespace grove::detail
