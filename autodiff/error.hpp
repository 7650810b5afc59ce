// Exceptions: everything that Grove throws on purpose derives from grove::Error.
#pragma once

#include <stdexcept>

// Every header includes this one. Where NaN, infinity and rounding do not matter, a NaN loss would look converged, and
// functions that round by adding and subtracting would be wrong.
#if defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__) || defined(__ASSOCIATIVE_MATH__)
#error \
    "grove: a source file that includes Grove must be compiled without -ffast-math, -Ofast, -ffinite-math-only and -funsafe-math-optimizations: put -fno-fast-math after them for this file (CMake: set_source_files_properties(this.cpp PROPERTIES COMPILE_OPTIONS -fno-fast-math)), and keep numeric code that wants them in a source file of its own. -fno-math-errno and -fno-trapping-math are fine."
#endif

namespace grove {

/// Base of every exception that Grove throws. The message names the operation, the path or the operands, and both
/// sides.
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Trees of different structure met in one call (vector lengths, map keys, matrix shapes, empty optionals).
struct StructureError : Error {
  using Error::Error;
};

/// Operands whose shapes do not fit, such as a product of (100×3) with (4×1), or an index out of range.
struct ShapeError : Error {
  using Error::Error;
};

/// A hyperparameter outside its domain, thrown where it is given.
struct HyperparameterError : Error {
  using Error::Error;
};

/// A gradient that disagrees with its finite difference.
struct GradcheckError : Error {
  using Error::Error;
};

/// A variable that was used outside the recording it belongs to.
struct StaleVariableError : Error {
  using Error::Error;
};

/// Input data that cannot be read; the message names file, line and column.
struct DataError : Error {
  using Error::Error;
};

/// Processes that work together lost each other. Nothing that one of them could try next would help.
struct CommunicationError : Error {
  using Error::Error;
};

}  // namespace grove
