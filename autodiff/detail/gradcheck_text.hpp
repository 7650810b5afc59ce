// Text for the gradient check's reports. fmt::format is compiled anew for each list of argument types, and every
// program that includes gradcheck would pay for all of them; these few functions have one type each.
#pragma once

#include <fmt/format.h>

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace grove::detail::check {

// A NaN has a sign bit, and no sign.
inline std::string number(double x, const char* format = "{}") {
  return x != x ? "nan" : fmt::format(fmt::runtime(format), x);
}
inline std::string number(std::int64_t n) { return fmt::format_int(n).str(); }

// What stands for a {} in a pattern.
struct TextPart {
  std::string text;

  TextPart(std::string string) : text(std::move(string)) {}
  TextPart(std::string_view string) : text(string) {}
  TextPart(const char* string) : text(string) {}
  TextPart(double x) : text(number(x)) {}
  template <std::integral Integer>
  TextPart(Integer n) : text(number(static_cast<std::int64_t>(n))) {}
};

// `pattern` with each {} replaced by the next part.
inline std::string fill(std::string_view pattern, std::initializer_list<TextPart> parts) {
  std::string text;
  for (const TextPart& part : parts) {
    const std::size_t hole = pattern.find("{}");
    text += pattern.substr(0, hole);
    text += part.text;
    pattern.remove_prefix(hole + 2);
  }
  return text += pattern;
}

inline std::string padded_left(std::string_view text, std::size_t width) {
  return std::string(text.size() < width ? width - text.size() : 0, ' ').append(text);
}
inline std::string padded_right(std::string_view text, std::size_t width) {
  std::string result(text);
  return result.append(text.size() < width ? width - text.size() : 0, ' ');
}

}  // namespace grove::detail::check
