// The state of reading a CSV text: where we are, what the next field is.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "../../../autodiff/error.hpp"
#include "../table.hpp"

namespace grove::models::detail {

/// Walks over the text field by field and counts lines and characters (not bytes: UTF-8 continuation bytes count zero).
class CsvReader {
 public:
  CsvReader(std::string_view text, std::string source, char separator, char quote)
      : text_(text), source_(std::move(source)), separator_(separator), quote_(quote) {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    if (text_.starts_with("\xFF\xFE") || text_.starts_with("\xFE\xFF")) fail("the file is UTF-16; save it as UTF-8");
  }

  bool at_end() const { return at_ >= text_.size(); }
  bool at_separator() const { return !at_end() && text_[at_] == separator_; }
  bool at_line_end() const { return at_end() || text_[at_] == '\n' || text_[at_] == '\r'; }

  /// Passes one line end of any kind (LF, CRLF, CR).
  void pass_line_end() {
    if (!at_end() && text_[at_] == '\r') ++at_;
    if (!at_end() && text_[at_] == '\n') ++at_;
    next_line();
  }

  void pass_separator() { pass(); }

  /// Passes lines that hold nothing but blanks.
  void pass_blank_lines() {
    while (!at_end()) {
      const std::size_t stop = std::min(text_.find_first_not_of(" \t", at_), text_.size());
      const bool separates = text_.substr(at_, stop - at_).find(separator_) != std::string_view::npos;
      if (separates || (stop < text_.size() && text_[stop] != '\n' && text_[stop] != '\r')) return;
      at_ = stop;
      if (!at_end()) pass_line_end();
    }
  }

  Cell field() {
    Cell cell{"", line_, column_, false};
    if (!at_end() && text_[at_] == quote_) {
      quoted(cell);
    } else {
      while (!at_separator() && !at_line_end()) cell.text += pass();
      cell.text = std::string(trim(cell.text));
    }
    return cell;
  }

  /// Throws DataError for the place where reading stands.
  [[noreturn]] void fail(const std::string& fact) const { fail(line_, column_, fact); }
  [[noreturn]] void fail(std::uint32_t line, std::uint32_t column, const std::string& fact) const {
    throw DataError(fmt::format("read_csv: {}:{}:{}: {}", source_, line, column, fact));
  }

 private:
  void quoted(Cell& cell) {
    pass();
    while (!at_end() && !closing_quote()) cell.text += pass_quoted();
    if (at_end()) fail(cell.line, cell.column, "this quote is never closed");
    pass();
    while (!at_end() && !at_separator() && text_[at_] == ' ') pass();
    if (!at_separator() && !at_line_end())
      fail("text after a closing quote; a quote inside a quoted field is written twice");
  }

  // A doubled quote stands for one: step on its second half.
  bool closing_quote() {
    if (text_[at_] != quote_) return false;
    if (at_ + 1 >= text_.size() || text_[at_ + 1] != quote_) return true;
    pass();
    return false;
  }

  char pass_quoted() {
    if (text_[at_] != '\n') return pass();
    ++at_;
    next_line();
    return '\n';
  }

  char pass() {
    const char c = text_[at_++];
    if (c == '\0') fail("a zero byte; is this a text file?");
    if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) ++column_;
    return c;
  }

  void next_line() {
    ++line_;
    column_ = 1;
  }

  std::string_view text_;
  std::string source_;
  char separator_;
  char quote_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
  std::uint32_t column_ = 1;
};

}  // namespace grove::models::detail
