// Tags tell recordings apart, so that a variable of another recording is recognised.
#pragma once

#include <atomic>
#include <cstdint>

#include "../../error.hpp"

namespace grove::detail {

/// The tag while no recording is open. Tags of recordings are odd; tag 0 is that of constants.
inline constexpr std::uint32_t closed_tag = 0xFFFFFFFFU;

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

/// The tag of a new recording.
inline std::uint32_t next_recording_tag() {
  static thread_local constinit std::uint32_t serial = 0;
  if (serial == 0) {
    static std::atomic<std::uint32_t> threads{0};
    serial = threads.fetch_add(1) * 0x01000193U;  // threads start far apart: a stray variable is recognised
  }
  std::uint32_t tag = (++serial << 1) | 1U;
  if (tag == closed_tag || tag == 1U) tag = (++serial << 1) | 1U;
  if (tag == closed_tag || tag == 1U) tag = (++serial << 1) | 1U;
  return tag;
}

}  // namespace grove::detail
