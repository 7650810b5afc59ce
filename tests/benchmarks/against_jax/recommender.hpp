// A recommender: 100,000 customers and 4000 articles with 16 numbers each, 64 ratings in each step of sgd.
#pragma once

#include <cmath>

#include <grove/autodiff.hpp>

namespace job {

using Table = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;  // a row lies together

template <class T = double>
struct Params {
  Table customers, articles;
};

template <class T = double>
struct Rows {
  grove::Matrix<T> customers, articles;
};

struct Data {
  Eigen::MatrixXi customers, articles;  // of the ratings, a row for each step
  Eigen::MatrixXd ratings;
};

/// Of the rows of those customers and articles alone.
const auto loss = [](const auto& rows, const Eigen::VectorXd& ratings) {
  const auto products = rows.customers.array() * rows.articles.array();
  return grove::mean(grove::square(grove::sum(products.rowwise()).matrix() - ratings));
};

inline Params<> train(Params<> params, const Data& data) {
  const double rate = 0.5;
  Rows<> rows, grads;
  rows.customers = rows.articles = grads.customers = grads.articles = Eigen::MatrixXd(data.ratings.cols(), 16);
  double value = 0;
  for (Eigen::Index i = 0; i < data.ratings.rows(); ++i) {
    const Eigen::VectorXd ratings = data.ratings.row(i);
    for (Eigen::Index k = 0; k < ratings.size(); ++k) {
      rows.customers.row(k) = params.customers.row(data.customers(i, k));
      rows.articles.row(k) = params.articles.row(data.articles(i, k));
    }
    grove::value_and_grad_into(loss, rows, value, grads, ratings);
    for (Eigen::Index k = 0; k < ratings.size(); ++k) {
      params.customers.row(data.customers(i, k)) -= rate * grads.customers.row(k);
      params.articles.row(data.articles(i, k)) -= rate * grads.articles.row(k);
    }
  }
  return params;
}

inline double final_loss(const Params<>& p, const Data& data) {
  double sum = 0;
  for (Eigen::Index i = 0; i < data.ratings.rows(); ++i) {
    for (Eigen::Index k = 0; k < data.ratings.cols(); ++k)
      sum += std::pow(
          p.customers.row(data.customers(i, k)).dot(p.articles.row(data.articles(i, k))) - data.ratings(i, k), 2);
  }
  return sum / static_cast<double>(data.ratings.size());
}

}  // namespace job
