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

/// `free` lists the params that vary, by their place in tree::flatten.
template <class F, class P, class... Args>
class TreeProblem : public ResidualProblem {
 public:
  using S = scalar_t<P>;
  using R = typename grove::detail::plain_result_of<const F, P, Args...>::type;

  TreeProblem(const F& f, const P& params, const Args&... args)
      : f_(f), params_(params), args_(args...), all_(tree::flatten(params)) {}

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

  void jacobian(const Eigen::VectorXd& x, Eigen::MatrixXd& j) override {
    put(x);
    if constexpr (std::is_same_v<S, double>) {
      if (free_.size() == static_cast<std::size_t>(all_.size())) return all_columns(j);
    }
    all_columns(full_);
    j.resize(full_.rows(), static_cast<Eigen::Index>(free_.size()));
    for (std::size_t k = 0; k < free_.size(); ++k)
      j.col(static_cast<Eigen::Index>(k)) = full_.col(free_[k]).template cast<double>();
  }

  void linearize(const Eigen::VectorXd& x) override {
    put(x);
    if constexpr (is_matrix_free<F>) {
      std::apply(
          [&](const auto&... args) {
            auto [value, pullback] = vjp(std::cref(f_.residuals))(params_, args...);
            pull_back_ = [seeds = std::move(value),
                          pull = std::move(pullback)](const Eigen::Matrix<S, Eigen::Dynamic, 1>& cotangent) mutable {
              tree::unflatten_into(cotangent, seeds);
              return tree::flatten(pull(seeds));
            };
          },
          args_);
    }
  }
  void times(const Eigen::VectorXd& direction, Eigen::VectorXd& product) override {
    if constexpr (is_matrix_free<F>) {
      P tangents = tree::zeros_like(params_);
      Eigen::Matrix<S, Eigen::Dynamic, 1> all = Eigen::Matrix<S, Eigen::Dynamic, 1>::Zero(all_.size());
      for (std::size_t k = 0; k < free_.size(); ++k)
        all(free_[k]) = static_cast<S>(direction(static_cast<Eigen::Index>(k)));
      tree::unflatten_into(all, tangents);
      std::apply(
          [&](const auto&... args) {
            product =
                tree::flatten(jvp(std::cref(f_.residuals))(params_, tangents, args...).tangent).template cast<double>();
          },
          args_);
    }
  }
  void transposed_times(const Eigen::VectorXd& cotangent, Eigen::VectorXd& product) override {
    if constexpr (is_matrix_free<F>) {
      const Eigen::Matrix<S, Eigen::Dynamic, 1> gradient = pull_back_(cotangent.template cast<S>());
      product.resize(static_cast<Eigen::Index>(free_.size()));
      for (std::size_t k = 0; k < free_.size(); ++k)
        product(static_cast<Eigen::Index>(k)) = static_cast<double>(gradient(free_[k]));
    }
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

 private:
  void flatten_value(Eigen::VectorXd& r) {
    if (count_ >= 0 && tree::size(value_) != count_) {
      throw StructureError(fill("least_squares: there were {} residuals at the start and there are {} now",
                                {count_, tree::size(value_)}));
    }
    count_ = tree::size(value_);
    tree::flatten_into(value_, r);
  }

  template <class J>
  void all_columns(J& j) {
    std::apply(
        [&](const auto&... args) {
          constexpr int n = tree::detail::static_size<P>, m = tree::detail::static_size<R>;
          const auto nothing = grove::detail::no_value;
          const auto forward = [&] { grove::detail::forward_jacobian<S>(f_, params_, j, nothing, args...); };
          const auto reverse = [&] { grove::detail::reverse_jacobian<S>(f_, params_, j, nothing, args...); };
          if constexpr (is_matrix_free<F>) {
            (void)forward, (void)reverse, (void)nothing;
          } else if constexpr (n >= 0 && (m >= 0 || n <= 8)) {  // no residuals at all have no columns either
            if constexpr (m < 0 || grove::detail::is_forward_cheaper(m, n)) {
              forward();
            } else {
              reverse();
            }
          } else if (grove::detail::is_forward_cheaper(count_, all_.size())) {
            forward();
          } else {
            reverse();
          }
        },
        args_);
  }

  const F& f_;
  P params_;
  std::tuple<const Args&...> args_;
  std::vector<Eigen::Index> free_;
  Eigen::Matrix<S, Eigen::Dynamic, 1> all_;
  grove::detail::dense<S> full_;
  R value_{};
  Eigen::Index count_ = -1;
  using Flat = Eigen::Matrix<S, Eigen::Dynamic, 1>;
  std::function<Flat(const Flat&)> pull_back_;
};

}  // namespace grove::optim::detail
