// Reading comma-separated files into a Table.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "detail/csv_reader.hpp"
#include "table.hpp"

namespace grove::models {

/// How a file is written.
struct CsvOptions {
  char separator = ',';  ///< between fields; one character
  char quote = '"';      ///< around fields that hold the separator; doubled within them
  std::vector<std::string> missing = {"", "NA", "N/A", "NaN", "nan", "null"};  ///< fields that stand for "no value"
  std::vector<std::string> names = {};  ///< the columns' names, each another, for a file without a header line
};

namespace detail {

/// Where the fields of a line begin.
inline std::vector<std::size_t> csv_row(CsvReader& reader) {
  std::vector<std::size_t> row{reader.field()};
  while (reader.at_separator()) {
    reader.pass_separator();
    row.push_back(reader.field());
  }
  return row;
}

/// The columns, without rows, and whether the last one has a name of its own. What stands in the header without a name
/// is 'column 3', by its place.
inline bool csv_header(Table& table, const std::shared_ptr<const CsvText>& text, CsvReader& reader,
                       const CsvOptions& options) {
  std::unordered_set<std::string> taken;
  const auto add = [&](const std::string& name) {
    table.columns.emplace_back(name, text);
    return taken.insert(name).second;
  };
  for (const std::string& name : options.names)
    if (!add(name)) reader.fail(fmt::format("CsvOptions::names has '{}' twice; column names must differ", name));
  if (!options.names.empty()) return true;
  bool named = false;
  if (reader.at_end()) reader.fail("the file is empty; its first line must name the columns");
  for (const std::size_t field : csv_row(reader)) {
    std::string name = text->field(field);
    named = !name.empty();
    if (!named) name = fmt::format("column {}", table.columns.size() + 1);
    if (!add(name))
      reader.fail(field, named ? fmt::format("the header names '{}' twice; column names must differ", name)
                               : fmt::format("the header names '{}', and here is a column without a name in that "
                                             "place; name it",
                                             name));
  }
  reader.pass_line_end();
  return named;
}

/// A header or rows that end in a separator make a last column that holds nothing, not even a name: it is left out.
inline void drop_empty_last_column(Table& table, bool named) {
  if (named || table.columns.size() < 2) return;
  const Column& last = table.columns.back();
  for (std::size_t i = 0; i < last.size(); ++i)
    if (last.cell(i) != "") return;
  table.columns.pop_back();
}

/// Throws for a row, whose fields begin there, that is longer or shorter than the header.
[[noreturn]] inline void throw_row_length(const Table& table, const CsvText& text, const CsvReader& reader,
                                          const std::vector<std::size_t>& row, bool has_header) {
  const std::size_t expected = table.columns.size();
  const std::string fact = fmt::format("this row has {} field{}, {} {}", row.size(), row.size() == 1 ? "" : "s",
                                       has_header ? "the header has" : "CsvOptions::names has", expected);
  if (row.size() < expected)
    reader.fail(fact + fmt::format("; the first one missing is '{}'", table.columns[row.size()].name));
  const bool holds_text = std::any_of(row.begin() + static_cast<std::ptrdiff_t>(expected), row.end(),
                                      [&](std::size_t field) { return !text.inside(field).empty(); });
  reader.fail(row[expected],
              fact + (holds_text ? "; a field that holds the separator must be quoted" : "; it ends in a separator"));
}

/// How many rows there may be at most; each field takes a byte, so rows are few where columns are many.
inline std::size_t most_rows(std::string_view text, std::size_t columns) {
  const auto ends = std::max(std::count(text.begin(), text.end(), '\n'), std::count(text.begin(), text.end(), '\r'));
  return std::min(static_cast<std::size_t>(ends) + 1, text.size() / columns + 1);
}

/// The words that stand for "no value".
class MissingWords {
 public:
  explicit MissingWords(const std::vector<std::string>& words) : words_(words) {
    for (const std::string& word : words) longest_ = std::max(longest_, word.size());
  }
  /// The field [begin, end) is one of them.
  bool has(const CsvText& text, std::size_t begin, std::size_t end) const {
    if (text.is_quoted(begin)) return has(text.field(begin));
    const std::string_view inside = trim(text.bytes().substr(begin, end - begin));
    return inside.size() <= longest_ && has(inside);
  }

