// What a user can set on a gradient check.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>

namespace grove {

/// How the numeric derivative is first taken. Entries that disagree are always measured again with `sweep`.
enum class DifferenceMethod {
  central,     ///< (f(x+h) - f(x-h)) / 2h: 2 evaluations
  central4,    ///< fourth-order central difference: 4 evaluations
  sweep,       ///< fourth-order differences at fifteen steps or more, and what they agree on: 30 evaluations or more
  richardson,  ///< Ridders' extrapolation with a round-off floor: at most 20 evaluations
};

/// Which entries are checked.
enum class GradcheckCoverage {
  automatic,    ///< `full` up to `full_limit` entries, `directional` above
  full,         ///< every entry
  sampled,      ///< `samples` random entries of each leaf
  directional,  ///< random directions: whole tree, each leaf, entries of each size; a failure is bisected to an index
};

/// The interval in which the entries of a leaf may be probed, ends included.
struct GradcheckBounds {
  /// No parameter is moved below.
  double lower = -std::numeric_limits<double>::infinity();
  /// No parameter is moved above.
  double upper = std::numeric_limits<double>::infinity();
};

/// Settings of `gradcheck`. An entry passes when
///
///   |analytic - numeric| ≤ atol + rtol·max(|analytic|, |numeric|) + 3·(error of numeric) + 10·(rounding of analytic)
///
/// and the error of the numeric derivative is small enough for that to mean something: below 50·rtol of the entry, or,
/// of an entry that is about to vanish, below rtol of what it is a tenth of the parameters away. Else it is
/// `inconclusive_noise`. How big the other entries of the leaf are does not matter. Both errors are estimated: that of
/// the numeric derivative from its steps, the rounding of the analytic one by moving the parameters in their last
/// digits. See docs/gradcheck.md. A zero asks for the default. Throws: grove::HyperparameterError from the check for a
/// negative setting or an unknown path.
struct GradcheckOptions {
  double rtol = 0;   ///< relative tolerance; default 1e-6, for float parameters or values 5e-3
  double atol = 0;   ///< absolute tolerance; default none
  double step = 0;   ///< first step for every entry, in the units of the parameters; default chosen for each entry
  double noise = 0;  ///< relative accuracy of the value, if worse than rounding (a loss with an iterative solver)
  DifferenceMethod method = DifferenceMethod::central;        ///< how differences are taken
  GradcheckCoverage coverage = GradcheckCoverage::automatic;  ///< entry by entry, or along directions
  std::int64_t full_limit = 2000;                    ///< largest number of entries that `automatic` checks one by one
  int samples = 16;                                  ///< entries of each leaf in `sampled`
  int directions = 4;                                ///< directions over the whole tree in `directional`
  std::map<std::string, double> typical_scale = {};  ///< size of change that matters, by path of the leaf
  std::map<std::string, GradcheckBounds> bounds =
      {};                            ///< domain of a leaf, by path: differences are one-sided at its edges
  std::uint64_t seed = 1;            ///< of the random directions and samples
  double nondet_tol = 0;             ///< relative change allowed between two calls with the same input
  std::int64_t max_evaluations = 0;  ///< stop adding entries after so many values; default no limit
  int max_rows = 10;                 ///< rows in the report
  bool check_nearby = true;          ///< also check one direction at a second point (finds stale values)
};

}  // namespace grove
