// Losses for classes and probabilities. Elementwise ones return an array; the others one value for each row (or
// vector), or as `over` says (see over.hpp).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

#include "../numerics/projections.hpp"
#include "detail/elements.hpp"
#include "over.hpp"

namespace grove::optim::losses {

/// -y·log σ(x) - (1-y)·log σ(-x), element by element; labels are probabilities.
template <class X, class Y>
auto sigmoid_binary_cross_entropy(const X& logits, const Y& labels) {
  detail::check_same_shape("sigmoid_binary_cross_entropy", "logits", logits, "labels", labels);
  const auto& x = detail::elements(logits);
  const auto& y = detail::elements(labels);
  return detail::evaluated(-y * grove::log_sigmoid(x) - (1.0 - y) * grove::log_sigmoid(-x));
}

/// max(0, 1 - ŷ·y), element by element; targets are -1 or 1.
template <class X, class Y>
auto hinge_loss(const X& predictor_outputs, const Y& targets) {
  detail::check_same_shape("hinge_loss", "predictor_outputs", predictor_outputs, "targets", targets);
  return detail::evaluated(grove::relu(1.0 - detail::elements(predictor_outputs) * detail::elements(targets)));
}

/// max(0, -ŷ·y), element by element; targets are -1 or 1.
template <class X, class Y>
auto perceptron_loss(const X& predictor_outputs, const Y& targets) {
  detail::check_same_shape("perceptron_loss", "predictor_outputs", predictor_outputs, "targets", targets);
  return detail::evaluated(grove::relu(-(detail::elements(predictor_outputs) * detail::elements(targets))));
}

/// The binary sparsemax loss, element by element; labels are 0 or 1.
///
///   s = -x if y = 1 else x:   0 if s ≤ -1,  s if s ≥ 1,  (s+1)²/4 between
///
/// Source: Learning with Fenchel-Young losses, https://arxiv.org/abs/1901.02324
template <class X, class Y>
auto sparsemax_loss(const X& logits, const Y& labels) {
  detail::check_same_shape("sparsemax_loss", "logits", logits, "labels", labels);
  const auto s = detail::elements(logits) * (1.0 - 2.0 * detail::elements(labels));
  return detail::evaluated(grove::where(s <= -1.0, 0.0 * s, grove::where(s >= 1.0, s, 0.25 * grove::square(s + 1.0))));
}

/// -Σ y·log softmax(x), one value for each row (or vector). A label 0 at a logit of -inf gives NaN; see
/// safe_softmax_cross_entropy.
template <class X, class Y, Axis A = Axis::rows, class M = NoMask>
auto softmax_cross_entropy(const X& logits, const Y& labels, const Over<A, M>& over = {}) {
  constexpr auto name = "softmax_cross_entropy";
  detail::check_same_shape(name, "logits", logits, "labels", labels);
  const auto& x = detail::counted(name, detail::elements(logits), over, detail::nowhere);
  const auto& y = detail::counted(name, detail::elements(labels), over, 0.0);
  const auto log_p = grove::log_softmax(detail::along(x, over));
  return detail::evaluated(-grove::sum(detail::along(detail::elements(log_p) * y, over)));
}

/// The same with 0·log 0 = 0.
template <class X, class Y>
auto safe_softmax_cross_entropy(const X& logits, const Y& labels) {
  detail::check_same_shape("safe_softmax_cross_entropy", "logits", logits, "labels", labels);
  const auto log_p = grove::log_softmax(detail::examples(logits));
  const auto& y = detail::elements(labels);
  const auto& terms = detail::elements(log_p);
  return detail::evaluated(-grove::sum(detail::examples(grove::where(y == 0.0, 0.0 * y, terms * y))));
}

namespace detail {

/// Throws: ShapeError unless there is a label for each of the examples, and it is a class.
inline void check_labels(std::string_view function, const std::vector<int>& labels, Eigen::Index examples,
                         Eigen::Index classes) {
  if (static_cast<Eigen::Index>(labels.size()) != examples) {
    throw ShapeError(fill("{}: there are {} examples and {} labels", {function, examples, labels.size()}));
  }
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] < 0 || labels[i] >= classes) {
      throw ShapeError(fill("{}: label {} of example {} is not one of {} classes", {function, labels[i], i, classes}));
    }
  }
}

