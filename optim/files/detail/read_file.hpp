// All that a file holds.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

#include "../../../autodiff/detail/message.hpp"
#include "../../../autodiff/detail/open_file.hpp"
#include "../../../autodiff/error.hpp"

namespace grove::optim::detail {

/// The bytes of the file.  Throws: DataError, in the name of the function `who`, if it cannot be opened or read.
inline std::string read_file(const char* who, const std::string& file) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> in(grove::detail::open_file(file, "rb"), &std::fclose);
  const auto fail = [&](const char* what) {
    throw DataError(grove::detail::fill("{}: {}: the file cannot be {}: {}", {who, file, what, std::strerror(errno)}));
  };
  if (!in) fail("opened");
  std::string bytes;
  char block[1 << 14];
  while (const std::size_t n = std::fread(block, 1, sizeof block, in.get())) bytes.append(block, n);
  if (std::ferror(in.get()) != 0) fail("read");
  return bytes;
}

}  // namespace grove::optim::detail
