// Checked data of a regression.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <string>
#include <vector>

#include "../../../autodiff/detail/message.hpp"
#include "../../../autodiff/error.hpp"
#include "../regression_options.hpp"

namespace grove::models::detail {

using grove::detail::fill;

/// All fits are computed in double precision. A name that depends on X keeps them from being compiled where nobody
/// fits.
template <class X>
struct double_for_ {
  using type = double;
};
template <class X>
using double_for = typename double_for_<X>::type;

/// Throws: ShapeError unless a row of y belongs to each of x, DataError if there is none, or no column, or a value is
/// not finite.
template <class Y>
void check_xy(const char* who, const Eigen::MatrixXd& x, const Y& y) {
  if (x.rows() != y.rows())
    throw ShapeError(
        fill("{}: x is {} and y is {}: they must have as many rows",
             {who, grove::detail::shape_text(x.rows(), x.cols()), grove::detail::shape_text(y.rows(), y.cols())}));
  if (x.size() == 0) throw DataError(fill("{}: x has no {}", {who, x.rows() == 0 ? "rows" : "columns"}));
  if (!x.allFinite() || !y.allFinite()) throw DataError(fill("{}: the data holds values that are not finite", {who}));
}

/// `given`, or `otherwise` for each of `rows` rows if nothing is given.
/// Throws: ShapeError unless there is a number for each row, DataError if one is not finite.
inline Eigen::VectorXd for_each_row(const char* who, const char* what, const Eigen::VectorXd& given, Eigen::Index rows,
                                    double otherwise) {
  if (given.size() == 0) return Eigen::VectorXd::Constant(rows, otherwise);
  if (given.size() != rows) throw ShapeError(fill("{}: x has {} rows, {} has {}", {who, rows, what, given.size()}));
  if (!given.allFinite()) throw DataError(fill("{}: {} holds values that are not finite", {who, what}));
  return given;
}

/// The weights of the rows. Throws as `for_each_row`; DataError if one is negative or all are zero.
inline Eigen::VectorXd weights_of_rows(const char* who, const Eigen::VectorXd& given, Eigen::Index rows) {
  Eigen::VectorXd weights = for_each_row(who, "weights", given, rows, 1);
  if (weights.minCoeff() < 0) throw DataError(fill("{}: a weight is {}, below 0", {who, weights.minCoeff()}));
  if (weights.maxCoeff() == 0) throw DataError(fill("{}: all weights are 0", {who}));
  return weights;
}

/// The names of the params of a model {weight, bias}, or {weight, bias, …}: those of the columns, then `others`.
/// Throws: ShapeError unless there is a name for each column.
inline std::vector<std::string> param_names(const char* who, const std::vector<std::string>& given,
                                            Eigen::Index columns, const std::vector<std::string>& others) {
  if (!given.empty() && static_cast<Eigen::Index>(given.size()) != columns)
    throw ShapeError(fill("{}: x has {} columns and {} names", {who, columns, given.size()}));
  std::vector<std::string> names = given;
  for (Eigen::Index j = 0; given.empty() && j < columns; ++j) names.push_back(fill("weight({})", {j}));
  names.insert(names.end(), others.begin(), others.end());
  return names;
}

/// Models {weight: k×m, bias: m} as vectors in the order of tree::flatten: the weights column by column, then the
/// biases.
struct OutputPlaces {
  Eigen::Index k, m;
  Eigen::Index size() const { return (k + 1) * m; }
  /// The place of coefficient i (k is the bias) of output j.
  Eigen::Index operator()(Eigen::Index i, Eigen::Index j) const { return i < k ? i + j * k : k * m + j; }
};

/// The names of such params: `name -> output` where the columns have names.  Throws as `param_names` does.
inline std::vector<std::string> output_names(const char* who, const std::vector<std::string>& given,
                                             const OutputPlaces& places) {
  param_names(who, given, places.k, {});
  std::vector<std::string> names(static_cast<std::size_t>(places.size()));
  for (Eigen::Index j = 0; j < places.m; ++j) {
    for (Eigen::Index i = 0; i < places.k; ++i)
      names[static_cast<std::size_t>(places(i, j))] =
          given.empty() ? fill("weight({}, {})", {i, j}) : fill("{} -> {}", {given[static_cast<std::size_t>(i)], j});
    names[static_cast<std::size_t>(places(places.k, j))] = fill("bias({})", {j});
  }
  return names;
}

}  // namespace grove::models::detail
