// A table of named columns, as read from a file, and its way into Eigen.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <locale>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "../../autodiff/error.hpp"

namespace grove::models {

/// One field of a table and where it stands in its file; line and column count from 1, a column being a character.
struct Cell {
  std::string text;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  bool missing = false;
};

namespace detail {

inline std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  return first == std::string_view::npos ? std::string_view{}
                                         : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Is a decimal number that no double holds too small for one, not too large?
inline bool is_tiny(std::string_view text) {
  const auto e = std::min(text.find_first_of("eE"), text.size());
  const std::string_view digits = text.substr(0, e);
  const auto point = std::min(digits.find('.'), digits.size());
  const auto first = digits.find_first_of("123456789");
  if (first == std::string_view::npos) return true;
  const bool negative = e + 1 < text.size() && text[e + 1] == '-';
  double exponent = 0;
  for (std::size_t i = e; i < text.size(); ++i)
    if (text[i] >= '0' && text[i] <= '9') exponent = 10 * exponent + (text[i] - '0');
  // Of the first digit that counts: 3 for 1234, -2 for 0.012.
  const double place = first < point ? double(point - first) - 1 : double(point) - double(first);
  return (negative ? -exponent : exponent) + place < 0;
}

/// The finite number that the whole of `text` spells, with a decimal point whatever the locale; nothing otherwise. What
/// is too small for a double is 0.
inline std::optional<double> parse_number(std::string_view text) {
  text = trim(text);
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  double value = 0;
#if defined(__cpp_lib_to_chars)
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size()) return std::nullopt;
  if (failure == std::errc::result_out_of_range && is_tiny(text)) return text.front() == '-' ? -0.0 : 0.0;
  if (failure != std::errc{}) return std::nullopt;
#else
  std::istringstream stream{std::string(text)};
  stream.imbue(std::locale::classic());
  if (!(stream >> value) && !(std::abs(value) < 1 && is_tiny(text))) return std::nullopt;
  stream.clear(stream.rdstate() & ~std::ios::failbit);
  if (!(stream >> std::ws).eof()) return std::nullopt;
#endif
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

}  // namespace detail

/// A named column: one cell a row.
struct Column {
  std::string name;
  std::vector<Cell> cells;

  /// True when every field that is not missing spells a finite number.
  bool is_numeric() const {
    return std::all_of(cells.begin(), cells.end(),
                       [](const Cell& c) { return c.missing || detail::parse_number(c.text); });
  }
};

/// A table of named columns of equal length. Fields stay text until a column is asked for as numbers, so an error can
/// still name the place in the file.
///
///   Table table = read_csv("penguins.csv").drop_missing();
///   Eigen::MatrixXd x = table.matrix({"bill_length_mm", "flipper_length_mm"});
///   Eigen::VectorXd is_male = table.indicator("sex", "male");
struct Table {
  std::string source;  ///< the file's name, for messages
  std::vector<Column> columns;

  Eigen::Index rows() const { return columns.empty() ? 0 : static_cast<Eigen::Index>(columns.front().cells.size()); }

  std::vector<std::string> names() const {
    std::vector<std::string> result;
    for (const Column& c : columns) result.push_back(c.name);
    return result;
  }

  /// The column of that name.  Throws: grove::DataError that lists the columns there are.
  const Column& column(std::string_view name) const {
    const auto found = std::find_if(columns.begin(), columns.end(), [&](const Column& c) { return c.name == name; });
    if (found != columns.end()) return *found;
    throw DataError(fmt::format("table: {}: there is no column '{}'; the columns are {}{}", source, name,
                                fmt::join(names(), ", "), separator_hint()));
  }

  bool is_numeric(std::string_view name) const { return column(name).is_numeric(); }

  /// A column as numbers.  Throws: grove::DataError at the first field that is missing or is not a finite number.
  Eigen::VectorXd numbers(std::string_view name) const {
    const Column& c = column(name);
    Eigen::VectorXd result(rows());
    for (Eigen::Index i = 0; i < rows(); ++i) result[i] = number(c, c.cells[static_cast<std::size_t>(i)]);
    return result;
  }

  /// Several columns as numbers, side by side in the order named.  Throws as `numbers` does.
  Eigen::MatrixXd matrix(const std::vector<std::string>& column_names) const {
    Eigen::MatrixXd result(rows(), static_cast<Eigen::Index>(column_names.size()));
    for (Eigen::Index j = 0; j < result.cols(); ++j) result.col(j) = numbers(column_names[static_cast<std::size_t>(j)]);
    return result;
  }

