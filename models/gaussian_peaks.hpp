// Peaks on a constant ground, as in spectra.
#pragma once

#include <Eigen/Core>

#include "../autodiff/autodiff.hpp"
#include "detail/prediction.hpp"

namespace grove::models {

/// y ≈ offset + Σ height[k]·exp(-½((x - center[k])/width[k])²), a sum of as many peaks as the vectors are long.
template <class T = double>
struct GaussianPeaks {
  grove::Vector<T> height;  ///< in the unit of y
  grove::Vector<T> center;  ///< in the unit of x
  grove::Vector<T> width;   ///< standard deviations, in the unit of x
  T offset;                 ///< the height between the peaks

  /// Values at n places.  n → n.  Throws: grove::ShapeError unless height, center and width are of one length.
  auto operator()(const Eigen::VectorXd& x) const { return at(x.array()); }
  /// The value at a place, plain or active.  Throws: the same.
  template <grove::detail::Number X>
  auto operator()(const X& x) const {
    return at(x);
  }

 private:
  template <class X>
  auto at(const X& x) const {
    const Eigen::Index n = height.size();
    if (center.size() != n || width.size() != n)
      throw ShapeError(grove::detail::fill("gaussian_peaks: there are {} heights, {} centers and {} widths",
                                           {n, center.size(), width.size()}));
    auto sum = detail::prediction(0.0 * x + offset);
    for (Eigen::Index k = 0; k < n; ++k)
      sum = detail::prediction(sum + height[k] * exp(-0.5 * square((x - center[k]) / width[k])));
    return sum;
  }
};

}  // namespace grove::models
