// Whether somebody is watching: the one place that asks the operating system.
#pragma once

#include <cstdio>

#if __has_include(<unistd.h>)
#include <unistd.h>  // isatty
#elif __has_include(<io.h>)
#include <io.h>  // _isatty
#endif

namespace grove::optim::detail {

/// Whether this stream ends in a terminal; false where that cannot be found out.
inline bool is_terminal([[maybe_unused]] std::FILE* stream) {
#if __has_include(<unistd.h>)
  return isatty(fileno(stream)) != 0;
#elif __has_include(<io.h>)
  return _isatty(_fileno(stream)) != 0;
#else
  return false;
#endif
}

}  // namespace grove::optim::detail
