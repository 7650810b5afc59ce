// From a table to the matrix of a regression: numbers as they are, categories as indicators.
#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <models/data/table.hpp>

namespace grove::models {

/// A regression's inputs and what its columns are called.
struct Design {
  Eigen::MatrixXd x;               ///< n×k
  std::vector<std::string> names;  ///< k names, such as `flipper_length_mm` or `sex=male`
};

namespace detail {

inline void add_design_column(Design& design, const std::string& name, const Eigen::VectorXd& values) {
  design.x.conservativeResize(values.size(), design.x.cols() + 1);
  design.x.rightCols(1) = values;
  design.names.push_back(name);
}

}  // namespace detail

/// The columns of `table` named in `features`, side by side. A column that is not numeric becomes one indicator for
/// each category but the first (in sorted order), which the bias stands for.
///
/// Throws: grove::DataError if a column does not exist, misses a value, or has only one category, or if no feature is
/// named.
inline Design design_matrix(const Table& table, const std::vector<std::string>& features) {
  if (features.empty()) throw DataError("design_matrix: no features are named");
  if (table.rows() == 0)
    throw DataError(fmt::format("design_matrix: {}: there are no rows; does each of them miss a value?", table.source));
  Design design;
  for (const std::string& feature : features) {
    if (table.is_numeric(feature)) {
      detail::add_design_column(design, feature, table.numbers(feature));
      continue;
    }
    const auto categories = table.categories(feature);
    if (categories.size() < 2)
      throw DataError(fmt::format("design_matrix: {}: column '{}' holds only '{}'; leave it out", table.source, feature,
                                  categories.at(0)));
    for (std::size_t i = 1; i < categories.size(); ++i)
      detail::add_design_column(design, feature + "=" + categories[i], table.indicator(feature, categories[i]));
  }
  return design;
}

}  // namespace grove::models
