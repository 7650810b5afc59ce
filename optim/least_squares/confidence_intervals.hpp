// Between which values the params of a fit lie.
#pragma once

namespace grove::optim {

/// Ends of confidence intervals, two trees like the params.
template <class P>
struct ConfidenceIntervals {
  P low;   ///< lower ends, a tree like the params
  P high;  ///< upper ends
};

}  // namespace grove::optim
