// F_gmm: negative log-likelihood of a Gaussian mixture with Wishart prior after ADBench (gmm_d10_K25, n = 1000).
#pragma once

#include <Eigen/Dense>
#include <autodiff/autodiff.hpp>
#include <cmath>
#include <memory>
#include <numbers>
#include <utility>
#include <vector>

#include "../random_data.hpp"
#include "../rows.hpp"

namespace benchmarks {

constexpr Eigen::Index gmm_dimension = 10;
constexpr Eigen::Index gmm_components = 25;
constexpr Eigen::Index gmm_points = 1000;
constexpr Eigen::Index gmm_lower = gmm_dimension * (gmm_dimension - 1) / 2;

/// The inverse covariance of component k is QᵀQ; Q is lower triangular with the exponentials of `log_diagonal` on its
/// diagonal and `lower` below it, column by column.
template <class T = double>
struct Mixture {
  grove::Vector<T> alpha;         ///< logarithms of the weights, not normalised
  grove::Matrix<T> mean;          ///< a column for each component
  grove::Matrix<T> log_diagonal;  ///< likewise
  grove::Matrix<T> lower;         ///< likewise
};

struct MixtureData {
  Eigen::MatrixXd points;  ///< a column for each
  Eigen::MatrixXd rows;    ///< a row for each
  double gamma = 1;        ///< of the Wishart prior
  int m = 0;               ///< of the Wishart prior
  Mixture<> params;

  MixtureData() {
    Random random(8);
    points = random.normal_matrix(gmm_dimension, gmm_points);
    rows = points.transpose();
    params.alpha = random.normal_vector(gmm_components);
    params.mean = random.normal_matrix(gmm_dimension, gmm_components);
    params.log_diagonal = random.normal_matrix(gmm_dimension, gmm_components, 0.3);
    params.lower = random.normal_matrix(gmm_lower, gmm_components, 0.3);
  }

