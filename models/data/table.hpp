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
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "../../autodiff/error.hpp"
#include "../../autodiff/tree/detail/text.hpp"  // joined
#include "detail/csv_text.hpp"

namespace grove::models {

namespace detail {

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

/// One field of a table. It refers to the text that the table keeps, and must not outlive it.
class Cell {
 public:
  /// The field that begins there.
  Cell(const detail::CsvText& file, std::size_t begin, bool missing) : file_(&file), begin_(begin), missing_(missing) {}

  /// What the field says, without the quotes around it.
  std::string text() const { return file_->field(begin_); }
  /// It is one of CsvOptions::missing.
  bool missing() const { return missing_; }
  /// The number that the whole field spells, if it does.
  std::optional<double> number() const { return detail::parse_number(file_->inside(begin_)); }
  /// Where it stands in its file; reads the file up to there.
  Place place() const { return file_->place(begin_); }

  /// Whether the field says this.
  friend bool operator==(const Cell& cell, std::string_view text) {
    const std::string_view inside = cell.file_->inside(cell.begin_);
    const bool as_written = !cell.file_->is_quoted(cell.begin_) || inside.find(cell.file_->quote()) == inside.npos;
    return as_written ? inside == text : cell.text() == text;
  }

 private:
  const detail::CsvText* file_;
  std::size_t begin_;
  bool missing_;
};

/// A named column: one cell a row.
class Column {
 public:
  /// A column without rows.
  Column(std::string column_name, std::shared_ptr<const detail::CsvText> file)
      : name(std::move(column_name)), file_(std::move(file)) {}

  std::string name;  ///< as in the header

  /// Rows.
  std::size_t size() const { return fields_.size(); }
  /// The field of a row, which must be there.
  Cell cell(std::size_t row) const { return {*file_, fields_[row].begin, fields_[row].missing != 0}; }

  /// True when every field that is not missing spells a finite number.
  bool is_numeric() const {
    for (std::size_t i = 0; i < size(); ++i)
      if (!cell(i).missing() && !cell(i).number()) return false;
    return true;
  }

  /// Makes room for that many rows.
  void reserve(std::size_t rows) { fields_.reserve(rows); }
  /// Adds the field that begins there in the text.
  void add(std::size_t begin, bool missing) {
    fields_.push_back({begin & (~std::uint64_t{0} >> 1), static_cast<std::uint64_t>(missing)});
  }
  /// The rows of those indices, which must be there.
  Column select(const std::vector<Eigen::Index>& rows) const {
    Column result(name, file_);
    result.reserve(rows.size());
    for (const Eigen::Index i : rows) result.fields_.push_back(fields_[static_cast<std::size_t>(i)]);
    return result;
  }

 private:
  struct Field {
    std::uint64_t begin : 63;
    std::uint64_t missing : 1;
  };

  std::shared_ptr<const detail::CsvText> file_;
  std::vector<Field> fields_;
};

/// A table of named columns of equal length. Fields stay text until a column is asked for as numbers, so an error can
/// still name the place in the file.
///
///   Table table = read_csv("penguins.csv").drop_missing();
///   Eigen::MatrixXd x = table.matrix({"bill_length_mm", "flipper_length_mm"});
///   Eigen::VectorXd is_male = table.indicator("sex", "male");
struct Table {
  std::string source;           ///< the file's name, for messages
  std::vector<Column> columns;  ///< in the order of the file

  /// Rows, the header not counted.
  Eigen::Index rows() const { return columns.empty() ? 0 : static_cast<Eigen::Index>(columns.front().size()); }

  /// The names of the columns, in order.
  std::vector<std::string> names() const {
    std::vector<std::string> result;
    for (const Column& c : columns) result.push_back(c.name);
    return result;
  }

  /// The column of that name.  Throws: grove::DataError that lists the columns there are.
  const Column& column(std::string_view name) const {
    const auto found = std::find_if(columns.begin(), columns.end(), [&](const Column& c) { return c.name == name; });
    if (found == columns.end()) throw_no_column(name);
    return *found;
  }

  /// Whether every field of the column that is not missing spells a finite number. Throws as `column`.
  bool is_numeric(std::string_view name) const { return column(name).is_numeric(); }

  /// A column as numbers.  Throws: grove::DataError at the first field that is missing or is not a finite number.
  Eigen::VectorXd numbers(std::string_view name) const {
    Eigen::VectorXd result(rows());
    put_numbers(column(name), 0, result);
    return result;
  }

