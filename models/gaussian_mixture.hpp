// A mixture of normal distributions.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

#include "../autodiff/autodiff.hpp"
#include "detail/prediction.hpp"

namespace grove::models {

/// A row comes from component c with probability weights[c], and then is normal with its mean and covariance.
template <class T = double>
struct GaussianMixture {
  grove::Vector<T> weights;                   ///< of the k components, with the sum 1
  grove::Matrix<T> means;                     ///< k×d, a row for each component
  std::vector<grove::Matrix<T>> covariances;  ///< k of d×d

  /// ln(weight · density) of component c for each row.  x: n×d → n
  /// Throws: grove::ShapeError unless x has d columns, grove::Error if the covariance is not positive definite.
  auto log_joint(const Eigen::MatrixXd& x, Eigen::Index c) const {
    if (x.cols() != means.cols())
      throw ShapeError(
          grove::detail::fill("gaussian_mixture: means of {} columns and data of {}", {means.cols(), x.cols()}));
    const auto l = cholesky(covariances[static_cast<std::size_t>(c)]);
    const auto centred = detail::prediction((x.rowwise() - means.row(c)).transpose().array()).matrix();
    const auto z = detail::prediction(l.template triangularView<Eigen::Lower>().solve(centred).array());
    const double constant = 0.5 * static_cast<double>(x.cols()) * std::log(2 * std::numbers::pi);
    return detail::prediction(-0.5 * square(z).colwise().sum().transpose() +
                              (log(weights[c]) - sum(log(l.diagonal().array())) - constant));
  }

  /// ln of the density of each row.  x: n×d → n.  Its sum is the log-likelihood, in a loss as well.
  auto log_density(const Eigen::MatrixXd& x) const {
    if (weights.size() == 0) throw ShapeError("gaussian_mixture: there are no components");
    auto total = log_joint(x, 0);
    for (Eigen::Index c = 1; c < weights.size(); ++c) total = detail::prediction(logaddexp(total, log_joint(x, c)));
    return total;
  }

  /// The probabilities that each row comes from each component.  x: n×d → n×k
  Eigen::MatrixXd operator()(const Eigen::MatrixXd& x) const {
    Eigen::MatrixXd joint(x.rows(), weights.size());
    for (Eigen::Index c = 0; c < weights.size(); ++c) joint.col(c) = Eigen::ArrayXd(log_joint(x, c));
    const Eigen::VectorXd largest = joint.rowwise().maxCoeff();
    joint = (joint.colwise() - largest).array().exp();
    return joint.array().colwise() / joint.rowwise().sum().array();
  }

  /// The component that each row most probably comes from.
  std::vector<int> classes(const Eigen::MatrixXd& x) const { return detail::largest_of_rows((*this)(x)); }
};

}  // namespace grove::models