/// A row of zeros with a 1 at the label, for each label.
template <class X>
dependent_t<X> one_hot(std::string_view function, const std::vector<int>& labels, Eigen::Index rows,
                       Eigen::Index classes) {
  check_labels(function, labels, rows, classes);
  dependent_t<X> result = dependent_t<X>::Zero(rows, classes);
  for (Eigen::Index i = 0; i < rows; ++i) result(i, labels[static_cast<std::size_t>(i)]) = 1;
  return result;
}

}  // namespace detail

/// logsumexp(x) - x[label], one value for each row of a matrix of logits (with `each_column`, for each column).
///
/// An example none of whose entries counts has the value 0. Throws: ShapeError if the numbers of examples and labels
/// differ, or a label is no class.
template <class X, Axis A = Axis::rows, class M = NoMask>
auto softmax_cross_entropy_with_integer_labels(const X& logits, const std::vector<int>& labels,
                                               const Over<A, M>& over = {}) {
  static_assert(A != Axis::all, "softmax_cross_entropy_with_integer_labels: a label belongs to a row or to a column");
  constexpr auto name = "softmax_cross_entropy_with_integer_labels";
  constexpr bool by_rows = A == Axis::rows;
  detail::check_labels(name, labels, by_rows ? logits.rows() : logits.cols(), by_rows ? logits.cols() : logits.rows());
  const auto& all = detail::elements(logits);
  const auto& x = detail::counted(name, all, over, detail::nowhere);
  const auto loss =
      detail::evaluated(grove::logsumexp(detail::along(x, over)) - grove::gather(detail::along(all, over), labels));
  if constexpr (std::is_same_v<M, EntryMask>) {
    const auto any = [&] {
      if constexpr (A == Axis::rows) {
        return over.mask.rowwise().any().eval();
      } else {
        return over.mask.colwise().any().eval();
      }
    }();
    return detail::evaluated(grove::where(any, loss, 0.0));
  } else {
    return loss;
  }
}

/// maxⱼ(sⱼ + 1 - [j = y]) - s_y, one value for each row.
template <class X>
auto multiclass_hinge_loss(const X& scores, const std::vector<int>& labels) {
  const auto chosen = detail::one_hot<X>("multiclass_hinge_loss", labels, scores.rows(), scores.cols());
  const auto& s = detail::elements(scores);
  return detail::evaluated(grove::max((s + (1.0 - chosen)).rowwise()) - grove::sum((s * chosen).rowwise()));
}

/// maxⱼ sⱼ - s_y, one value for each row.
template <class X>
auto multiclass_perceptron_loss(const X& scores, const std::vector<int>& labels) {
  const auto chosen = detail::one_hot<X>("multiclass_perceptron_loss", labels, scores.rows(), scores.cols());
  const auto& s = detail::elements(scores);
  return detail::evaluated(grove::max(s.rowwise()) - grove::sum((s * chosen).rowwise()));
}

/// The sparsemax loss, one value for each row; its gradient is the projection of the scores onto the simplex less the
/// label.
///
/// Source: Martins & Astudillo 2016, https://arxiv.org/abs/1602.02068
template <class X>
auto multiclass_sparsemax_loss(const X& scores, const std::vector<int>& labels) {
  const auto chosen = detail::one_hot<X>("multiclass_sparsemax_loss", labels, scores.rows(), scores.cols());
  const auto& s = detail::elements(scores);
  detail::dependent_t<X> support = grove::value_of(s);
  // The loss is that of scores less the largest of their row, so that huge ones keep their differences.
  detail::dependent_t<X, Eigen::ArrayXd> largest = Eigen::ArrayXd::Zero(support.rows());
  if (support.cols() > 0) largest = support.rowwise().maxCoeff();
  const auto shifted = detail::evaluated(s.colwise() - largest);
  for (Eigen::Index i = 0; i < support.rows(); ++i) {
    std::vector<double> row;
    for (Eigen::Index j = 0; j < support.cols(); ++j) row.push_back(support(i, j));
    const optim::detail::Simplex simplex(row, 1.0);
    for (Eigen::Index j = 0; j < support.cols(); ++j) support(i, j) = simplex(support(i, j)) > 0 ? 1 : 0;
  }
  // The projection p of the scores, which has their second derivatives. (It maximises ⟨p, s⟩ - ½‖p‖²: no first ones.)
  const detail::dependent_t<X, Eigen::ArrayXd> size = support.rowwise().sum();
  const auto threshold = detail::evaluated((grove::sum((shifted * support).rowwise()) - 1.0) / size);
  const auto p = detail::evaluated((shifted.colwise() - threshold) * support);
  return detail::evaluated(grove::sum((shifted * (p - chosen)).rowwise()) +
                           0.5 * (1.0 - grove::sum((p * p).rowwise())));
}

