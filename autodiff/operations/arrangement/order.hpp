// Sorted vectors and what is read off them. The order is that of the values and a constant of every derivative, so a
// derivative is that of the elements where they end up.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <type_traits>
#include <vector>

#include "../../detail/message.hpp"
#include "../../engine/lifting/numbers_of.hpp"
#include "gather.hpp"

namespace grove {
namespace detail {

/// The values of a vector, without derivatives of any level.
template <class X>
auto plain_numbers(const X& x) {
  const auto values = map_numbers(x, [](const auto& s) { return value_without_derivative(s); });
  std::vector<decltype(innermost_value(values.coeff(0)))> numbers;
  numbers.reserve(static_cast<std::size_t>(values.size()));
  for (Index k = 0; k < values.size(); ++k) numbers.push_back(innermost_value(values.coeff(k)));
  return numbers;
}

}  // namespace detail

/// The indices that sort a vector: increasing, equal elements in their order, NaN last.   O(n log n)
template <detail::Dense X>
std::vector<Eigen::Index> argsort(const X& x) {
  static_assert(detail::is_static_vector<X>, "grove: argsort takes a vector, such as m.col(0) or m.reshaped()");
  const auto numbers = detail::plain_numbers(x);
  const auto at = [&](Eigen::Index i) { return numbers[static_cast<std::size_t>(i)]; };
  std::vector<Eigen::Index> order(numbers.size());
  std::iota(order.begin(), order.end(), Eigen::Index(0));
  std::stable_sort(order.begin(), order.end(),
                   [&](Eigen::Index i, Eigen::Index j) { return at(i) < at(j) || (at(j) != at(j) && at(i) == at(i)); });
  return order;
}

/// The elements of a vector in increasing order, NaN last; `gather(y, argsort(x))` sorts y by x.   O(n log n)
template <detail::Dense X>
auto sort(const X& x) {
  return gather(x, argsort(x));
}

/// What top_k returns.
template <class Values>
struct TopK {
  Values values;                      ///< the largest elements, in falling order
  std::vector<Eigen::Index> indices;  ///< where they are
};

/// The k largest elements of a vector, the largest first (NaN before all), and where they stand.
///
/// Throws: ShapeError if the vector has fewer than k elements, or k < 0.
template <detail::Dense X>
auto top_k(const X& x, Eigen::Index k) {
  if (k < 0 || k > x.size())
    throw ShapeError(detail::fill("top_k: {} elements asked for of a vector of {}", {k, Eigen::Index(x.size())}));
  std::vector<Eigen::Index> order = argsort(x);
  std::stable_sort(order.begin(), order.end(), [&, numbers = detail::plain_numbers(x)](Eigen::Index i, Eigen::Index j) {
    const auto a = numbers[static_cast<std::size_t>(i)], b = numbers[static_cast<std::size_t>(j)];
    return a > b || (a != a && b == b);
  });
  order.resize(static_cast<std::size_t>(k));
  auto values = gather(x, order);
  return TopK<decltype(values)>{std::move(values), std::move(order)};
}

/// The value below which a fraction q of a vector lies, interpolated linearly between neighbours as numpy.quantile
/// does; NaN if an element is.   O(n log n)
///
/// Throws: ShapeError for an empty vector, Error for q outside [0, 1].
template <detail::Dense X>
auto quantile(const X& x, double q) {
  detail::check_not_empty("quantile", x.size());
  if (!(q >= 0 && q <= 1)) throw Error(detail::fill("quantile: q must lie in [0, 1], got {}", {q}));
  const std::vector<Eigen::Index> order = argsort(x);
  const double place = q * static_cast<double>(order.size() - 1);
  const auto low = static_cast<std::size_t>(place);
  // A NaN is last.
  const bool undefined = [&] {
    const auto numbers = detail::plain_numbers(x);
    const auto last = numbers[static_cast<std::size_t>(order.back())];
    return last != last;
  }();
  const auto ends = gather(x, std::array{undefined ? order.back() : order[low],
                                         undefined ? order.back() : order[std::min(low + 1, order.size() - 1)]});
  using S = std::remove_cvref_t<decltype(ends(0))>;
  return S(ends(0) + (ends(1) - ends(0)) * (place - std::floor(place)));
}

/// The middle of the sorted elements, or the mean of the two in the middle; NaN if an element is.   O(n log n)
///
/// Throws: ShapeError for an empty vector.
template <detail::Dense X>
auto median(const X& x) {
  detail::check_not_empty("median", x.size());
  return quantile(x, 0.5);
}

}  // namespace grove
