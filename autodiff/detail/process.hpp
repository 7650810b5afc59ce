// Which process this is.
#pragma once

#if defined(__unix__) || defined(__APPLE__)
#include <unistd.h>
#endif

namespace grove::detail {

/// Differs between a process and what it forked; where there is no fork it is 0.
inline long process_id() {
#if defined(__unix__) || defined(__APPLE__)
  return static_cast<long>(getpid());
#else
  return 0;
#endif
}

}  // namespace grove::detail
