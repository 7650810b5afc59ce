// Connectionist temporal classification: labels in order, anywhere in a sequence.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "detail/elements.hpp"

namespace grove::optim::losses {

/// Options of `ctc_loss`.
struct CtcOptions {
  int blank_id = 0;                ///< the class that stands for nothing
  double log_epsilon = -100000.0;  ///< stands for the logarithm of 0
};

/// The loss of one sequence, and the logarithms of the forward probabilities as plain numbers.
template <class T>
struct CtcForward {
  T loss;  ///< the loss of the sequence
  /// frames × (labels + 1): the first n labels were emitted, then blanks. In the last frame the blanks may be missing.
  Eigen::ArrayXXd log_alpha_blank;
  Eigen::ArrayXXd log_alpha_emit;  ///< frames × labels: label n is being emitted
};

/// The losses of a batch, and the tables of each sequence.
template <class Losses>
struct CtcForwardBatch {
  Losses loss;                                   ///< one for each sequence
  std::vector<Eigen::ArrayXXd> log_alpha_blank;  ///< of each sequence, as in CtcForward
  std::vector<Eigen::ArrayXXd> log_alpha_emit;   ///< of each sequence, as in CtcForward
};

namespace detail {

/// The recursion over the frames of one sequence.
template <class T>
class CtcRecursion {
 public:
  CtcRecursion(const std::vector<int>& labels, const CtcOptions& options)
      : labels_(labels),
        options_(options),
        blank_(labels.size() + 1, T(options.log_epsilon)),
        emit_(labels.size(), T(options.log_epsilon)) {
    blank_[0] = T(0.0);
  }

  /// One frame; `log_p(k)` is the logarithm of the probability of class k.
  void advance(const auto& log_p) {
    const T log_blank = log_p(options_.blank_id);
    std::vector<T> blank = blank_, emit;
    // A label may follow the one before at once, unless the two are equal.
    for (std::size_t n = labels_.size(); n-- > 0;) {
      blank[n + 1] = grove::logaddexp(blank[n + 1], emit_[n] + (repeats(n) ? options_.log_epsilon : 0.0));
    }
    for (std::size_t n = 0; n < labels_.size(); ++n) {
      const T log_label = log_p(labels_[n]);
      emit.push_back(T(grove::logaddexp(blank[n] + log_label, emit_[n] + log_label)));
    }
    for (T& b : blank) b = T(b + log_blank);
    for (std::size_t n = 0; n < labels_.size(); ++n) {
      const double never_twice = repeats(n) ? 0.0 : options_.log_epsilon;
      blank[n + 1] = grove::logaddexp(blank[n + 1], emit_[n] + log_blank + never_twice);
    }
    blank_ = std::move(blank);
    emit_ = std::move(emit);
  }

  /// The last label may stand in the last frame.
  void finish() {
    for (std::size_t n = labels_.size(); n-- > 0;) blank_[n + 1] = grove::logaddexp(blank_[n + 1], emit_[n]);
  }

  const std::vector<T>& blank() const { return blank_; }
  const std::vector<T>& emit() const { return emit_; }

 private:
  bool repeats(std::size_t n) const { return n + 1 < labels_.size() && labels_[n] == labels_[n + 1]; }

