// Class labels: from a column of a table to numbers, and splits that keep the share of each class.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "../../autodiff/detail/message.hpp"
#include "../../autodiff/error.hpp"
#include "split.hpp"
#include "table.hpp"

namespace grove::models {

/// The class of each row, and what the classes are called.
struct Labels {
  std::vector<int> values;           ///< from 0 on
  std::vector<std::string> classes;  ///< the name of each
};

/// The labels in a column of a table. `classes` are those of the rows that a model was fitted to, so that the same
/// numbers mean the same in all tables; without them the column's own, sorted.
///
///   const Labels species = class_labels(train, "species");
///   const Labels held_back = class_labels(test, "species", species.classes);
///
/// Throws: grove::DataError with file, line and column where a value is missing or none of the classes.
inline Labels class_labels(const Table& table, std::string_view name, std::vector<std::string> classes = {}) {
  const Column& column = table.column(name);
  if (classes.empty()) classes = table.categories(name);
  Labels labels{{}, std::move(classes)};
  labels.values.reserve(column.size());
  std::unordered_map<std::string_view, int> number_of;
  for (std::size_t k = 0; k < labels.classes.size(); ++k) number_of.try_emplace(labels.classes[k], static_cast<int>(k));
  for (std::size_t i = 0; i < column.size(); ++i) {
    const Cell cell = column.cell(i);
    table.check_present(name, cell);
    const auto found = number_of.find(cell.text());
    if (found == number_of.end()) {
      const Place at = cell.place();
      std::string known;
      for (const std::string& c : labels.classes) {
        if (!known.empty()) known += ", ";
        known += c;
      }
      throw DataError(grove::detail::fill("class_labels: {}:{}:{}: column '{}' holds '{}', which is none of {}",
                                          {table.source, at.line, at.column, name, cell.text(), known}));
    }
    labels.values.push_back(found->second);
  }
  return labels;
}

/// Divides rows at random into train and test, as `split` does, but so that each class has its share of the test rows,
/// up to one. Classes of two rows and more are in both parts where the fraction leaves room.
///
///   auto [train, test] = stratified_split(species.values, {.test_fraction = 0.25, .seed = 1});
///
/// Throws: as `split`; grove::DataError if a label is negative.
inline Split stratified_split(const std::vector<int>& labels, const SplitOptions& options = {}) {
  const auto n = static_cast<Eigen::Index>(labels.size());
  const Split without = split(n, options);  // checks, and says how many rows are held back
  std::vector<Eigen::Index> rows_of;
  for (const int label : labels) {
    if (label < 0) throw DataError(grove::detail::fill("stratified_split: a label is {}, below 0", {label}));
    if (rows_of.size() <= static_cast<std::size_t>(label)) rows_of.resize(static_cast<std::size_t>(label) + 1, 0);
    ++rows_of[static_cast<std::size_t>(label)];
  }
  // The share of each class rounded down; the rows that are left go to the classes with the largest remainders.
  const double fraction = static_cast<double>(without.test.size()) / static_cast<double>(n);
  std::vector<Eigen::Index> wanted(rows_of.size());
  std::vector<double> remainder(rows_of.size());
  auto left = static_cast<Eigen::Index>(without.test.size());
  for (std::size_t c = 0; c < rows_of.size(); ++c) {
    const double share = fraction * static_cast<double>(rows_of[c]);
    wanted[c] = static_cast<Eigen::Index>(std::floor(share + 1e-9));
    remainder[c] = share - static_cast<double>(wanted[c]);
    left -= wanted[c];
  }
  std::vector<std::size_t> order(rows_of.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return remainder[a] > remainder[b]; });
  for (std::size_t k = 0; left > 0 && k < order.size(); ++k, --left) ++wanted[order[k]];

  Split result;
  for (const Eigen::Index row : permutation(n, options.seed)) {
    Eigen::Index& open = wanted[static_cast<std::size_t>(labels[static_cast<std::size_t>(row)])];
    (open > 0 ? result.test : result.train).push_back(row);
    if (open > 0) --open;
  }
  return result;
}

}  // namespace grove::models
