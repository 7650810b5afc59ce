// The entries, rows and columns of an active matrix one by one: iterators, and copies into Eigen's own matrices of
// variables.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <iterator>
#include <utility>

#include "shape_checks.hpp"

namespace grove::detail {

struct EntryAt {
  auto operator()(const auto& vector, Eigen::Index k) const { return vector.element(k); }
};
template <bool ByRows>
struct SliceAt {
  auto operator()(const auto& matrix, Eigen::Index k) const {
    if constexpr (ByRows) {
      return matrix.row(k);
    } else {
      return matrix.col(k);
    }
  }
};

/// Goes over the entries of an active vector, which come by value: `for (const auto& e : p.weight)`; or over the rows
/// or columns of a matrix.
template <class Handle, class At = EntryAt>
class EntryIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = decltype(At()(std::declval<const Handle&>(), 0));
  using difference_type = std::ptrdiff_t;
  using reference = value_type;
  using pointer = void;

  EntryIterator(const Handle& whole, Eigen::Index position) : whole_(whole), position_(position) {}
  value_type operator*() const { return At()(whole_, position_); }
  EntryIterator& operator++() {
    ++position_;
    return *this;
  }
  EntryIterator operator++(int) {
    EntryIterator before = *this;
    ++position_;
    return before;
  }
  friend bool operator==(const EntryIterator& a, const EntryIterator& b) { return a.position_ == b.position_; }

 private:
  Handle whole_;
  Eigen::Index position_;
};

/// The entries as one of Eigen's matrices or arrays, which allows to assign them and to use Eigen's own algorithms.
template <class EigenMatrix, class Handle>
EigenMatrix entries_of(const Handle& x) {
  check_static_shape<int(EigenMatrix::RowsAtCompileTime), int(EigenMatrix::ColsAtCompileTime)>("matrix", x.rows(),
                                                                                               x.cols());
  EigenMatrix entries(x.rows(), x.cols());
  for (Eigen::Index j = 0; j < x.cols(); ++j) {
    for (Eigen::Index i = 0; i < x.rows(); ++i) entries(i, j) = x.element(i, j);
  }
  return entries;
}

}  // namespace grove::detail