/// Cross entropy plus epsilon·Σ y·(1 - softmax(x)), one value for each row (or vector).
///
/// Source: Leng et al. 2022, https://arxiv.org/abs/2204.12511
template <class X, class Y, Axis A = Axis::rows, class M = NoMask>
auto poly_loss_cross_entropy(const X& logits, const Y& labels, double epsilon = 2.0, const Over<A, M>& over = {}) {
  constexpr auto name = "poly_loss_cross_entropy";
  detail::check_same_shape(name, "logits", logits, "labels", labels);
  const auto& x = detail::counted(name, detail::elements(logits), over, detail::nowhere);
  const auto& y = detail::counted(name, detail::elements(labels), over, 0.0);
  const auto p = grove::softmax(detail::along(x, over));
  return detail::evaluated(softmax_cross_entropy(x, y, Over<A>{}) +
                           epsilon * grove::sum(detail::along(y * (1.0 - detail::elements(p)), over)));
}

/// Σ q·(log q - log p), in which a target q = 0 counts nothing, whatever log p: one value for each row (or vector).
template <class X, class Y, Axis A = Axis::rows, class M = NoMask>
auto kl_divergence(const X& log_predictions, const Y& targets, const Over<A, M>& over = {}) {
  constexpr auto name = "kl_divergence";
  detail::check_same_shape(name, "log_predictions", log_predictions, "targets", targets);
  const auto& log_p = detail::counted(name, detail::elements(log_predictions), over, 0.0);
  const auto& q = detail::counted(name, detail::elements(targets), over, 0.0);
  return detail::evaluated(grove::sum(detail::along(grove::xlogy(q, q) - grove::where(q == 0, 0.0, q * log_p), over)));
}

/// The same with targets given as logarithms; a target of 0, whose logarithm is -inf, counts nothing.
template <class X, class Y, Axis A = Axis::rows, class M = NoMask>
auto kl_divergence_with_log_targets(const X& log_predictions, const Y& log_targets, const Over<A, M>& over = {}) {
  constexpr auto name = "kl_divergence_with_log_targets";
  detail::check_same_shape(name, "log_predictions", log_predictions, "log_targets", log_targets);
  const auto& log_p = detail::counted(name, detail::elements(log_predictions), over, 0.0);
  const auto& log_q = detail::counted(name, detail::elements(log_targets), over, 0.0);
  const auto terms = grove::where(log_q > detail::impossible, grove::exp(log_q) * (log_q - log_p), 0.0);
  return detail::evaluated(grove::sum(detail::along(terms, over)));
}

/// kl_divergence + Σ (p - q): convex also where the predictions do not sum to 1.
template <class X, class Y, Axis A = Axis::rows, class M = NoMask>
auto generalized_kl_divergence(const X& log_predictions, const Y& targets, const Over<A, M>& over = {}) {
  constexpr auto name = "generalized_kl_divergence";
  detail::check_same_shape(name, "log_predictions", log_predictions, "targets", targets);
  const auto& log_p = detail::counted(name, detail::elements(log_predictions), over,
                                      -std::numeric_limits<double>::infinity());  // e^-inf is 0
  const auto& q = detail::counted(name, detail::elements(targets), over, 0.0);
  return detail::evaluated(kl_divergence(log_predictions, targets, over) +
                           grove::sum(detail::along(grove::exp(log_p) - q, over)));
}

/// Binary cross entropy times (1 - p_t)^gamma, so that easy examples count less; element by element.
///
/// With `alpha`, positive examples weigh alpha and negative ones 1 - alpha.
/// Source: Lin et al. 2017, https://arxiv.org/abs/1708.02002
template <class X, class Y>
auto sigmoid_focal_loss(const X& logits, const Y& labels, std::optional<double> alpha = std::nullopt,
                        double gamma = 2.0) {
  const auto& x = detail::elements(logits);
  const auto& y = detail::elements(labels);
  const auto log_p = grove::log_sigmoid(x);
  const auto log_q = grove::log_sigmoid(-x);
  const auto cross_entropy = sigmoid_binary_cross_entropy(logits, labels);
  // log(1 - p_t) = log((1-p)·y + p·(1-y)); exact for labels 0 and 1 and for probabilities between.
  const auto log_miss = grove::logaddexp(log_q + grove::log(y), log_p + grove::log(1.0 - y));
  const double positive = alpha.value_or(1.0), negative = 1.0 - alpha.value_or(0.0);
  return detail::evaluated(cross_entropy * grove::exp(gamma * log_miss) * (positive * y + negative * (1.0 - y)));
}

