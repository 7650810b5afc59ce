// Losses of segmentations: how far predicted and true regions overlap.
#pragma once

#include <Eigen/Core>

#include "optim/losses/shape.hpp"

namespace grove::optim::losses {

/// Options of `dice_loss`.
struct DiceOptions {
  double smooth = 1.0;             ///< added above and below, > 0
  double alpha = 0.5;              ///< weight of what is predicted and not there
  double beta = 0.5;               ///< weight of what is there and not predicted
  bool apply_softmax = true;       ///< whether predictions are logits
  bool ignore_background = false;  ///< whether class 0 is left out
};

namespace detail {

/// The loss of each class, a row.
template <class X, class Y>
auto dice_of_classes(const X& p, const Y& t, const DiceOptions& options) {
  const auto overlap = grove::sum((p * t).colwise());
  const auto predicted = grove::sum(p.colwise());
  const auto there = grove::sum(t.colwise());
  const auto weighted =
      overlap + options.alpha * (predicted - overlap) + options.beta * (there - overlap) + options.smooth;
  return evaluated(1.0 - (overlap + options.smooth) / weighted);
}

}  // namespace detail

/// One minus the overlap of prediction and target, a value for each class.
///
/// Shapes: of one image, a row for each pixel and a column for each class; targets are one-hot or probabilities.
/// Source: Milletari et al. 2016, https://arxiv.org/abs/1606.04797; with alpha and beta, Salehi et al. 2017 (Tversky)
template <class X, class Y>
auto dice_loss_by_class(const X& predictions, const Y& targets, DiceOptions options = {}) {
  detail::check_same_shape("dice_loss", "predictions", predictions, "targets", targets);
  const Eigen::Index first = options.ignore_background ? 1 : 0, count = predictions.cols() - first;
  const Eigen::ArrayXXd t = Eigen::ArrayXXd(detail::elements(targets)).middleCols(first, count);
  if (options.apply_softmax) {
    const auto p = grove::softmax(detail::elements(predictions).rowwise());
    return detail::dice_of_classes(detail::evaluated(p.block(0, first, p.rows(), count)), t, options);
  }
  const auto p = detail::evaluated(1.0 * detail::elements(predictions));
  return detail::dice_of_classes(detail::evaluated(p.block(0, first, p.rows(), count)), t, options);
}

/// The mean over classes of `dice_loss_by_class`.
template <class X, class Y>
auto dice_loss(const X& predictions, const Y& targets, DiceOptions options = {}) {
  return grove::mean(dice_loss_by_class(predictions, targets, options));
}

/// The dice loss of one class, of which the predictions are logits: a number for the whole image.
template <class X, class Y>
auto binary_dice_loss(const X& predictions, const Y& targets, double smooth = 1.0) {
  detail::check_same_shape("binary_dice_loss", "predictions", predictions, "targets", targets);
  const auto p = grove::sigmoid(detail::elements(predictions));
  const Eigen::ArrayXXd t = detail::elements(targets);
  const auto overlap = grove::sum(p * t);
  return detail::evaluated(1.0 - (overlap + smooth) / (0.5 * grove::sum(p) + 0.5 * t.sum() + smooth));
}

}  // namespace grove::optim::losses
