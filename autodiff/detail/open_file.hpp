// Opening a file whose name is a std::filesystem::path.
#pragma once

#include <cstdio>
#include <filesystem>

#ifdef _WIN32
#include <fcntl.h>
#include <io.h>
#include <sys/stat.h>
#endif

namespace grove::detail {

/// std::fopen; where paths are wide, as on Windows, the characters that fopen's own encoding lacks stay.
inline std::FILE* open_file(const std::filesystem::path& path, const char* mode) {
#ifdef _WIN32
  return ::_wfopen(path.c_str(), std::filesystem::path(mode).c_str());
#else
  return std::fopen(path.c_str(), mode);
#endif
}

/// A file to write to, which must not be there yet; nullptr if it is, or cannot be made.
inline std::FILE* create_file(const std::filesystem::path& path) {
#ifdef _WIN32
  const int handle = ::_wopen(path.c_str(), _O_WRONLY | _O_CREAT | _O_EXCL | _O_BINARY, _S_IREAD | _S_IWRITE);
  return handle < 0 ? nullptr : ::_fdopen(handle, "wb");
#else
  return std::fopen(path.c_str(), "wbx");
#endif
}

}  // namespace grove::detail
