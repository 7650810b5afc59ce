// Which threads a derivative may use.
#pragma once

#include <cstdint>

#include "../../detail/message.hpp"
#include "../../detail/workers.hpp"
#include "../../engine/tape/tape.hpp"
#include "../../error.hpp"

namespace grove::detail {

/// Throws: HyperparameterError for a number that can only be a mistake.
inline int checked_threads(const char* caller, std::int64_t threads) {
  if (threads < 1)
    throw HyperparameterError(fill("{}: the number of threads must be positive, got {}", {caller, threads}));
  constexpr std::int64_t most = 1 << 16;
  if (threads > most)
    throw HyperparameterError(fill("{}: the number of threads must be at most {}, got {}", {caller, most, threads}));
  return static_cast<int>(threads);
}

/// The workers, but none inside a loss: the variables that a function captures there are of this thread's tape, with
/// which no other thread may record.
template <class S>
Workers* unless_recording(Workers* workers) {
  return current_tape<S> == &closed_tape<S>.object ? workers : nullptr;
}

}  // namespace grove::detail
