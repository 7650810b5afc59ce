// Connectionist temporal classification: labels in order, anywhere in a sequence.
#pragma once

#include <cstddef>
#include <type_traits>
#include <vector>

#include "optim/losses/shape.hpp"

namespace grove::optim::losses {

/// Options of `ctc_loss`.
struct CtcOptions {
  int blank_id = 0;                ///< the class that stands for nothing
  double log_epsilon = -100000.0;  ///< stands for the logarithm of 0
};

/// -log of the probability that a sequence spells the labels, summed over all alignments.
///
/// Shapes: `logits` has a row for each frame and a column for each class. Sequences of other lengths are calls of their
/// own: leave the padding out. Throws: ShapeError for a label that is no class. Source: Graves et al. 2006
template <class X>
auto ctc_loss(const X& logits, const std::vector<int>& labels, CtcOptions options = {}) {
  const auto log_p = grove::log_softmax(detail::elements(logits).rowwise());
  using T = std::remove_cvref_t<decltype(1.0 * log_p(0, 0))>;
  // Blank, first label, blank, second label, …, blank.
  std::vector<int> states;
  for (int label : labels) {
    if (label < 0 || label >= logits.cols()) {
      throw ShapeError(fmt::format("ctc_loss: label {} is not one of {} classes", label, logits.cols()));
    }
    states.push_back(options.blank_id);
    states.push_back(label);
  }
  states.push_back(options.blank_id);
  std::vector<T> alpha(states.size(), T(options.log_epsilon));
  alpha[0] = T(0.0);
  for (Eigen::Index t = 0; t < logits.rows(); ++t) {
    std::vector<T> next;
    for (std::size_t s = 0; s < states.size(); ++s) {
      T arrived = alpha[s];
      if (t == 0) {
        if (s == 1) arrived = alpha[0];
      } else {
        if (s >= 1) arrived = grove::logaddexp(arrived, alpha[s - 1]);
        if (s >= 2 && states[s] != options.blank_id && states[s] != states[s - 2]) {
          arrived = grove::logaddexp(arrived, alpha[s - 2]);
        }
      }
      next.push_back(T(arrived + log_p(t, states[s])));
    }
    alpha = std::move(next);
  }
  const T last = alpha.back();
  return states.size() == 1 ? T(-last) : T(-grove::logaddexp(last, alpha[alpha.size() - 2]));
}

}  // namespace grove::optim::losses
