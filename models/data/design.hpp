// From a table to the matrix of a regression: numbers as they are, categories as indicators.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "../../autodiff/error.hpp"
#include "table.hpp"

namespace grove::models {

/// A regression's inputs and what its columns are called.
struct Design {
  Eigen::MatrixXd x;               ///< n×k
  std::vector<std::string> names;  ///< k names, such as `flipper_length_mm` or `sex=male`
};

/// How `fit_design` takes the columns of a table.
struct DesignOptions {
  std::vector<std::string> categorical = {};  ///< columns that are categories though numbers stand in them
  bool other = false;  ///< give each category column one more indicator, for levels that the fitted rows do not have
};

/// One column of a table in a design. Without levels it holds numbers.
struct DesignFeature {
  std::string name;                 ///< of the column of the table
  std::vector<std::string> levels;  ///< sorted; the first is the one that the bias stands for
};

/// The coding of a table's columns, fitted to some rows: the same categories give the same columns for any other rows.
/// A tree of text, so optim::save and optim::load keep it beside the params that belong to it.
struct DesignCoding {
  std::vector<DesignFeature> features;  ///< in the order of the columns of x
  bool other = false;  ///< a level that the fitted rows do not have counts as `<column>=other`, else it is an error

  /// The design of a table's rows.  Throws: grove::DataError with file, line and column where a value is missing, is no
  /// number in a column of numbers, or is a level that the fitted rows do not have.
  Design operator()(const Table& table) const;
};

namespace detail {

/// Are these categories? Text is, numbers are not; what holds both is an error at the first cell of the rarer kind, for
/// one slip in a column of numbers must not make a column of each of them.
inline bool holds_categories(const Table& table, const Column& column) {
  std::optional<Cell> number, text;
  std::ptrdiff_t numbers = 0, texts = 0;
  for (std::size_t i = 0; i < column.size(); ++i) {
    const Cell cell = column.cell(i);
    if (cell.missing()) continue;
    const bool is_number = cell.number().has_value();
    std::optional<Cell>& first = is_number ? number : text;
    if (!first) first = cell;
    ++(is_number ? numbers : texts);
  }
  if (!number || !text) return !number && text;
  const bool mostly_numbers = numbers >= texts;
  const Cell odd = mostly_numbers ? *text : *number;
  const Place at = odd.place();
  throw DataError(
      fmt::format("design_matrix: {}:{}:{}: '{}' is {} finite number, but {} of the {} values in column '{}' "
                  "are{}; correct it, name it in CsvOptions::missing, or name the column in "
                  "DesignOptions::categorical",
                  table.source, at.line, at.column, odd.text(), mostly_numbers ? "no" : "a",
                  mostly_numbers ? numbers : texts, numbers + texts, column.name, mostly_numbers ? "" : " not"));
}

inline DesignFeature fit_design_feature(const Table& table, const std::string& name, const DesignOptions& options) {
  const auto& forced = options.categorical;
  if (std::find(forced.begin(), forced.end(), name) == forced.end() && !holds_categories(table, table.column(name)))
    return {name, {}};
  DesignFeature feature{name, table.categories(name)};
  if (feature.levels.empty())
    throw DataError(fmt::format("design_matrix: {}: column '{}' has no values; leave it out", table.source, name));
  if (feature.levels.size() < 2 && !options.other)
    throw DataError(fmt::format("design_matrix: {}: column '{}' holds only '{}'; leave it out", table.source, name,
                                feature.levels.front()));
  return feature;
}

/// The place of a cell's level among the fitted ones; their number if it is none of them.
inline std::size_t level_of_cell(const Table& table, const DesignFeature& feature, const Cell& cell, bool other) {
  table.check_present(feature.name, cell);
  const std::string text = cell.text();
  const auto found = std::lower_bound(feature.levels.begin(), feature.levels.end(), text);
  if (found != feature.levels.end() && *found == text) return static_cast<std::size_t>(found - feature.levels.begin());
  if (other) return feature.levels.size();
  const Place at = cell.place();
  throw DataError(
      fmt::format("design_matrix: {}:{}:{}: column '{}' holds '{}', which the fitted rows do not have; they "
                  "have {}; DesignOptions::other gives such levels a column",
                  table.source, at.line, at.column, feature.name, text, tree::detail::joined(feature.levels, ", ")));
}

inline Eigen::Index columns_of(const DesignFeature& feature, bool other) {
  return feature.levels.empty() ? 1 : static_cast<Eigen::Index>(feature.levels.size()) - 1 + (other ? 1 : 0);
}

}  // namespace detail

inline Design DesignCoding::operator()(const Table& table) const {
  Eigen::Index width = 0;
  for (const DesignFeature& feature : features) width += detail::columns_of(feature, other);
  Design design{Eigen::MatrixXd::Zero(table.rows(), width), {}};
  for (const DesignFeature& feature : features) {
    const auto first = static_cast<Eigen::Index>(design.names.size());
    if (feature.levels.empty()) {
      design.x.col(first) = table.numbers(feature.name);
      design.names.push_back(feature.name);
      continue;
    }
    const Column& column = table.column(feature.name);
    for (std::size_t i = 0; i < column.size(); ++i) {
      const std::size_t level = detail::level_of_cell(table, feature, column.cell(i), other);
      if (level > 0) design.x(static_cast<Eigen::Index>(i), first + static_cast<Eigen::Index>(level) - 1) = 1;
    }
    for (std::size_t k = 1; k < feature.levels.size(); ++k)
      design.names.push_back(feature.name + "=" + feature.levels[k]);
    if (other) design.names.push_back(feature.name + "=other");
  }
  return design;
}

/// The coding of the columns of `table` named in `features`: a column of numbers stays as it is, one of categories
/// becomes an indicator for each category but the first (in sorted order), which the bias stands for. Fit it to the
/// rows that a model is trained on, and apply it to those and to any others:
///
///   const DesignCoding coding = fit_design(train, {"bill_length_mm", "species"});
///   const Design inputs = coding(train), held_back = coding(test);
///
/// Throws: grove::DataError if a column does not exist, has no value or only one category, or holds numbers and text
/// (at the first cell of the rarer kind), or if no feature is named.
inline DesignCoding fit_design(const Table& table, const std::vector<std::string>& features,
                               const DesignOptions& options = {}) {
  if (features.empty()) throw DataError("design_matrix: no features are named");
  if (table.rows() == 0)
    throw DataError(fmt::format("design_matrix: {}: there are no rows; does each of them miss a value?", table.source));
  for (const std::string& name : options.categorical)
    if (std::find(features.begin(), features.end(), name) == features.end())
      throw DataError(
          fmt::format("design_matrix: DesignOptions::categorical names '{}', which is no feature; they are {}", name,
                      tree::detail::joined(features, ", ")));
  DesignCoding coding{{}, options.other};
  for (const std::string& name : features) coding.features.push_back(detail::fit_design_feature(table, name, options));
  return coding;
}

/// The columns of `table` named in `features`, side by side, coded by their own rows: fit_design(table, …)(table).
/// Throws as `fit_design` does, and where a value is missing.
inline Design design_matrix(const Table& table, const std::vector<std::string>& features,
                            const DesignOptions& options = {}) {
  return fit_design(table, features, options)(table);
}

}  // namespace grove::models
