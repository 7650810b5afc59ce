// Peak memory of one computation.
#pragma once

#include <functional>
#include <optional>

namespace benchmarks {

/// Megabytes that `compute` touches at its peak beyond what the process held before, in a forked child; nothing where
/// the operating system does not tell.
std::optional<double> peak_megabytes(const std::function<void()>& compute);

}  // namespace benchmarks
