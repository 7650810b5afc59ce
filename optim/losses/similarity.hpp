// Losses of embeddings: triplets, and normalised temperature-scaled cross entropy.
#pragma once

#include <cmath>
#include <limits>
#include <vector>

#include "detail/elements.hpp"
#include "over.hpp"

namespace grove::optim::losses {

/// max(d(a, p) - d(a, n) + margin, 0), one value for each row (or as `over` says); d(x, y) = (Σ (x-y)ᵏ + eps)^(1/k).
///
/// As in optax no magnitude is taken, so `norm_degree` should be even.
/// Source: Schroff et al. 2015, https://arxiv.org/abs/1503.03832
template <class A, class P, class N, Axis Along = Axis::rows>
auto triplet_margin_loss(const A& anchors, const P& positives, const N& negatives, int norm_degree = 2,
                         double margin = 1.0, double eps = 1e-6, const Over<Along>& over = {}) {
  detail::check_same_shape("triplet_margin_loss", "anchors", anchors, "positives", positives);
  detail::check_same_shape("triplet_margin_loss", "anchors", anchors, "negatives", negatives);
  const auto distance = [&](const auto& x, const auto& y) {
    return grove::pow(grove::sum(detail::along(grove::pow(x - y, norm_degree), over)) + eps, 1.0 / norm_degree);
  };
  const auto& a = detail::elements(anchors);
  const auto to_positive = distance(a, detail::elements(positives));
  const auto to_negative = distance(a, detail::elements(negatives));
  return detail::evaluated(grove::relu(to_positive - to_negative + margin));
}

/// NT-Xent: embeddings (rows) of the same label attract, others repel; cosine similarity over the temperature.
///
///   -mean over pairs i≠j of equal label of [sᵢⱼ - log(e^sᵢⱼ + Σ_k e^sᵢₖ)], k over the other labels
///
/// Throws: ShapeError if the numbers of rows and labels differ.
/// Source: Chen et al. 2020, https://arxiv.org/abs/2002.05709
template <class X>
auto ntxent(const X& embeddings, const std::vector<int>& labels, double temperature = 0.07) {
  const Eigen::Index n = embeddings.rows();
  if (static_cast<Eigen::Index>(labels.size()) != n) {
    throw ShapeError(detail::fill("ntxent: there are {} embeddings and {} labels", {n, labels.size()}));
  }
  detail::dependent_t<X> others(n, n), positives = detail::dependent_t<X>::Zero(n, n);
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index j = 0; j < n; ++j) {
      const bool same = labels[static_cast<std::size_t>(i)] == labels[static_cast<std::size_t>(j)];
      others(i, j) = same ? 0 : 1;
      positives(i, j) = same && i != j ? 1 : 0;
    }
  }
  const auto& x = detail::elements(embeddings);
  const auto norms =
      grove::sqrt(grove::maximum(grove::sum(grove::square(x).rowwise()), std::numeric_limits<double>::epsilon()));
  const auto unit = detail::evaluated((x / norms.replicate(1, embeddings.cols())).matrix());
  const auto similarity = detail::evaluated((unit * unit.transpose()).array() / temperature);
  const auto repelling = grove::where(others > 0.0, similarity, -std::numeric_limits<double>::infinity());
  const auto of_others = grove::logsumexp(repelling.rowwise());
  const auto against = of_others.replicate(1, n);
  const auto log_likelihood = detail::evaluated(similarity - grove::logaddexp(similarity, against));
  return detail::evaluated(-grove::sum(grove::where(positives > 0.0, log_likelihood, 0.0)) / positives.sum());
}

}  // namespace grove::optim::losses
