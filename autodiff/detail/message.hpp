// Texts with holes, for messages. fmt::format checks its pattern anew for each list of argument types, in every program
// that includes Grove; here all arguments are of one type, so a message costs a compilation next to nothing.
#pragma once

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "fmt.hpp"

namespace grove::detail {

/// A number as fmt writes it, but a NaN has no sign.
inline std::string number(double x, std::string_view format = "{}") {
  if (x != x) return "nan";
  return fmt::vformat(fmt::string_view(format.data(), format.size()), fmt::make_format_args(x));
}

/// What stands for a {} in a pattern. (Cold: messages are to be small, not fast.)
struct TextPart {
  std::string text;

  TextPart(std::string string) : text(std::move(string)) {}
  [[gnu::noinline, gnu::cold]] TextPart(std::string_view string) : text(string) {}
  [[gnu::noinline, gnu::cold]] TextPart(const char* string) : text(string) {}
  [[gnu::noinline, gnu::cold]] TextPart(double x) : text(number(x)) {}
  template <std::integral Integer>
  [[gnu::noinline, gnu::cold]] TextPart(Integer n) : text(std::to_string(n)) {}
  [[gnu::noinline, gnu::cold]] ~TextPart() = default;
};

/// `pattern` with each {} replaced by the next part.
[[gnu::noinline, gnu::cold]] inline std::string fill(std::string_view pattern, std::initializer_list<TextPart> parts) {
  std::string text;
  for (const TextPart& part : parts) {
    const std::size_t hole = pattern.find("{}");
    text += pattern.substr(0, hole);
    text += part.text;
    pattern.remove_prefix(hole + 2);
  }
  return text += pattern;
}

/// A shape as messages write it: "3×1".
[[gnu::noinline, gnu::cold]] inline std::string shape_text(std::ptrdiff_t rows, std::ptrdiff_t cols) {
  return fill("{}×{}", {rows, cols});
}

/// Base of the fmt::formatter of a class that has a text: the specification is that of a string or a number. (fmt's own
/// formatter of strings needs a header that is five times as large.)
struct TextFormatter {
  template <class ParseContext>
  constexpr auto parse(ParseContext& context) {
    auto end = context.begin();
    while (end != context.end() && *end != '}') ++end;
    specification = {context.begin(), end};
    return end;
  }
  template <class T, class Context>
  auto write(const T& text_or_number, Context& context) const {
    const std::string pattern = "{:" + std::string(specification) + '}';
    return fmt::vformat_to(context.out(), pattern, fmt::make_format_args(text_or_number));
  }

  std::string_view specification;
};

}  // namespace grove::detail
