// Points at which a function of the user's has no value: a trial that throws is a bad trial, not the end.
#pragma once

#include "../../../autodiff/error.hpp"

namespace grove::optim::detail {

/// Whether an exception says that the program is wrong, or lost others that it works with, and not that there is no
/// value at these params (a Cholesky factor that does not exist, say).
inline bool is_a_mistake(const Error& error) {
  return dynamic_cast<const ShapeError*>(&error) != nullptr || dynamic_cast<const StructureError*>(&error) != nullptr ||
         dynamic_cast<const StaleVariableError*>(&error) != nullptr ||
         dynamic_cast<const CommunicationError*>(&error) != nullptr;
}

/// call(), or `otherwise` where that throws an Error that says that there is no value; mistakes go on.
template <class Call, class Value>
Value value_or(Value otherwise, const Call& call) {
  try {
    return call();
  } catch (const Error& error) {
    if (is_a_mistake(error)) throw;
  }
  return otherwise;
}

}  // namespace grove::optim::detail