  /// The distinct values of a column, sorted, missing ones left out.
  std::vector<std::string> categories(std::string_view name) const {
    std::set<std::string> distinct;
    for (const Cell& cell : column(name).cells)
      if (!cell.missing) distinct.insert(cell.text);
    return {distinct.begin(), distinct.end()};
  }

  /// 1 where the column holds `category`, 0 elsewhere.
  /// Throws: grove::DataError if a value is missing, or if no row holds `category` (the message lists what there is).
  Eigen::VectorXd indicator(std::string_view name, std::string_view category) const {
    const Column& c = column(name);
    Eigen::VectorXd result(rows());
    for (Eigen::Index i = 0; i < rows(); ++i)
      result[i] = present(c, c.cells[static_cast<std::size_t>(i)]).text == category;
    if ((result.array() > 0).any()) return result;
    throw DataError(fmt::format("table: {}: column '{}' never holds '{}'; it holds {}", source, name, category,
                                fmt::join(categories(name), ", ")));
  }

  /// The rows that miss nothing in the named columns, or in any column when none is named.
  Table drop_missing(const std::vector<std::string>& column_names = {}) const {
    std::vector<const Column*> asked;
    for (const std::string& name : column_names) asked.push_back(&column(name));
    if (column_names.empty())
      for (const Column& c : columns) asked.push_back(&c);
    std::vector<Eigen::Index> kept;
    for (Eigen::Index i = 0; i < rows(); ++i)
      if (std::none_of(asked.begin(), asked.end(),
                       [i](const Column* c) { return c->cells[static_cast<std::size_t>(i)].missing; }))
        kept.push_back(i);
    return select(kept);
  }

  /// The rows of those indices, in that order.  Throws: grove::DataError if an index is out of range.
  Table select(const std::vector<Eigen::Index>& indices) const {
    for (Eigen::Index i : indices)
      if (i < 0 || i >= rows()) throw DataError(fmt::format("table: row {} of {} asked for", i, rows()));
    Table result{source, {}};
    for (const Column& c : columns) {
      Column& copy = result.columns.emplace_back(Column{c.name, {}});
      for (Eigen::Index i : indices) copy.cells.push_back(c.cells[static_cast<std::size_t>(i)]);
    }
    return result;
  }

  /// Throws: grove::DataError at that cell of the named column if its value is missing.
  void check_present(std::string_view name, const Cell& cell) const { present(column(name), cell); }

 private:
  const Cell& present(const Column& c, const Cell& cell) const {
    if (!cell.missing) return cell;
    throw DataError(fmt::format(
        "table: {}:{}:{}: column '{}' has no value here ({} of {} rows miss it); drop_missing() drops such rows",
        source, cell.line, cell.column, c.name, missing_in(c), rows()));
  }

  double number(const Column& c, const Cell& cell) const {
    if (const auto value = detail::parse_number(present(c, cell).text)) return *value;
    throw DataError(fmt::format("table: {}:{}:{}: '{}' in column '{}' is not a finite number{}", source, cell.line,
                                cell.column, cell.text, c.name, number_hint(c, cell)));
  }

  // A column without any number was hardly meant as one; a lone odd field is a slip.
  static const char* number_hint(const Column& c, const Cell& cell) {
    const auto is_number = [](const Cell& other) { return detail::parse_number(other.text).has_value(); };
    if (cell.text.find(',') != std::string::npos) return "; write a decimal point and no thousands separator";
    if (std::none_of(c.cells.begin(), c.cells.end(), is_number))
      return "; the column holds text, use indicator() or categories()";
    return "; correct it, or name it in CsvOptions::missing";
  }

  static std::ptrdiff_t missing_in(const Column& c) {
    return std::count_if(c.cells.begin(), c.cells.end(), [](const Cell& cell) { return cell.missing; });
  }

  // A table of one column whose name holds a separator was most likely written with that separator.
  std::string separator_hint() const {
    if (columns.size() != 1) return "";
    const auto at = columns.front().name.find_first_of(";\t|,");
    if (at == std::string::npos) return "";
    const std::string written = columns.front().name[at] == '\t' ? "\\t" : columns.front().name.substr(at, 1);
    return fmt::format("; is the separator '{0}'? then pass {{.separator = '{0}'}}", written);
  }
};

}  // namespace grove::models