  /// What the log-likelihood has beyond the parameters.
  double constant() const {
    constexpr double d = gmm_dimension;
    const double degrees = d + m + 1;
    double log_gamma = 0.25 * d * (d - 1) * std::log(std::numbers::pi);
    for (int j = 1; j <= gmm_dimension; ++j) log_gamma += std::lgamma(0.5 * (degrees + 1 - j));
    const double prior = degrees * d * (std::log(gamma) - 0.5 * std::log(2)) - log_gamma;
    return -0.5 * d * gmm_points * std::log(2 * std::numbers::pi) - gmm_components * prior;
  }
};

/// Scalar loops over points, components and dimensions.
inline const auto mixture = [](const auto& p, const MixtureData& data) {
  using std::exp;
  using std::log;
  using T = grove::scalar_t<decltype(p)>;
  constexpr Eigen::Index d = gmm_dimension, k = gmm_components;
  const auto log_sum_exp = [](const std::vector<T>& terms) -> T {
    const T* largest = &terms[0];
    for (const T& term : terms)
      if (term > *largest) largest = &term;
    const T shift = *largest;
    T sum = 0.0;
    for (const T& term : terms) sum += exp(term - shift);
    return shift + log(sum);
  };

  std::vector<T> diagonal(static_cast<std::size_t>(d * k)), offset(static_cast<std::size_t>(k));
  std::vector<T> terms(static_cast<std::size_t>(k)), centered(static_cast<std::size_t>(d));
  T prior = 0.0;
  for (Eigen::Index c = 0; c < k; ++c) {
    T log_determinant = 0.0, squares = 0.0;
    for (Eigen::Index i = 0; i < d; ++i) {
      T& scale = diagonal[static_cast<std::size_t>(c * d + i)];
      scale = exp(p.log_diagonal(i, c));
      log_determinant += p.log_diagonal(i, c);
      squares += scale * scale;
    }
    for (Eigen::Index i = 0; i < gmm_lower; ++i) squares += p.lower(i, c) * p.lower(i, c);
    offset[static_cast<std::size_t>(c)] = p.alpha[c] + log_determinant;
    terms[static_cast<std::size_t>(c)] = p.alpha[c];
    prior += 0.5 * data.gamma * data.gamma * squares - data.m * log_determinant;
  }
  T total = prior - static_cast<double>(gmm_points) * log_sum_exp(terms);
  for (Eigen::Index point = 0; point < gmm_points; ++point) {
    for (Eigen::Index c = 0; c < k; ++c) {
      for (Eigen::Index i = 0; i < d; ++i) centered[static_cast<std::size_t>(i)] = data.points(i, point) - p.mean(i, c);
      T squares = 0.0;
      for (Eigen::Index i = 0; i < d; ++i) {
        T whitened = diagonal[static_cast<std::size_t>(c * d + i)] * centered[static_cast<std::size_t>(i)];
        for (Eigen::Index j = 0; j < i; ++j)
          whitened += p.lower(j * (2 * d - j - 1) / 2 + i - j - 1, c) * centered[static_cast<std::size_t>(j)];
        squares += whitened * whitened;
      }
      terms[static_cast<std::size_t>(c)] = offset[static_cast<std::size_t>(c)] - 0.5 * squares;
    }
    total += log_sum_exp(terms);
  }
  return T(total + data.constant());
};

/// What the points add, with one matrix product a component for all of them, and what the prior adds.
template <class P>
auto mixture_terms(const P& p, const Eigen::MatrixXd& points, const MixtureData& data) {
  using T = grove::scalar_t<P>;
  constexpr Eigen::Index d = gmm_dimension, k = gmm_components;
  const auto diagonal = grove::exp(p.log_diagonal.array());
  const auto log_determinant = p.log_diagonal.colwise().sum();
  std::vector<grove::RowVector<T>> terms;
  for (Eigen::Index c = 0; c < k; ++c) {
    Eigen::Matrix<T, d, d> q = Eigen::Matrix<T, d, d>::Zero();
    Eigen::Index at = 0;
    for (Eigen::Index j = 0; j < d; ++j) {
      q(j, j) = diagonal(j, c);
      for (Eigen::Index i = j + 1; i < d; ++i) q(i, j) = p.lower(at++, c);
    }
    const grove::Matrix<T> factor = q;
    const auto whitened = (factor * points).colwise() - factor * p.mean.col(c);
    const auto squares = whitened.colwise().squaredNorm().array();
    terms.push_back((p.alpha[c] + log_determinant[c] - 0.5 * squares).matrix());
  }
  const auto squares = grove::sum(grove::square(diagonal)) + p.lower.squaredNorm();
  const T prior = 0.5 * data.gamma * data.gamma * squares - data.m * grove::sum(log_determinant);
  const T likelihood = grove::sum(grove::logsumexp(grove::vcat(terms).colwise()));
  return std::pair(likelihood, prior);
}

/// The same by these.
inline const auto mixture_of_arrays = [](const auto& p, const MixtureData& data) {
  const auto [likelihood, prior] = mixture_terms(p, data.points, data);
  return prior + likelihood - static_cast<double>(gmm_points) * grove::logsumexp(p.alpha) + data.constant();
};

/// The same for a point, a mean over points that are rows, as threads share them out.
inline const auto mixture_of_rows = [](const auto& p, const Eigen::MatrixXd& rows, const MixtureData& data) {
  const auto [likelihood, prior] = mixture_terms(p, rows.transpose(), data);
  return likelihood / static_cast<double>(rows.rows()) - grove::logsumexp(p.alpha) +
         (prior + data.constant()) / static_cast<double>(gmm_points);
};

/// The gradient by hand: all whitened residuals of a point first, then their shares of the posterior.
struct MixtureByHand {
  static constexpr Eigen::Index d = gmm_dimension, k = gmm_components;
  Eigen::MatrixXd diagonal = Eigen::MatrixXd(d, k), centered = Eigen::MatrixXd(d, k), whitened = Eigen::MatrixXd(d, k);
  Eigen::VectorXd log_determinant = Eigen::VectorXd(k), terms = Eigen::VectorXd(k);

  /// Replaces terms by their softmax; returns their log-sum-exp.
  static double normalize(Eigen::VectorXd& terms) {
    const double shift = terms.maxCoeff();
    double sum = 0;
    for (Eigen::Index c = 0; c < k; ++c) sum += terms[c] = std::exp(terms[c] - shift);
    for (Eigen::Index c = 0; c < k; ++c) terms[c] /= sum;
    return shift + std::log(sum);
  }

