// Linear interpolation in a table.
#pragma once

#include <algorithm>
#include <vector>

#include "../../detail/message.hpp"
#include "../elementwise/elementwise.hpp"
#include "../elementwise/where.hpp"
#include "order.hpp"

namespace grove {
namespace detail {

/// Where the table is entered for x: between its elements i and i + 1; `inside` is false beyond the ends.
struct TablePlace {
  Index i = 0;
  bool inside = false;
};

template <class S>
TablePlace place_in(const std::vector<S>& at, S x) {
  const auto above = std::upper_bound(at.begin(), at.end(), x) - at.begin();
  const auto last = static_cast<Index>(at.size()) - 1;
  return {std::clamp<Index>(above - 1, 0, std::max<Index>(last - 1, 0)),
          !(x < at.front() || x > at.back()) && last > 0};
}

template <class S>
void check_table(const std::vector<S>& at, Index values) {
  check_not_empty("interpolate", static_cast<Index>(at.size()));
  if (static_cast<Index>(at.size()) != values)
    throw ShapeError(fill("interpolate: {} places and {} values; there must be as many", {at.size(), values}));
  for (std::size_t k = 0; k < at.size(); ++k) {
    if (!(at[k] == at[k]) || (k > 0 && !(at[k] > at[k - 1])))
      throw Error(fill("interpolate: the places must increase, but element {} is {}{}",
                       {k, double(at[k]), k > 0 ? fill(" after {}", {double(at[k - 1])}) : std::string()}));
  }
}

/// Along the line through (x₀, y₀) and (x₁, y₁); beyond the ends of the table its end.
template <class T>
auto on_line(const T& x, const auto& x0, const auto& x1, const auto& y0, const auto& y1) {
  return y0 + (y1 - y0) * ((x - x0) / (x1 - x0));
}

}  // namespace detail

/// The values of a piecewise linear function at x, a number or a vector: `at` are the places where it is known,
/// increasing, and `values` its values there. Beyond the ends it is constant, as numpy.interp. Each of the three may be
/// active; at a place of the table the slope in x is that of the line to the right.   O((m + n) log n)
///
///   auto viscosity = grove::interpolate(temperature, table_t, table_mu);
///
/// Throws: ShapeError for an empty table, or if `at` and `values` differ in length; Error if `at` does not increase.
template <class X, detail::Dense At, detail::Dense Values>
auto interpolate(const X& x, const At& at, const Values& values) {
  static_assert(detail::is_static_vector<At> && detail::is_static_vector<Values>,
                "grove: interpolate takes vectors of places and of values");
  const auto places = detail::plain_numbers(at);
  detail::check_table(places, values.size());
  const Eigen::Index last = values.size() - 1;
  if constexpr (detail::Dense<X>) {
    static_assert(detail::is_static_vector<X>, "grove: interpolate takes a number or a vector to be looked up");
    const auto xs = detail::plain_numbers(x);
    std::vector<Eigen::Index> low, high, end;
    Eigen::Array<bool, Eigen::Dynamic, 1> inside(static_cast<Eigen::Index>(xs.size()));
    for (std::size_t k = 0; k < xs.size(); ++k) {
      const detail::TablePlace place = detail::place_in(places, xs[k]);
      low.push_back(place.i);
      high.push_back(std::min(place.i + 1, last));
      end.push_back(xs[k] < places.front() ? 0 : last);
      inside(static_cast<Eigen::Index>(k)) = place.inside || xs[k] != xs[k];
    }
    const auto column = [](const auto& v) { return v.reshaped().array(); };
    const auto pick = [&](const auto& v, const auto& list) { return column(gather(v, list)).eval(); };
    const auto x0 = pick(at, low), x1 = pick(at, high);
    const auto y0 = pick(values, low), y1 = pick(values, high), beyond = pick(values, end);
    return where(inside, detail::on_line(column(x), x0, x1, y0, y1), beyond);
  } else {
    const auto number = detail::innermost_value(x);
    const detail::TablePlace place = detail::place_in(places, static_cast<decltype(places[0] + 0)>(number));
    const auto entry = [](const auto& v, Eigen::Index i) { return gather(v, std::array{i})(0); };
    using R = std::remove_cvref_t<decltype(detail::on_line(x, entry(at, 0), entry(at, 0), entry(values, 0),
                                                           entry(values, 0)))>;
    if (!place.inside && number == number) return R(entry(values, number < places.front() ? 0 : last));
    return R(detail::on_line(x, entry(at, place.i), entry(at, std::min(place.i + 1, last)), entry(values, place.i),
                             entry(values, std::min(place.i + 1, last))));
  }
}

}  // namespace grove
