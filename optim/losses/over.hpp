// Along which axis a loss runs, and which entries count: optax's `axis` and `where`.
#pragma once

#include <Eigen/Core>
#include <limits>
#include <type_traits>
#include <utility>

#include "detail/elements.hpp"

namespace grove::optim::losses {

/// What one example is: a row, a column, or all entries.
enum class Axis { rows, columns, all };

/// Which entries of a matrix count.
using EntryMask = Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic>;

/// All entries count.
struct NoMask {};

/// What a loss runs over; see `each_row`.
template <Axis A, class Mask = NoMask>
struct Over {
  Mask mask{};  ///< the elements that count

  /// The same for the entries where `mask` is true. The others neither count nor get a gradient, whatever they are.
  Over<A, EntryMask> where(EntryMask entries) const { return {std::move(entries)}; }
};

/// A value for each row of a matrix (optax's axis -1), which is what losses do unless told otherwise; and one for each
/// column (axis 0), and one for all entries (axis None). A vector is one example whatever is said.
///
///   softmax_cross_entropy(logits, labels, each_column)
///   kl_divergence(log_predictions, targets, each_row.where(valid))
inline constexpr Over<Axis::rows> each_row{};
/// A loss for each column.
inline constexpr Over<Axis::columns> each_column{};
/// One loss of all entries.
inline constexpr Over<Axis::all> all_entries{};

namespace detail {

/// What a loss sums over, as the reductions want it: all of x, its rows or its columns.
template <class X, Axis A, class M>
decltype(auto) along(const X& x, const Over<A, M>&) {
  if constexpr (A == Axis::all || is_vector<X>()) {
    return (x);
  } else if constexpr (A == Axis::rows) {
    return x.rowwise();
  } else {
    return x.colwise();
  }
}

/// x with `other` in the entries that do not count. Where all count it is x itself: by value if x is a temporary.
template <class X, Axis A>
X counted(std::string_view, X&& x, const Over<A>&, double) {
  return std::forward<X>(x);
}
template <class X, Axis A>
auto counted(std::string_view function, const X& x, const Over<A, EntryMask>& over, double other) {
  if (over.mask.rows() != x.rows() || over.mask.cols() != x.cols()) {
    throw ShapeError(fill("{}: the mask is {}×{} and the entries are {}×{}",
                          {function, over.mask.rows(), over.mask.cols(), x.rows(), x.cols()}));
  }
  using T = std::remove_cvref_t<X>;
  const Eigen::Array<bool, T::RowsAtCompileTime, T::ColsAtCompileTime> mask = over.mask;
  return evaluated(grove::where(mask, x, other));
}

/// Stands for -inf in entries that do not count: its exponential is 0, but where nothing counts it leaves no NaN.
inline constexpr double nowhere = std::numeric_limits<double>::lowest() / 4;

/// The logarithm of 0.
inline constexpr double impossible = -std::numeric_limits<double>::infinity();

/// How many entries of each example count, in an array of the shape of the mask.
template <Axis A>
Eigen::ArrayXXd counts(const Over<A, EntryMask>& over) {
  const dependent_t<Over<A, EntryMask>> ones = over.mask.template cast<double>();
  if constexpr (A == Axis::rows) return ones.rowwise().sum().replicate(1, ones.cols());
  if constexpr (A == Axis::columns) return ones.colwise().sum().replicate(ones.rows(), 1);
  if constexpr (A == Axis::all) return Eigen::ArrayXXd::Constant(ones.rows(), ones.cols(), ones.sum());
}

}  // namespace detail
}  // namespace grove::optim::losses