  const std::vector<int>& labels_;
  const CtcOptions& options_;
  std::vector<T> blank_, emit_;
};

inline void check_ctc_labels(const std::vector<int>& labels, Eigen::Index classes, const CtcOptions& options) {
  const auto check = [&](const char* what, int label) {
    if (label >= 0 && label < classes) return;
    throw ShapeError(fill("ctc_loss: {} {} is not one of {} classes", {what, label, classes}));
  };
  for (int label : labels) check("label", label);
  check("blank_id", options.blank_id);
}

/// One sequence, the frames first … first + count - 1 of `log_p`; `is_padding(t)` frames are passed over.
template <class P, class Padding>
auto ctc_forward(const P& log_p, Eigen::Index first, Eigen::Index count, const std::vector<int>& labels,
                 std::size_t label_count, const Padding& is_padding, const CtcOptions& options) {
  using T = std::remove_cvref_t<decltype(1.0 * log_p(0, 0))>;
  CtcRecursion<T> recursion(labels, options);
  const auto columns = static_cast<Eigen::Index>(labels.size());
  dependent_t<P> blank(count, columns + 1), emit(count, columns);
  const auto store = [](auto&& row, const std::vector<T>& values) {
    for (std::size_t n = 0; n < values.size(); ++n) row(static_cast<Eigen::Index>(n)) = grove::value_of(values[n]);
  };
  for (Eigen::Index t = 0; t < count; ++t) {
    if (!is_padding(t)) recursion.advance([&](int k) { return log_p(first + t, k); });
    if (t + 1 == count) recursion.finish();
    store(blank.row(t), recursion.blank());
    store(emit.row(t), recursion.emit());
  }
  return CtcForward<T>{T(-recursion.blank()[label_count]), std::move(blank), std::move(emit)};
}

}  // namespace detail

/// `ctc_loss` of one sequence together with its forward probabilities.
template <class X>
auto ctc_loss_with_forward_probs(const X& logits, const std::vector<int>& labels, const CtcOptions& options = {}) {
  detail::check_ctc_labels(labels, logits.cols(), options);
  const auto log_p = grove::log_softmax(detail::elements(logits).rowwise());
  return detail::ctc_forward(
      log_p, 0, logits.rows(), labels, labels.size(), [](Eigen::Index) { return false; }, options);
}

/// -log of the probability that a sequence spells the labels, summed over all alignments.
///
/// Shapes: `logits` has a row for each frame and a column for each class. Throws: ShapeError for a label or a blank_id
/// that is no class. Source: Graves et al. 2006
template <class X>
auto ctc_loss(const X& logits, const std::vector<int>& labels, const CtcOptions& options = {}) {
  return ctc_loss_with_forward_probs(logits, labels, options).loss;
}

/// `ctc_loss` of a batch together with the forward probabilities.
template <class X>
auto ctc_loss_with_forward_probs(const X& logits, const Eigen::ArrayXXd& logit_paddings, const Eigen::ArrayXXi& labels,
                                 const Eigen::ArrayXXd& label_paddings, const CtcOptions& options = {}) {
  const detail::dependent_t<X>& paddings = label_paddings;
  const Eigen::Index sequences = logit_paddings.rows(), frames = logit_paddings.cols();
  if (logits.rows() != sequences * frames || sequences == 0) {
    throw ShapeError(detail::fill("ctc_loss: logits have {} rows, and logit_paddings are {}×{}, sequences by frames",
                                  {logits.rows(), sequences, frames}));
  }
  detail::check_same_shape("ctc_loss", "labels", labels, "label_paddings", label_paddings);
  if (labels.rows() != sequences) {
    throw ShapeError(
        detail::fill("ctc_loss: there are labels of {} sequences and logits of {}", {labels.rows(), sequences}));
  }
  const auto log_p = grove::log_softmax(detail::elements(logits).rowwise());
  using T = std::remove_cvref_t<decltype(1.0 * log_p(0, 0))>;
  std::vector<T> losses;
  std::vector<Eigen::ArrayXXd> blank, emit;
  for (Eigen::Index b = 0; b < sequences; ++b) {
    std::vector<int> of_sequence;
    for (Eigen::Index n = 0; n < labels.cols(); ++n) of_sequence.push_back(labels(b, n));
    detail::check_ctc_labels(of_sequence, logits.cols(), options);
    const auto label_count = static_cast<std::size_t>((paddings.row(b) == 0).count());
    auto forward = detail::ctc_forward(
        log_p, b * frames, frames, of_sequence, label_count, [&](Eigen::Index t) { return logit_paddings(b, t) != 0; },
        options);
    losses.push_back(forward.loss);
    blank.push_back(std::move(forward.log_alpha_blank));
    emit.push_back(std::move(forward.log_alpha_emit));
  }
  auto loss = grove::stack(losses);
  return CtcForwardBatch<decltype(loss)>{std::move(loss), std::move(blank), std::move(emit)};
}

/// `ctc_loss` of each sequence of a batch, a vector.
///
/// Shapes: `logits` has the frames of the first sequence, then those of the second, …, a row each; `logit_paddings` is
/// sequences × frames, `labels` and `label_paddings` are sequences × labels. A padding is 1 where there is nothing;
/// labels come first in their row. Sequences without padding may as well be calls of their own.
template <class X>
auto ctc_loss(const X& logits, const Eigen::ArrayXXd& logit_paddings, const Eigen::ArrayXXi& labels,
              const Eigen::ArrayXXd& label_paddings, const CtcOptions& options = {}) {
  return ctc_loss_with_forward_probs(logits, logit_paddings, labels, label_paddings, options).loss;
}

}  // namespace grove::optim::losses
