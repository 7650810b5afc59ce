// Residuals of trees whose Jacobian is sparse.
#pragma once

#include <Eigen/SparseCore>
#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "../../../autodiff/derivatives/sparse_jacobian.hpp"
#include "tree_problem.hpp"

namespace grove::optim::detail {

using SparseRows = Eigen::SparseMatrix<double, Eigen::RowMajor>;

class SparseProblemBase : public ResidualProblem {
 public:
  /// Residuals × free params, as raw as the residuals. Called where the residuals are known.
  virtual SparseRows jacobian(const Eigen::VectorXd& x) = 0;
  /// How often the pattern of the Jacobian was found: it is the same as long as this is.
  virtual int patterns() const = 0;
  /// Of the free params: those below one of the paths.
  virtual std::vector<bool> below(const std::vector<std::string>& paths) const = 0;
  /// The name of a free param, for messages.
  virtual std::string param_name(Eigen::Index k) const = 0;
};

/// The entries of two patterns of the same size.
inline JacobianPattern united(const JacobianPattern& a, const JacobianPattern& b) {
  grove::detail::PatternRows rows(a.entries.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::set_union(a.entries[i].begin(), a.entries[i].end(), b.entries[i].begin(), b.entries[i].end(),
                   std::back_inserter(rows[i]));
  }
  return grove::detail::colored_pattern(std::move(rows), a.cols);
}

/// The pattern is found at the start, and again where a branch shows entries that it does not have.
template <class F, class P, class... Args>
class SparseProblem : public TreeProblem<SparseProblemBase, F, P, Args...> {
 public:
  using Base = TreeProblem<SparseProblemBase, F, P, Args...>;
  using Base::Base;
  using typename Base::S;

  SparseRows jacobian(const Eigen::VectorXd& x) override {
    this->put(x);
    if (!pattern_) found(pattern_here());
    auto result = evaluated();
    if (!result.is_complete(pattern_->by_rows)) {
      found(united(*pattern_, pattern_here()));
      result = evaluated();
    }
    if (!result.is_complete(pattern_->by_rows)) {
      throw StructureError(
          "least_squares: the Jacobian has entries where no operation shows that it depends on the params (as in "
          "eigenvalues and custom rules); fit the residuals without sparse(…)");
    }
    return free_columns(std::move(result.matrix));
  }

  int patterns() const override { return patterns_; }

  std::vector<bool> below(const std::vector<std::string>& paths) const override {
    std::map<std::string, bool> marks{{"", false}};
    for (const std::string& path : paths) marks[path] = true;
    const std::vector<bool> leaves = PerLeaf<bool>(std::move(marks)).of(this->params_, "least_squares: eliminate");
    std::vector<bool> all;
    std::size_t leaf = 0;
    for_each_shape(
        [&](const tree::Path&, const LeafShape& shape) {
          all.insert(all.end(), static_cast<std::size_t>(shape.size()), leaves[leaf++]);
        },
        this->params_);
    std::vector<bool> free;
    for (const Eigen::Index i : this->free_) free.push_back(all[static_cast<std::size_t>(i)]);
    return free;
  }

  std::string param_name(Eigen::Index k) const override {
    return element_names(this->params_)[static_cast<std::size_t>(this->free_[static_cast<std::size_t>(k)])];
  }

 private:
  JacobianPattern pattern_here() const {
    return std::apply(
        [&](const auto&... args) { return jacobian_pattern(std::cref(this->f_))(this->params_, args...); },
        this->args_);
  }
  void found(JacobianPattern pattern) {
    pattern_ = std::move(pattern);
    ++patterns_;
  }
  auto evaluated() const {
    return std::apply(
        [&](const auto&... args) {
          return grove::detail::compressed_jacobian<S>(this->f_, *pattern_, this->params_, args...);
        },
        this->args_);
  }
  SparseRows free_columns(Eigen::SparseMatrix<S, Eigen::RowMajor> all) const {
    const auto n = static_cast<Eigen::Index>(this->free_.size());
    if constexpr (std::is_same_v<S, double>) {
      if (n == all.cols()) return all;
    }
    std::vector<Eigen::Index> place(static_cast<std::size_t>(all.cols()), -1);
    for (Eigen::Index k = 0; k < n; ++k) place[static_cast<std::size_t>(this->free_[static_cast<std::size_t>(k)])] = k;
    SparseRows free(all.rows(), n);
    free.reserve(all.nonZeros());
    for (Eigen::Index i = 0; i < all.rows(); ++i) {
      free.startVec(i);
      for (typename Eigen::SparseMatrix<S, Eigen::RowMajor>::InnerIterator it(all, i); it; ++it) {
        const Eigen::Index k = place[static_cast<std::size_t>(it.col())];
        if (k >= 0) free.insertBack(i, k) = static_cast<double>(it.value());
      }
    }
    free.finalize();
    return free;
  }

  std::optional<JacobianPattern> pattern_;
  int patterns_ = 0;
};

}  // namespace grove::optim::detail
