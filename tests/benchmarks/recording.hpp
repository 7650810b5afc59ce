// What the harness asks of the tape.
#pragma once

#include <optional>

namespace benchmarks {

/// Records and sweeps millions of statements once, as a large model would before a small one in the same process.
void record_hugely();

/// Bytes that the last recording of this thread took.
std::optional<double> bytes_of_last_recording();

}  // namespace benchmarks
