// The state of reading a CSV text: where we are, what the next field is.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "../../../autodiff/error.hpp"
#include "csv_text.hpp"

namespace grove::models::detail {

/// Walks over the text field by field, and checks it.
class CsvReader {
 public:
  CsvReader(const CsvText& text, std::string source)
      : text_(text), bytes_(text.bytes()), source_(std::move(source)), at_(text.begin()) {
    if (bytes_.starts_with("\xFF\xFE") || bytes_.starts_with("\xFE\xFF")) {
      at_ = 0;
      fail("the file is UTF-16; save it as UTF-8");
    }
  }

  bool at_end() const { return at_ >= bytes_.size(); }
  bool at_separator() const { return !at_end() && bytes_[at_] == text_.separator(); }
  bool at_line_end() const { return at_end() || bytes_[at_] == '\n' || bytes_[at_] == '\r'; }
  std::size_t at() const { return at_; }

  /// Passes one line end of any kind (LF, CRLF, CR).
  void pass_line_end() {
    if (!at_end() && bytes_[at_] == '\r') ++at_;
    if (!at_end() && bytes_[at_] == '\n') ++at_;
  }

  void pass_separator() { ++at_; }

  /// Passes lines that hold nothing but blanks.
  void pass_blank_lines() {
    while (!at_end()) {
      const std::size_t stop = std::min(bytes_.find_first_not_of(" \t", at_), bytes_.size());
      const bool separates = bytes_.substr(at_, stop - at_).find(text_.separator()) != std::string_view::npos;
      if (separates || (stop < bytes_.size() && bytes_[stop] != '\n' && bytes_[stop] != '\r')) return;
      at_ = stop;
      if (!at_end()) pass_line_end();
    }
  }

  /// Passes a field, and returns where it begins.
  std::size_t field() {
    const std::size_t begin = at_;
    if (text_.is_quoted(at_)) {
      pass_quoted();
    } else {
      at_ = text_.end_of_plain(at_);
      if (!at_end() && bytes_[at_] == '\0') fail_zero();
    }
    return begin;
  }

  /// Reads on from a place that was passed.
  void go_back(std::size_t at) { at_ = at; }

  /// Throws DataError for the place where reading stands.
  [[noreturn]] void fail(const std::string& fact) const { fail(at_, fact); }
  [[noreturn]] void fail(std::size_t at, const std::string& fact) const {
    const Place place = text_.place(at);
    throw DataError(fmt::format("read_csv: {}:{}:{}: {}", source_, place.line, place.column, fact));
  }

 private:
  void pass_quoted() {
    const std::size_t begin = at_, end = std::min(text_.closing_quote(begin + 1), bytes_.size());
    const std::size_t zero = bytes_.substr(begin, end - begin).find('\0');
    at_ = zero == std::string_view::npos ? end : begin + zero;
    if (at_ < end) fail_zero();
    if (at_end()) fail(begin, "this quote is never closed");
    ++at_;
    while (!at_end() && !at_separator() && bytes_[at_] == ' ') ++at_;
    if (!at_separator() && !at_line_end())
      fail("text after a closing quote; a quote inside a quoted field is written twice");
  }

  [[noreturn]] void fail_zero() const { fail("a zero byte; is this a text file?"); }

  const CsvText& text_;
  std::string_view bytes_;
  std::string source_;
  std::size_t at_;
};

}  // namespace grove::models::detail
