// Text and numbers as data in a picture: whatever they hold, they are shown and never obeyed.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace grove::models::detail {

/// Bytes of the UTF-8 character that `text` begins with; 0 if it begins with none that may stand in a picture.
inline std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const unsigned first = byte(0);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xc2 ? 0
                             : first < 0xe0 ? 2
                             : first < 0xf0 ? 3
                             : first < 0xf5 ? 4
                                            : 0;
  unsigned code = length < 2 ? first : first & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    code = code << 6 | (byte(i) & 0x3fu);
  }
  const bool too_long = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool no_character = (code >= 0xd800 && code < 0xe000) || code == 0xfffe || code == 0xffff || code > 0x10ffff;
  return too_long || no_character ? 0 : length;
}

/// A name, title or label as it may stand in any picture: valid UTF-8 without control characters. A byte that is no
/// UTF-8 (Latin-1, say) becomes U+FFFD, a control character a space.
inline std::string clean(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_length(text.substr(i));
    const auto byte = static_cast<unsigned char>(text[i]);
    if (length == 0) {
      result += "\xEF\xBF\xBD";
    } else if (byte < 0x20 || byte == 0x7f) {
      result += ' ';
    } else {
      result += text.substr(i, length);
    }
    i += std::max<std::size_t>(length, 1);
  }
  return result;
}

/// Text as a string of gnuplot's language that stands for exactly these bytes. Nothing is special between its single
/// quotes; these and control characters stand between double ones. (A doubled quote is one too, but not at the start.)
inline std::string gnuplot_quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\'') {
      result += "'.\"'\".'";
    } else if (byte < 0x20 || byte == 0x7f) {
      result += fmt::format("'.\"\\{:03o}\".'", byte);
    } else {
      result += c;
    }
  }
  return result + "'";
}
inline std::string gnuplot_label(std::string_view text) { return gnuplot_quoted(clean(text)); }

/// To the last bit, so that small differences of large numbers are seen.
inline std::string number(double value) { return std::isfinite(value) ? fmt::format("{}", value) : "NaN"; }
inline std::string text_of(std::size_t n) { return fmt::format("{}", n); }

}  // namespace grove::models::detail
