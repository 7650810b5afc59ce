// Between which values the params of a fit lie.
#pragma once

namespace grove::optim {

/// Ends of confidence intervals, two trees like the params.
template <class P>
struct ConfidenceIntervals {
  P low;
  P high;
};

}  // namespace grove::optim