/// (1 - alpha)·y + alpha / number of classes (those that count, of the same example): labels that are less sure.
template <class Y, Axis A = Axis::rows, class M = NoMask>
auto smooth_labels(const Y& labels, double alpha, const Over<A, M>& over = {}) {
  if constexpr (std::is_same_v<M, EntryMask>) {
    detail::counted("smooth_labels", detail::elements(labels), over, 0.0);  // checks the shape of the mask
    return detail::evaluated((1.0 - alpha) * detail::elements(labels) + alpha / detail::counts(over));
  } else {
    const bool whole = A == Axis::all || detail::is_vector<Y>();
    const Eigen::Index classes = whole ? labels.size() : (A == Axis::rows ? labels.cols() : labels.rows());
    return detail::evaluated((1.0 - alpha) * detail::elements(labels) + alpha / static_cast<double>(classes));
  }
}

/// The loss max_fun(scores) - ⟨targets, scores⟩, one value for each row (or vector).
///
///   auto logistic = make_fenchel_young_loss([](const auto& scores) { return logsumexp(scores); });
///
/// `max_fun` is given a vector, or the rows of a matrix (`x.rowwise()`), as the reductions are.
/// Source: Blondel et al. 2020, https://arxiv.org/abs/1901.02324
template <class MaxFun>
auto make_fenchel_young_loss(MaxFun max_fun) {
  return [max_fun](const auto& scores, const auto& targets) {
    detail::check_same_shape("fenchel_young_loss", "scores", scores, "targets", targets);
    return detail::evaluated(detail::elements(max_fun(detail::examples(scores))) -
                             grove::sum(detail::examples(detail::elements(scores) * detail::elements(targets))));
  };
}

/// Options of `ranking_softmax_loss`.
struct RankingOptions {
  EntryMask where{};          ///< which items of the lists are valid; empty: all
  Eigen::ArrayXXd weights{};  ///< weights of the items; empty: 1
};

/// -Σ (y·w)·log softmax(x), a value for each list, which is a row: the loss of ListNet. Items that are not valid are in
/// no list; a list without items has the value 0.
///
/// Source: Cao et al. 2007
template <class X, class Y>
auto ranking_softmax_loss_by_list(const X& logits, const Y& labels, const RankingOptions& options = {}) {
  const auto rows = logits.rows(), cols = logits.cols();
  using Mask = detail::dependent_t<X, EntryMask>;
  const auto all = each_row.where(options.where.size() > 0 ? options.where : Mask(Mask::Constant(rows, cols, true)));
  using Weights = Eigen::Array<double, X::RowsAtCompileTime, X::ColsAtCompileTime>;
  detail::check_same_shape("ranking_softmax_loss", "logits", logits, "labels", labels);
  if (options.weights.size() > 0)
    detail::check_same_shape("ranking_softmax_loss", "logits", logits, "weights", options.weights);
  const Weights weights = options.weights.size() > 0 ? Weights(options.weights) : Weights(Weights::Ones(rows, cols));
  return softmax_cross_entropy(logits, detail::evaluated(detail::elements(labels) * weights), all);
}

/// The mean of `ranking_softmax_loss_by_list` over the lists that have items; 0 if none has.
template <class X, class Y>
auto ranking_softmax_loss(const X& logits, const Y& labels, const RankingOptions& options = {}) {
  const auto losses = ranking_softmax_loss_by_list(logits, labels, options);
  if constexpr (detail::is_vector<X>()) {
    return losses;
  } else {
    const detail::dependent_t<X, EntryMask>& valid = options.where;
    const auto lists = valid.size() > 0 ? valid.rowwise().any().count() : logits.rows();
    return detail::evaluated(grove::sum(losses) / static_cast<double>(std::max<Eigen::Index>(lists, 1)));
  }
}

}  // namespace grove::optim::losses