 private:
  bool has(std::string_view field) const { return std::find(words_.begin(), words_.end(), field) != words_.end(); }

  const std::vector<std::string>& words_;
  std::size_t longest_ = 0;
};

inline std::string file_text(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored))
    throw DataError(fmt::format("read_csv: {}: no such file; paths are relative to {}", path.string(),
                                std::filesystem::current_path(ignored).string()));
  if (std::filesystem::is_directory(path, ignored))
    throw DataError(fmt::format("read_csv: {}: this is a directory", path.string()));
  std::ifstream file(path, std::ios::binary);
  std::string text;
  const auto size = std::filesystem::file_size(path, ignored);
  if (!ignored) text.reserve(static_cast<std::size_t>(size));
  std::vector<char> block(1 << 16);
  while (file.read(block.data(), static_cast<std::streamsize>(block.size())) || file.gcount() > 0)
    text.append(block.data(), static_cast<std::size_t>(file.gcount()));
  if (!file.eof())
    throw DataError(fmt::format("read_csv: {}: the file cannot be read; are its permissions right?", path.string()));
  return text;
}

/// See parse_csv; the table keeps the text.
inline Table csv_table(std::string bytes, const std::string& source, const CsvOptions& options) {
  const auto text = std::make_shared<const CsvText>(std::move(bytes), options.separator, options.quote);
  CsvReader reader(*text, source);
  Table table{source, {}};
  reader.pass_blank_lines();
  const bool last_is_named = csv_header(table, text, reader, options);
  const MissingWords missing(options.missing);
  const std::size_t rows = most_rows(text->bytes().substr(reader.at()), table.columns.size());
  for (Column& column : table.columns) column.reserve(rows);
  for (reader.pass_blank_lines(); !reader.at_end(); reader.pass_blank_lines()) {
    const std::size_t begin = reader.at();
    std::size_t count = 0;
    while (true) {
      const std::size_t field = reader.field();
      if (count < table.columns.size()) table.columns[count].add(field, missing.has(*text, field, reader.at()));
      ++count;
      if (!reader.at_separator()) break;
      reader.pass_separator();
    }
    if (count != table.columns.size()) {
      reader.go_back(begin);
      const std::vector<std::size_t> row = csv_row(reader);
      throw_row_length(table, *text, reader, row, options.names.empty());
    }
    reader.pass_line_end();
  }
  if (table.rows() == 0) reader.fail("there are no rows, only a header");
  drop_empty_last_column(table, last_is_named);
  return table;
}

}  // namespace detail

/// A table from CSV text; `source` is what messages call it.  See `read_csv`.
inline Table parse_csv(std::string_view text, const std::string& source, const CsvOptions& options = {}) {
  return detail::csv_table(std::string(text), source, options);
}

/// Reads a CSV file (RFC 4180; UTF-8 with or without a byte order mark; LF, CRLF or CR line ends; blank lines skipped).
///
///   Table table = read_csv("decay.csv", {.separator = ';'});
///
/// Throws: grove::DataError with file, line and column if the file is missing, empty or binary, if a row has more or
/// fewer fields than the header, if a quote is never closed, or if two columns have one name. A column without a name
/// is called by its place, 'column 3'; a last one without a name and without any value is left out. A bad number is
/// reported the same way when its column is asked for as numbers (Table::numbers).
inline Table read_csv(const std::filesystem::path& path, const CsvOptions& options = {}) {
  return detail::csv_table(detail::file_text(path), path.string(), options);
}

}  // namespace grove::models
