// Residuals of trees as functions of the vector of their free params.
#pragma once

#include <functional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "../../../autodiff/derivatives/jacobian.hpp"
#include "../../protocol/mask.hpp"
#include "../matrix_free.hpp"
#include "fit_rows.hpp"
#include "problem.hpp"

namespace grove::optim::detail {

/// The residuals and all that does not need derivatives. `Interface` says which of those the problem has.
template <class Interface, class F, class P, class... Args>
class TreeProblem : public Interface {
 public:
  using S = scalar_t<P>;
  using R = typename grove::detail::plain_result_of<const F, P, Args...>::type;

  TreeProblem(const F& f, const P& params, const Args&... args)
      : f_(f), params_(params), args_(args...), all_(tree::flatten(params)) {}

  /// `free` lists the params that vary, by their place in tree::flatten.
  void vary(std::vector<Eigen::Index> free) { free_ = std::move(free); }

  void residuals(const Eigen::VectorXd& x, Eigen::VectorXd& r) override {
    put(x);
    std::apply(
        [&](const auto&... args) {
          const auto tied = std::tie(params_, args...);
          grove::detail::with_lifted<S, false>(std::index_sequence<0>{}, f_, tied,
                                               [&](const auto& result, auto&, std::size_t, auto&) {
                                                 grove::detail::take_value<S>(value_, result);
                                                 return 0;
                                               });
        },
        args_);
    flatten_value(r);
  }

  std::string residual_name(Eigen::Index i) const override {
    return element_names(value_)[static_cast<std::size_t>(i)];
  }

  /// The params with x in the places that vary.
  const P& put(const Eigen::VectorXd& x) {
    for (std::size_t k = 0; k < free_.size(); ++k) all_(free_[k]) = static_cast<S>(x(static_cast<Eigen::Index>(k)));
    tree::unflatten_into(all_, params_);
    return params_;
  }
  /// The residuals of the last evaluation, as a tree.
  R& value() { return value_; }

 protected:
  const F& f_;
  P params_;
  std::tuple<const Args&...> args_;
  std::vector<Eigen::Index> free_;
  Eigen::Matrix<S, Eigen::Dynamic, 1> all_;
  Eigen::Index count_ = -1;  // of the residuals

 private:
  void flatten_value(Eigen::VectorXd& r) {
    if (count_ >= 0 && tree::size(value_) != count_) {
      throw StructureError(fill("least_squares: there were {} residuals at the start and there are {} now",
                                {count_, tree::size(value_)}));
    }
    count_ = tree::size(value_);
    tree::flatten_into(value_, r);
  }

  R value_{};
};

/// With the Jacobian as one matrix.
template <class F, class P, class... Args>
class DenseProblem : public TreeProblem<JacobianProblem, F, P, Args...> {
 public:
  using Base = TreeProblem<JacobianProblem, F, P, Args...>;
  using Base::Base;
  using typename Base::S;

  void jacobian(const Eigen::VectorXd& x, Eigen::MatrixXd& j) override {
    this->put(x);
    if constexpr (std::is_same_v<S, double>) {
      if (this->free_.size() == static_cast<std::size_t>(this->all_.size())) return all_columns(j);
    }
    all_columns(full_);
    j.resize(full_.rows(), static_cast<Eigen::Index>(this->free_.size()));
    for (std::size_t k = 0; k < this->free_.size(); ++k)
      j.col(static_cast<Eigen::Index>(k)) = full_.col(this->free_[k]).template cast<double>();
  }

 private:
  template <class J>
  void all_columns(J& j) {
    std::apply(
        [&](const auto&... args) {
          constexpr int n = tree::detail::static_size<P>, m = tree::detail::static_size<typename Base::R>;
          const auto nothing = grove::detail::no_value;
          const auto forward = [&] {
            grove::detail::forward_jacobian<S>(this->f_, this->params_, j, nothing, args...);
          };
          const auto reverse = [&] {
            grove::detail::reverse_jacobian<S>(this->f_, this->params_, j, nothing, args...);
          };
          if constexpr (n >= 0 && (m >= 0 || n <= 8)) {  // no residuals at all have no columns either
            if constexpr (m < 0 || grove::detail::is_forward_cheaper(m, n)) {
              forward();
            } else {
              reverse();
            }
          } else if (grove::detail::is_forward_cheaper(this->count_, this->all_.size())) {
            forward();
          } else {
            reverse();
          }
        },
        this->args_);
  }

  grove::detail::dense<S> full_;
};

/// With products with the Jacobian.
template <class F, class P, class... Args>
class MatrixFreeProblem : public TreeProblem<ProductProblem, MatrixFree<F>, P, Args...> {
 public:
  using Base = TreeProblem<ProductProblem, MatrixFree<F>, P, Args...>;
  using Base::Base;
  using typename Base::S;

  void linearize(const Eigen::VectorXd& x) override {
    this->put(x);
    std::apply(
        [&](const auto&... args) {
          auto [value, pullback] = vjp(std::cref(this->f_.residuals))(this->params_, args...);
          pull_back_ = [seeds = std::move(value), pull = std::move(pullback)](const Flat& cotangent) mutable {
            tree::unflatten_into(cotangent, seeds);
            return tree::flatten(pull(seeds));
          };
        },
        this->args_);
  }
  void times(const Eigen::VectorXd& direction, Eigen::VectorXd& product) override {
    P tangents = tree::zeros_like(this->params_);
    Flat all = Flat::Zero(this->all_.size());
    for (std::size_t k = 0; k < this->free_.size(); ++k)
      all(this->free_[k]) = static_cast<S>(direction(static_cast<Eigen::Index>(k)));
    tree::unflatten_into(all, tangents);
    std::apply(
        [&](const auto&... args) {
          const auto result = jvp(std::cref(this->f_.residuals))(this->params_, tangents, args...);
          product = tree::flatten(result.tangent).template cast<double>();
        },
        this->args_);
  }
  void transposed_times(const Eigen::VectorXd& cotangent, Eigen::VectorXd& product) override {
    const Flat gradient = pull_back_(cotangent.template cast<S>());
    product.resize(static_cast<Eigen::Index>(this->free_.size()));
    for (std::size_t k = 0; k < this->free_.size(); ++k)
      product(static_cast<Eigen::Index>(k)) = static_cast<double>(gradient(this->free_[k]));
  }

 private:
  using Flat = Eigen::Matrix<S, Eigen::Dynamic, 1>;
  std::function<Flat(const Flat&)> pull_back_;
};

}  // namespace grove::optim::detail
