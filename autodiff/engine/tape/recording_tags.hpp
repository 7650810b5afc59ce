// Tags tell recordings apart, so that a variable of another recording is recognised.
#pragma once

#include <atomic>
#include <cstdint>

#include "../../error.hpp"

namespace grove::detail {

/// Tags are multiples of 256: a scalar keeps a count below. Tag 0 is that of constants.
inline constexpr std::uint32_t count_mask = 0xFFU;
/// The tag while no recording is open.
inline constexpr std::uint32_t closed_tag = 0xFFFFFF00U;
/// The tag of scalars that were moved from.
inline constexpr std::uint32_t moved_tag = 0xFFFFFE00U;

[[noreturn, gnu::noinline, gnu::cold]] inline void throw_stale() {
  throw StaleVariableError(
      "variable: its recording has ended (or belongs to another thread); use value_of inside the loss to keep a value");
}
[[noreturn, gnu::noinline, gnu::cold]] inline void throw_enclosing() {
  throw Error(
      "grad: the inner loss uses a variable of an enclosing recording, whose derivative would be lost, as its point is "
      "of plain numbers; make the point T(x) or grove::Vector<T>(x) with the scalar T of that variable, pass the "
      "variable as an argument of the inner loss, or treat it as a constant by value_of");
}
[[noreturn, gnu::noinline, gnu::cold]] inline void throw_no_recording() {
  throw Error("matrix: active matrices exist only inside a loss; keep plain Eigen matrices outside");
}
[[noreturn, gnu::noinline, gnu::cold]] inline void throw_late_inputs() {
  throw Error("tape: inputs are taken before anything is recorded; the results of a node get their slots from it");
}
[[noreturn, gnu::noinline, gnu::cold]] inline void throw_late_node() {
  throw Error("tape: something was recorded between the slots of a node and the node itself");
}

/// The tag of a new recording. They come again after 16 million recordings of a thread: a variable that was kept for
/// just so long is not recognised.
inline std::uint32_t next_recording_tag() {
  static thread_local constinit std::uint32_t serial = 0;
  if (serial == 0) {
    static std::atomic<std::uint32_t> threads{0};
    serial = threads.fetch_add(1) * 0x01000193U;  // threads start far apart: a stray variable is recognised
  }
  std::uint32_t tag = 0;
  do tag = ++serial * (count_mask + 1);
  while (tag == 0 || tag == closed_tag || tag == moved_tag);
  return tag;
}

}  // namespace grove::detail
