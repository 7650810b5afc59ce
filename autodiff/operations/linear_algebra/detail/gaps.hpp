// Derivatives of eigen- and singular vectors: quotients by the gaps between values, and what happens where there is no
// gap.
#pragma once

#include <cmath>

#include "views.hpp"

namespace grove::detail {

/// Tells which values of a decomposition count as equal: those that differ by rounding only. Between those that are
/// merely close a quotient keeps too few digits: about 4 of double's 16 at the limit.
template <class S>
class Gaps {
 public:
  using Real = magnitude_t<S>;

  template <class Values>
  Gaps(const char* name, const char* what, const char* remedy, const Values& values)
      : name_(name), what_(what), remedy_(remedy), values_(values.data()), n_(values.size()) {
    using std::sqrt;
    constexpr Real epsilon = std::numeric_limits<Real>::epsilon();
    const Real scale = static_cast<Real>(n_) * largest_magnitude(values);
    tolerance_ = Real(8) * epsilon * scale;
    resolution_ = std::max(tolerance_, sqrt(epsilon * sqrt(epsilon)) * scale);
  }

  bool equal(Index i, Index j) const { return gap(i, j) <= tolerance_; }
  bool close(Index i, Index j) const { return gap(i, j) <= resolution_; }
  bool zero(Index i) const { return magnitude(values_[i]) <= tolerance_; }

  [[noreturn]] void fail(Index i, Index j) const {
    if (!equal(i, j))
      throw Error(fill("{}: {} {} and {} are too close ({} apart) for a derivative of the vectors; {}",
                       {name_, what_, i, j, static_cast<double>(gap(i, j)), remedy_}));
    throw Error(
        fill("{}: {} {} and {} are equal, so the vectors have no derivative there; {}", {name_, what_, i, j, remedy_}));
  }
  [[noreturn]] void fail(Index i) const {
    throw Error(fill("{}: {} {} is zero, so its vectors have no derivative there; {}", {name_, what_, i, remedy_}));
  }
  /// Second derivatives of the values need the first ones of the vectors, which carry NaN where there is no gap.
  [[noreturn]] void fail_second_order() const {
    for (Index j = 0; j < n_; ++j) {
      for (Index i = 0; i < j; ++i) {
        if (close(i, j)) fail(i, j);
      }
    }
    fail(n_ - 1);
  }

 private:
  Real gap(Index i, Index j) const { return magnitude(S(values_[i] - values_[j])); }

  const char* name_;
  const char* what_;
  const char* remedy_;
  const S* values_;
  Index n_;
  Real tolerance_{}, resolution_{};
};

/// Equal values share, each gets the mean of what all of them got: whose is whose depends on the basis only. Values in
/// order, xs one for each.
template <class S, class Column>
void share_among_equal(const Gaps<S>& gaps, Column&& xs) {
  for (Index begin = 0, end = 0; begin < xs.size(); begin = end) {
    S sum = xs.coeff(begin);
    for (end = begin + 1; end < xs.size() && gaps.equal(begin, end); ++end) sum += xs.coeff(end);
    if (end - begin == 1) continue;
    for (Index i = begin; i < end; ++i) xs.coeffRef(i) = sum / S(static_cast<double>(end - begin));
  }
}

/// The size of a number and of its tangents; NaN if one is.
template <class S>
auto full_magnitude(const S& x) {
  return magnitude(x);
}
template <class T, int N, bool Forward>
auto full_magnitude(const Dual<T, N, Forward>& x) {
  auto largest = full_magnitude(x.value);
  for (int lane = 0; lane < N; ++lane) {
    const auto m = full_magnitude(T(x.tangent[lane]));
    if (largest == largest && !(m <= largest)) largest = m;
  }
  return largest;
}

/// Tells which elements of cotangents are there, and which are rounding only.
template <class S>
class Presence {
 public:
  using Real = magnitude_t<S>;

  template <class... Blocks>
  explicit Presence(Index n, const Blocks&... cotangents) {
    tolerance_ = Real(8) * static_cast<Real>(n) * std::numeric_limits<Real>::epsilon() *
                 std::max({Real(0), largest_of(cotangents)...});
  }

  bool operator()(const S& x) const { return !(full_magnitude(x) <= tolerance_); }
  template <class Block>
  bool in(const Block& block) const {
    return !(largest_of(block) <= tolerance_);
  }

 private:
  template <class Block>
  static Real largest_of(const Block& block) {
    Real largest(0);
    for (Index j = 0; j < block.cols(); ++j) {
      for (Index i = 0; i < block.rows(); ++i) {
        const Real m = full_magnitude(S(block.coeff(i, j)));
        if (largest == largest && !(m <= largest)) largest = m;
      }
    }
    return largest;
  }
  Real tolerance_;
};

template <class S>
bool has_bad_tangent(const S&) {
  return false;
}
template <class S, int N, bool Forward>
bool has_bad_tangent(const Dual<S, N, Forward>& x) {
  using std::isnan;
  bool bad = has_bad_tangent(x.value);
  for (int lane = 0; lane < N; ++lane) bad = bad || isnan(x.tangent[lane]);
  return bad;
}

/// True if a vector of the decomposition has no tangent (only with forward-mode numbers).
template <class S>
bool has_bad_tangents(const View<S>& vectors) {
  if constexpr (is_dual<S>) {
    for (Index k = 0; k < vectors.size(); ++k) {
      if (has_bad_tangent(vectors(k % vectors.rows(), k / vectors.rows()))) return true;
    }
  }
  return false;
}

/// The part of a forward-mode number that its value does not hold.
template <class T, int N, bool Forward>
Dual<T, N, Forward> tangent_part(Dual<T, N, Forward> x) {
  x.value = T(0);
  return x;
}

/// x / gap for a tangent x; where there is no gap 0 for a zero x, and else the value 0 with tangents that are no
/// number.
template <class T, int N, bool Forward>
Dual<T, N, Forward> tangent_quotient(const Dual<T, N, Forward>& x, const Dual<T, N, Forward>& gap, bool no_gap) {
  if (!no_gap) return tangent_part(x) / gap;
  Dual<T, N, Forward> y;
  for (int k = 0; k < N; ++k) {
    if (!is_exact_zero(x.tangent[k])) y.tangent[k] = T(std::numeric_limits<double>::quiet_NaN());
  }
  return y;
}

/// The values of forward-mode numbers, in the memory of the tape below.
template <class T, int N, bool Forward>
View<T> value_parts(const View<Dual<T, N, Forward>>& a) {
  View<T> values = new_matrix<T>(a.rows(), a.cols());
  for (Index j = 0; j < a.cols(); ++j) {
    for (Index i = 0; i < a.rows(); ++i) values(i, j) = a(i, j).value;
  }
  return values;
}
template <class T, int N, bool Forward>
void set_values(View<Dual<T, N, Forward>> to, const View<T>& from) {
  for (Index j = 0; j < to.cols(); ++j) {
    for (Index i = 0; i < to.rows(); ++i) to(i, j) = Dual<T, N, Forward>(from(i, j));
  }
}

}  // namespace grove::detail
