// Reading comma-separated files into a Table.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "detail/csv_reader.hpp"
#include "table.hpp"

namespace grove::models {

/// How a file is written.
struct CsvOptions {
  char separator = ',';
  char quote = '"';
  std::vector<std::string> missing = {"", "NA", "N/A", "NaN", "nan", "null"};  ///< fields that stand for "no value"
  std::vector<std::string> names = {};  ///< the columns' names, each another, for a file without a header line
};

namespace detail {

inline std::vector<Cell> csv_row(CsvReader& reader) {
  std::vector<Cell> row{reader.field()};
  while (reader.at_separator()) {
    reader.pass_separator();
    row.push_back(reader.field());
  }
  return row;
}

/// The names of the columns; what stands in the header without a name is 'column 3', by its place.
/// Returns whether the last one has a name of its own.
inline bool csv_header(Table& table, CsvReader& reader, const CsvOptions& options) {
  std::unordered_set<std::string> taken;
  const auto add = [&](const std::string& name) {
    table.columns.push_back({name, {}});
    return taken.insert(name).second;
  };
  for (const std::string& name : options.names)
    if (!add(name)) reader.fail(fmt::format("CsvOptions::names has '{}' twice; column names must differ", name));
  if (!options.names.empty()) return true;
  bool named = false;
  if (reader.at_end()) reader.fail("the file is empty; its first line must name the columns");
  for (const Cell& cell : csv_row(reader)) {
    named = !cell.text.empty();
    const std::string name = named ? cell.text : fmt::format("column {}", table.columns.size() + 1);
    if (!add(name))
      reader.fail(cell.line, cell.column,
                  named ? fmt::format("the header names '{}' twice; column names must differ", name)
                        : fmt::format("the header names '{}', and here is a column without a name in that place; name "
                                      "it",
                                      name));
  }
  reader.pass_line_end();
  return named;
}

/// A header or rows that end in a separator make a last column that holds nothing, not even a name: it is left out.
inline void drop_empty_last_column(Table& table, bool named) {
  const auto& cells = table.columns.back().cells;
  if (named || table.columns.size() < 2) return;
  if (std::all_of(cells.begin(), cells.end(), [](const Cell& cell) { return cell.text.empty(); }))
    table.columns.pop_back();
}

inline void check_row_length(const Table& table, const CsvReader& reader, const std::vector<Cell>& row,
                             bool has_header) {
  const std::size_t expected = table.columns.size();
  if (row.size() == expected) return;
  const std::string fact = fmt::format("this row has {} field{}, {} {}", row.size(), row.size() == 1 ? "" : "s",
                                       has_header ? "the header has" : "CsvOptions::names has", expected);
  if (row.size() < expected)
    reader.fail(fact + fmt::format("; the first one missing is '{}'", table.columns[row.size()].name));
  const bool holds_text = std::any_of(row.begin() + static_cast<std::ptrdiff_t>(expected), row.end(),
                                      [](const Cell& cell) { return !cell.text.empty(); });
  reader.fail(row[expected].line, row[expected].column,
              fact + (holds_text ? "; a field that holds the separator must be quoted" : "; it ends in a separator"));
}

inline std::string file_text(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored))
    throw DataError(fmt::format("read_csv: {}: no such file; paths are relative to {}", path.string(),
                                std::filesystem::current_path(ignored).string()));
  if (std::filesystem::is_directory(path, ignored))
    throw DataError(fmt::format("read_csv: {}: this is a directory", path.string()));
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file)
    throw DataError(fmt::format("read_csv: {}: the file cannot be read; are its permissions right?", path.string()));
  return text;
}

}  // namespace detail

/// A table from CSV text; `source` is what messages call it.  See `read_csv`.
inline Table parse_csv(std::string_view text, const std::string& source, const CsvOptions& options = {}) {
  detail::CsvReader reader(text, source, options.separator, options.quote);
  Table table{source, {}};
  reader.pass_blank_lines();
  const bool last_is_named = detail::csv_header(table, reader, options);
  for (reader.pass_blank_lines(); !reader.at_end(); reader.pass_blank_lines()) {
    auto row = detail::csv_row(reader);
    detail::check_row_length(table, reader, row, options.names.empty());
    reader.pass_line_end();
    for (std::size_t j = 0; j < row.size(); ++j) {
      row[j].missing = std::find(options.missing.begin(), options.missing.end(), row[j].text) != options.missing.end();
      table.columns[j].cells.push_back(std::move(row[j]));
    }
  }
  if (table.rows() == 0) reader.fail("there are no rows, only a header");
  detail::drop_empty_last_column(table, last_is_named);
  return table;
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
  return parse_csv(detail::file_text(path), path.string(), options);
}

}  // namespace grove::models
