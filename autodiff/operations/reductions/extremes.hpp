// Questions about the values of an active array: where its extremes are, whether it is finite.
#pragma once

#include <cmath>

#include "../../engine/array/active.hpp"

namespace grove::detail {

/// The position of the first element that comes before all others.
template <class M, class Before>
void find_first(const char* name, const M& values, const Before& before, Index& row, Index& col) {
  check_not_empty(name, values.size());
  row = col = 0;
  for (Index j = 0; j < values.cols(); ++j) {
    for (Index i = 0; i < values.rows(); ++i) {
      if (before(values.coeff(i, j), values.coeff(row, col))) row = i, col = j;
    }
  }
}

/// The element found, with its position in one index (of a vector) or two. It alone gets the gradient, also at a tie.
template <class X, class Before, class... I>
auto extreme_of(const char* name, const X& x, const Before& before, I*... index) {
  static_assert(sizeof...(I) == 2 || X::RowsAtCompileTime == 1 || X::ColsAtCompileTime == 1,
                "grove: the place of an element of a matrix is given by two indices, as in Eigen");
  Index row = 0, col = 0;
  find_first(name, x.map(), before, row, col);
  if constexpr (sizeof...(I) == 2) {
    const Index places[] = {row, col};
    const Index* place = places;
    ((*index = static_cast<I>(*place++)), ...);
  } else {
    ((*index = static_cast<I>(row + col)), ...);
  }
  return x.element(row, col);
}

template <class Derived>
template <class... I>
auto DenseOps<Derived>::maxCoeff(I*... index) const {
  return extreme_of(
      "max", evaluated(self()), [](const auto& a, const auto& b) { return a > b || (a != a && b == b); }, index...);
}
template <class Derived>
template <class... I>
auto DenseOps<Derived>::minCoeff(I*... index) const {
  return extreme_of(
      "min", evaluated(self()), [](const auto& a, const auto& b) { return a < b || (a != a && b == b); }, index...);
}

template <class X, class Holds>
bool all_elements(const X& x, const Holds& holds) {
  const auto values = x.map();
  for (Index j = 0; j < values.cols(); ++j) {
    for (Index i = 0; i < values.rows(); ++i) {
      if (!holds(values.coeff(i, j))) return false;
    }
  }
  return true;
}

template <class Derived>
bool DenseOps<Derived>::allFinite() const {
  using std::isfinite;
  return all_elements(evaluated(self()), [](const auto& e) { return isfinite(e); });
}
template <class Derived>
bool DenseOps<Derived>::hasNaN() const {
  return !all_elements(evaluated(self()), [](const auto& e) { return e == e; });
}

}  // namespace grove::detail
