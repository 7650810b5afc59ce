// Losses of segmentations: how far predicted and true regions overlap.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "detail/elements.hpp"

namespace grove::optim::losses {

/// Options of `dice_loss`.
struct DiceOptions {
  double smooth = 1.0;             ///< added above and below, > 0
  double alpha = 0.5;              ///< weight of what is predicted and not there
  double beta = 0.5;               ///< weight of what is there and not predicted
  bool apply_softmax = true;       ///< whether predictions are logits; of one class alone the sigmoid is taken
  bool ignore_background = false;  ///< whether class 0 is left out
  Eigen::ArrayXd class_weights{};  ///< weights of the classes; empty: 1
};

namespace detail {

/// The loss of each class but the first `skip`, a row.
template <class X>
auto dice_of_classes(const X& p, const dependent_t<X>& t, Eigen::Index skip, const DiceOptions& options) {
  const auto overlap = grove::sum((p * t).colwise());
  const auto predicted = grove::sum(p.colwise());
  const auto there = grove::sum(t.colwise());
  const auto below =
      overlap + options.alpha * (predicted - overlap) + options.beta * (there - overlap) + options.smooth;
  const auto loss = evaluated(1.0 - (overlap + options.smooth) / below);
  using Weights = dependent_t<X, Eigen::Array<double, 1, Eigen::Dynamic>>;
  Weights weights = Weights::Ones(t.cols());
  if (options.class_weights.size() > 0) weights = Weights(options.class_weights);
  const auto weighted = evaluated(loss * weights);
  return evaluated(weighted.segment(skip, t.cols() - skip));
}

/// Throws if rows of probabilities do not sum to 1.
void check_probabilities(const auto& p) {
  for (Eigen::Index i = 0; i < p.rows(); ++i) {
    const double sum = p.row(i).sum();
    if (std::abs(sum - 1) <= 1e-8 + 1e-5) continue;
    throw ShapeError(fill(
        "dice_loss: the predictions of pixel {} sum to {}, not 1; for logits leave apply_softmax at true", {i, sum}));
  }
}

}  // namespace detail

/// One minus the overlap of prediction and target, a value for each class.
///
/// Shapes: of one image, a row for each pixel and a column for each class; targets are one-hot or probabilities.
/// Throws: ShapeError if shapes differ, or probabilities do not sum to 1.
/// Source: Milletari et al. 2016, https://arxiv.org/abs/1606.04797; with alpha and beta, Salehi et al. 2017 (Tversky)
template <class X, class Y>
auto dice_loss_by_class(const X& predictions, const Y& targets, const DiceOptions& options = {}) {
  detail::check_same_shape("dice_loss", "predictions", predictions, "targets", targets);
  const Eigen::Index classes = predictions.cols(), skip = options.ignore_background && classes > 1 ? 1 : 0;
  if (options.class_weights.size() > 0 && options.class_weights.size() != classes) {
    throw ShapeError(
        detail::fill("dice_loss: there are {} class_weights and {} classes", {options.class_weights.size(), classes}));
  }
  const detail::dependent_t<X> t = detail::elements(targets);
  const auto& x = detail::elements(predictions);
  if (options.apply_softmax && classes == 1) {
    return detail::dice_of_classes(detail::evaluated(grove::sigmoid(x)), t, skip, options);
  }
  if (options.apply_softmax) {
    const auto p = grove::softmax(x.rowwise());
    return detail::dice_of_classes(detail::elements(p), t, skip, options);
  }
  detail::check_probabilities(detail::dependent_t<X>(grove::value_of(x)));
  return detail::dice_of_classes(x, t, skip, options);
}

/// The mean over classes of `dice_loss_by_class`. For optax's other reductions take the sum of that, or itself.
template <class X, class Y>
auto dice_loss(const X& predictions, const Y& targets, const DiceOptions& options = {}) {
  return grove::mean(dice_loss_by_class(predictions, targets, options));
}

/// The dice loss of images, with rare classes weighing more: 1/(n² + 1e-7) for a class of n pixels in all images,
/// scaled so that the weights sum to the number of classes. The mean over images and classes.
///
/// Throws: ShapeError if there are no images, or not as many targets. Source: Sudre et al. 2017,
/// https://arxiv.org/abs/1707.03237
template <class X, class Y>
auto multiclass_generalized_dice_loss(const std::vector<X>& predictions, const std::vector<Y>& targets,
                                      DiceOptions options = {}) {
  if (predictions.empty() || predictions.size() != targets.size()) {
    throw ShapeError(detail::fill("multiclass_generalized_dice_loss: there are {} predictions and {} targets",
                                  {predictions.size(), targets.size()}));
  }
  using Numbers = detail::dependent_t<X, Eigen::ArrayXd>;
  Numbers pixels = Numbers::Zero(targets[0].cols());
  for (const Y& t : targets) {
    detail::check_same_shape("multiclass_generalized_dice_loss", "targets", t, "the first targets",
                             detail::dependent_t<X>(t.rows(), pixels.size()));
    pixels += detail::dependent_t<X>(detail::elements(t)).colwise().sum().transpose();
  }
  options.class_weights = 1 / (pixels.square() + 1e-7);
  Numbers& weights = options.class_weights;
  weights *= static_cast<double>(pixels.size()) / weights.sum();
  auto total = dice_loss(predictions[0], targets[0], options);
  for (std::size_t i = 1; i < targets.size(); ++i) total = total + dice_loss(predictions[i], targets[i], options);
  return detail::evaluated(total / static_cast<double>(targets.size()));
}

/// The same for one image.
template <class X, class Y>
auto multiclass_generalized_dice_loss(const X& predictions, const Y& targets, DiceOptions options = {}) {
  return multiclass_generalized_dice_loss(std::vector<X>{predictions}, std::vector<Y>{targets}, std::move(options));
}

/// The dice loss of one class: a number for the whole image, of any shape. The predictions are logits, or with
/// `apply_sigmoid` false probabilities.
template <class X, class Y>
auto binary_dice_loss(const X& predictions, const Y& targets, double smooth = 1.0, bool apply_sigmoid = true) {
  detail::check_same_shape("binary_dice_loss", "predictions", predictions, "targets", targets);
  const detail::dependent_t<X> t = detail::elements(targets);
  const auto loss = [&](const auto& p) {
    const auto overlap = grove::sum(p * t);
    return detail::evaluated(1.0 - (overlap + smooth) / (0.5 * grove::sum(p) + 0.5 * t.sum() + smooth));
  };
  const auto& x = detail::elements(predictions);
  if (apply_sigmoid) return loss(detail::evaluated(grove::sigmoid(x)));
  return loss(x);
}

}  // namespace grove::optim::losses
