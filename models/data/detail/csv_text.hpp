// The text of a table, and the fields in it. A field is known by where it begins, so a table keeps eight bytes for one
// beside the text, and looks at it anew when it is asked for.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace grove::models {

/// Where something stands in a file; both count from 1, a column being a character.
struct Place {
  std::size_t line = 1;
  std::size_t column = 1;
};

namespace detail {

inline std::string_view trim(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  if (text.empty() || (!is_blank(text.front()) && !is_blank(text.back()))) return text;
  const auto first = text.find_first_not_of(" \t");
  return first == std::string_view::npos ? std::string_view{}
                                         : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

class CsvText {
 public:
  CsvText(std::string bytes, char separator, char quote)
      : bytes_(std::move(bytes)), separator_(separator), quote_(quote) {
    for (const char c : {separator, '\n', '\r', '\0'}) ends_field_[static_cast<unsigned char>(c)] = true;
  }

  std::string_view bytes() const { return bytes_; }
  char separator() const { return separator_; }
  char quote() const { return quote_; }

  /// Where the text begins, after a byte order mark.
  std::size_t begin() const { return bytes().starts_with("\xEF\xBB\xBF") ? 3 : 0; }

  bool is_quoted(std::size_t at) const { return at < bytes_.size() && bytes_[at] == quote_; }
  /// Where a field without quotes ends, at a separator, at the end of a line or of the text, or at a zero byte, which
  /// has no place in a text.
  std::size_t end_of_plain(std::size_t at) const {
    while (at < bytes_.size() && !ends_field_[static_cast<unsigned char>(bytes_[at])]) ++at;
    return at;
  }
  /// Where the quote is that closes the field whose first character is at `at`; npos if there is none. A quote that is
  /// written twice closes nothing.
  std::size_t closing_quote(std::size_t at) const {
    for (at = bytes_.find(quote_, at); at != std::string::npos; at = bytes_.find(quote_, at + 2))
      if (at + 1 >= bytes_.size() || bytes_[at + 1] != quote_) break;
    return at;
  }

  /// The field that begins at `at`, without blanks around it and without its quotes, those written twice still twice.
  std::string_view inside(std::size_t at) const {
    if (is_quoted(at)) return bytes().substr(at + 1, closing_quote(at + 1) - at - 1);
    return trim(bytes().substr(at, end_of_plain(at) - at));
  }
  /// The field as it is meant.
  std::string field(std::size_t at) const {
    std::string text(inside(at));
    if (!is_quoted(at)) return text;
    for (std::size_t k = text.find(quote_); k != std::string::npos; k = text.find(quote_, k + 1)) text.erase(k, 1);
    return text;
  }

  /// For messages, as it reads the text from its beginning. Line ends are LF, CRLF and CR.
  Place place(std::size_t at) const {
    Place place;
    for (std::size_t k = begin(); k < std::min(at, bytes_.size()); ++k) {
      const char c = bytes_[k];
      const bool first_half = c == '\r' && k + 1 < bytes_.size() && bytes_[k + 1] == '\n';
      if ((c == '\n' || c == '\r') && !first_half) {
        ++place.line;
        place.column = 1;
      } else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) {  // continuation bytes of UTF-8 are no characters
        ++place.column;
      }
    }
    return place;
  }

 private:
  std::string bytes_;
  char separator_;
  char quote_;
  std::array<bool, 256> ends_field_{};
};

}  // namespace detail
}  // namespace grove::models
