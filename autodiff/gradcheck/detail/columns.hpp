// Columns of text for the gradient check's reports.
#pragma once

#include <string>
#include <string_view>

#include "../../detail/message.hpp"

namespace grove::detail::check {

inline std::string padded_left(std::string_view text, std::size_t width) {
  return std::string(text.size() < width ? width - text.size() : 0, ' ').append(text);
}
inline std::string padded_right(std::string_view text, std::size_t width) {
  std::string result(text);
  return result.append(text.size() < width ? width - text.size() : 0, ' ');
}

}  // namespace grove::detail::check
