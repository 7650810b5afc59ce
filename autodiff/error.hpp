// Exceptions: everything that Grove throws on purpose derives from grove::Error.
#pragma once

#include <stdexcept>

#include "autodiff/detail/ieee.hpp"

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

}  // namespace grove