  double start(const MixtureData& data, Mixture<>& grads) {
    const auto& p = data.params;
    const double gamma2 = data.gamma * data.gamma;
    grads.mean.setZero(d, k);
    grads.log_diagonal.resize(d, k);
    grads.lower.resize(gmm_lower, k);
    double prior = 0;
    for (Eigen::Index c = 0; c < k; ++c) {
      double squares = 0;
      log_determinant[c] = 0;
      for (Eigen::Index i = 0; i < d; ++i) {
        const double scale = std::exp(p.log_diagonal(i, c));
        diagonal(i, c) = scale;
        log_determinant[c] += p.log_diagonal(i, c);
        squares += scale * scale;
        grads.log_diagonal(i, c) = gamma2 * scale * scale - data.m;
      }
      for (Eigen::Index i = 0; i < gmm_lower; ++i) {
        squares += p.lower(i, c) * p.lower(i, c);
        grads.lower(i, c) = gamma2 * p.lower(i, c);
      }
      prior += 0.5 * gamma2 * squares - data.m * log_determinant[c];
      terms[c] = p.alpha[c];
    }
    const double weights = normalize(terms);
    grads.alpha = -static_cast<double>(gmm_points) * terms;
    return prior - static_cast<double>(gmm_points) * weights;
  }

  void whiten(const MixtureData& data, Eigen::Index point) {
    const auto& p = data.params;
    for (Eigen::Index c = 0; c < k; ++c) {
      for (Eigen::Index i = 0; i < d; ++i) {
        centered(i, c) = data.points(i, point) - p.mean(i, c);
        whitened(i, c) = diagonal(i, c) * centered(i, c);
      }
      Eigen::Index at = 0;
      for (Eigen::Index j = 0; j < d; ++j)
        for (Eigen::Index i = j + 1; i < d; ++i) whitened(i, c) += p.lower(at++, c) * centered(j, c);
      double squares = 0;
      for (Eigen::Index i = 0; i < d; ++i) squares += whitened(i, c) * whitened(i, c);
      terms[c] = p.alpha[c] + log_determinant[c] - 0.5 * squares;
    }
  }

  double operator()(const MixtureData& data, Mixture<>& grads) {
    const auto& p = data.params;
    double total = start(data, grads);
    for (Eigen::Index point = 0; point < gmm_points; ++point) {
      whiten(data, point);
      total += normalize(terms);
      for (Eigen::Index c = 0; c < k; ++c) {
        const double share = terms[c];
        grads.alpha[c] += share;
        Eigen::Index at = 0;
        for (Eigen::Index j = 0; j < d; ++j) {
          double mean_bar = diagonal(j, c) * whitened(j, c);
          for (Eigen::Index i = j + 1; i < d; ++i, ++at) {
            mean_bar += p.lower(at, c) * whitened(i, c);
            grads.lower(at, c) -= share * whitened(i, c) * centered(j, c);
          }
          grads.mean(j, c) += share * mean_bar;
          grads.log_diagonal(j, c) += share * (1 - whitened(j, c) * diagonal(j, c) * centered(j, c));
        }
      }
    }
    return total + data.constant();
  }
};

inline std::vector<Workload> workloads() {
  const auto data = std::make_shared<const MixtureData>();
  Workload workload{"F_gmm", "Gaussian mixture, 10 dimensions, 25 components, 1000 points, 1650 parameters",
                    gmm_points * gmm_components * (2.0 * gmm_lower + 4 * gmm_dimension + 4)};
  workload.data = data;
  workload.rows = {
      primal_row("primal", mixture, data->params, *data),
      hand_row<Mixture<>>(
          [&data = *data, by_hand = MixtureByHand{}](auto& grads) mutable { return by_hand(data, grads); }),
      grove_row("grove, arrays", 1.0, mixture_of_arrays, data->params, *data),
      grove_row("grove, scalars", 3.5, mixture, data->params, *data),
      recording_row("grove, scalars", mixture, data->params, *data),
      threads_row(1, 0, gmm_points, mixture_of_rows, data->params, data->rows, *data),
      threads_row(2, 1.0 / 1.8, gmm_points, mixture_of_rows, data->params, data->rows, *data),
  };
  workload.difference = difference_of(workload.rows[1], mixture, data->params, *data);
  return {workload};
}

}  // namespace benchmarks