  /// Several columns as numbers, side by side in the order named.  Throws as `numbers` does.
  Eigen::MatrixXd matrix(const std::vector<std::string>& column_names) const {
    std::unordered_map<std::string_view, const Column*> by_name;  // names may be as many as columns
    for (const Column& c : columns) by_name.try_emplace(c.name, &c);
    std::vector<const Column*> asked;
    for (const std::string& name : column_names) {
      const auto found = by_name.find(name);
      if (found == by_name.end()) throw_no_column(name);
      asked.push_back(found->second);
    }
    Eigen::MatrixXd result(rows(), static_cast<Eigen::Index>(asked.size()));
    // Some rows at a time, whose text then is in cache for all columns.
    for (Eigen::Index first = 0; first < rows(); first += rows_at_a_time) {
      const Eigen::Index count = std::min(rows_at_a_time, rows() - first);
      for (std::size_t j = 0; j < asked.size(); ++j)
        put_numbers(*asked[j], first, result.col(static_cast<Eigen::Index>(j)).segment(first, count));
    }
    return result;
  }

  /// The distinct values of a column, sorted, missing ones left out.
  std::vector<std::string> categories(std::string_view name) const {
    std::set<std::string> distinct;
    const Column& c = column(name);
    for (std::size_t i = 0; i < c.size(); ++i)
      if (!c.cell(i).missing()) distinct.insert(c.cell(i).text());
    return {distinct.begin(), distinct.end()};
  }

  /// 1 where the column holds `category`, 0 elsewhere.
  /// Throws: grove::DataError if a value is missing, or if no row holds `category` (the message lists what there is).
  Eigen::VectorXd indicator(std::string_view name, std::string_view category) const {
    const Column& c = column(name);
    Eigen::VectorXd result(rows());
    for (Eigen::Index i = 0; i < rows(); ++i) result[i] = present(c, c.cell(static_cast<std::size_t>(i))) == category;
    if ((result.array() > 0).any()) return result;
    throw DataError(fmt::format("table: {}: column '{}' never holds '{}'; it holds {}", source, name, category,
                                tree::detail::joined(categories(name), ", ")));
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
                       [i](const Column* c) { return c->cell(static_cast<std::size_t>(i)).missing(); }))
        kept.push_back(i);
    return select(kept);
  }

  /// The rows of those indices, in that order.  Throws: grove::DataError if an index is out of range.
  Table select(const std::vector<Eigen::Index>& indices) const {
    for (Eigen::Index i : indices)
      if (i < 0 || i >= rows()) throw DataError(fmt::format("table: row {} of {} asked for", i, rows()));
    Table result{source, {}};
    for (const Column& c : columns) result.columns.push_back(c.select(indices));
    return result;
  }

  /// Throws: grove::DataError at that cell of the named column if its value is missing.
  void check_present(std::string_view name, const Cell& cell) const { present(column(name), cell); }

 private:
  [[noreturn]] void throw_no_column(std::string_view name) const {
    throw DataError(fmt::format("table: {}: there is no column '{}'; the columns are {}{}", source, name,
                                tree::detail::joined(names(), ", "), separator_hint()));
  }

  Cell present(const Column& c, const Cell& cell) const {
    if (!cell.missing()) return cell;
    const Place at = cell.place();
    throw DataError(fmt::format(
        "table: {}:{}:{}: column '{}' has no value here ({} of {} rows miss it); drop_missing() drops such rows",
        source, at.line, at.column, c.name, missing_in(c), rows()));
  }

  static constexpr Eigen::Index rows_at_a_time = 256;

  void put_numbers(const Column& c, Eigen::Index first, Eigen::Ref<Eigen::VectorXd> to) const {
    for (Eigen::Index i = 0; i < to.size(); ++i) to[i] = number(c, c.cell(static_cast<std::size_t>(first + i)));
  }
  double number(const Column& c, const Cell& cell) const {
    if (const auto value = present(c, cell).number()) return *value;
    const Place at = cell.place();
    throw DataError(fmt::format("table: {}:{}:{}: '{}' in column '{}' is not a finite number{}", source, at.line,
                                at.column, cell.text(), c.name, number_hint(c, cell)));
  }

  // A column without any number was hardly meant as one; a lone odd field is a slip.
  static const char* number_hint(const Column& c, const Cell& cell) {
    if (cell.text().find(',') != std::string::npos) return "; write a decimal point and no thousands separator";
    bool has_number = false;
    for (std::size_t i = 0; i < c.size() && !has_number; ++i) has_number = c.cell(i).number().has_value();
    if (!has_number) return "; the column holds text, use indicator() or categories()";
    return "; correct it, or name it in CsvOptions::missing";
  }

  static std::ptrdiff_t missing_in(const Column& c) {
    std::ptrdiff_t count = 0;
    for (std::size_t i = 0; i < c.size(); ++i) count += c.cell(i).missing() ? 1 : 0;
    return count;
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
