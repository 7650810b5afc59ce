// Whether somebody is watching, and how wide the screen is: the one place that asks the operating system.
#pragma once

#include <cstddef>
#include <cstdio>

#if __has_include(<unistd.h>)
#include <unistd.h>  // isatty
#elif __has_include(<io.h>)
#include <io.h>  // _isatty
#endif
#if __has_include(<sys/ioctl.h>)
#include <sys/ioctl.h>  // the width of a terminal
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

/// The columns of this terminal; 80 where that cannot be found out.
inline std::size_t terminal_columns([[maybe_unused]] std::FILE* stream) {
#if __has_include(<sys/ioctl.h>) && __has_include(<unistd.h>) && defined(TIOCGWINSZ)
  winsize size{};
  if (ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 1) return size.ws_col;
#endif
  return 80;
}

}  // namespace grove::optim::detail
