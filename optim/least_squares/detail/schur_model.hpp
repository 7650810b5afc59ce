// The model by normal equations of which a block-diagonal part is eliminated first.
//
// A template for the reason given in quadratic_model.hpp.
#pragma once

#include <Eigen/Cholesky>
#include <algorithm>
#include <utility>
#include <vector>

#include "elimination.hpp"
#include "sparse_model.hpp"

namespace grove::optim::detail {

/// By a Schur complement: of [B E; Eᵀ C] with C in small blocks only B - E C⁻¹ Eᵀ is factored as a whole, which is
/// dense and as large as the kept params are many. Source: Brown 1958 and Triggs et al., "Bundle adjustment - a modern
/// synthesis" (2000), section 6.1.
template <class S>
class SchurModel : public SparseModel<S> {
 public:
  /// `eliminated` marks params.
  SchurModel(SparseProblemBase& problem, std::vector<bool> eliminated)
      : SparseModel<S>(problem), eliminated_(std::move(eliminated)) {}

 protected:
  void analyze(const SparseRows& jacobian) override {
    elimination_ = Elimination(jacobian, eliminated_, this->problem());
    parts_.clear();
    for (const EliminationBlock& block : elimination_.blocks) {
      const auto n = static_cast<Eigen::Index>(block.params.size()), k = static_cast<Eigen::Index>(block.kept.size());
      parts_.push_back(
          {Eigen::MatrixX<S>(n, n), Eigen::MatrixX<S>(n, n), Eigen::MatrixX<S>(k, n), Eigen::MatrixX<S>(k, n)});
    }
  }

  double form(const SparseRows& columns, const Eigen::VectorX<S>& units) override {
    kept_.setZero(elimination_.kept(), elimination_.kept());
    for (const Eigen::Index i : elimination_.other_rows) {
      read_row(columns, i);
      add_square(kept_entries_, kept_);
    }
    for_each_part([&](const EliminationBlock& block, Part& part) { add_block(columns, block, part); });
    for (Eigen::Index j = 0; j < units.size(); ++j) {
      if (units(j) == 0 && !is_eliminated(j)) kept_(elimination_.place(j), elimination_.place(j)) = 1;
    }
    double largest = elimination_.kept() == 0 ? 0.0 : kept_.diagonal().maxCoeff();
    for_each_part([&](const EliminationBlock& block, Part& part) {
      for (const Eigen::Index j : block.params) {
        double& diagonal = part.own(elimination_.place(j), elimination_.place(j));
        if (units(j) == 0) diagonal = 1;
        largest = std::max(largest, diagonal);
      }
    });
    return largest;
  }

  bool factor(double lambda) override {
    complement_ = kept_;
    complement_.diagonal().array() += lambda;
    bool positive = true;
    for_each_part([&](const EliminationBlock& block, Part& part) {
      part.factor = part.own;
      part.factor.diagonal().array() += lambda;
      positive = positive && Eigen::LLT<Eigen::Ref<Eigen::MatrixX<S>>>(part.factor).info() == Eigen::Success;
      if (positive) eliminate(block, part);
    });
    if (!positive) return false;
    cholesky_.compute(complement_);
    return cholesky_.info() == Eigen::Success;
  }

  void solve_by_factors(Eigen::VectorX<S>& v) override {
    rest_.resize(elimination_.kept());
    for_each_kept(v.size(), [&](Eigen::Index j, Eigen::Index place) { rest_(place) = v(j); });
    for_each_part([&](const EliminationBlock& block, Part& part) {
      local_ = v(block.params);
      part.factor.template triangularView<Eigen::Lower>().solveInPlace(local_);
      v(block.params) = local_;
      for (Eigen::Index c = 0; c < local_.size(); ++c) {
        for (std::size_t a = 0; a < block.kept.size(); ++a)
          rest_(block.kept[a]) -= part.half(static_cast<Eigen::Index>(a), c) * local_(c);
      }
    });
    cholesky_.solveInPlace(rest_);
    for_each_part([&](const EliminationBlock& block, Part& part) {
      local_ = v(block.params);
      for (Eigen::Index c = 0; c < local_.size(); ++c) {
        for (std::size_t a = 0; a < block.kept.size(); ++a)
          local_(c) -= part.half(static_cast<Eigen::Index>(a), c) * rest_(block.kept[a]);
      }
      part.factor.template triangularView<Eigen::Lower>().transpose().solveInPlace(local_);
      v(block.params) = local_;
    });
    for_each_kept(v.size(), [&](Eigen::Index j, Eigen::Index place) { v(j) = rest_(place); });
  }

  Eigen::Index pivots_above(double limit) const override {
    Eigen::Index count = (cholesky_.matrixLLT().diagonal().array().square() > limit).count();
    for (const Part& part : parts_) count += (part.factor.diagonal().array().square() > limit).count();
    return count;
  }

 private:
  /// Of a block: its part of C and its Cholesky factor L, its part of E and that times L⁻ᵀ.
  struct Part {
    Eigen::MatrixX<S> own, factor, cross, half;
  };

  bool is_eliminated(Eigen::Index j) const { return eliminated_[static_cast<std::size_t>(j)]; }

  template <class Use>
  void for_each_part(const Use& use) {
    for (std::size_t b = 0; b < parts_.size(); ++b) use(elimination_.blocks[b], parts_[b]);
  }
  template <class Use>
  void for_each_kept(Eigen::Index params, const Use& use) const {
    for (Eigen::Index j = 0; j < params; ++j) {
      if (!is_eliminated(j)) use(j, elimination_.place(j));
    }
  }

  using Entries = std::vector<std::pair<Eigen::Index, double>>;  // places and values

  /// Parts a row into entries of kept and of eliminated params.
  void read_row(const SparseRows& columns, Eigen::Index i) {
    kept_entries_.clear();
    own_entries_.clear();
    for (SparseRows::InnerIterator it(columns, i); it; ++it)
      (is_eliminated(it.col()) ? own_entries_ : kept_entries_).emplace_back(elimination_.place(it.col()), it.value());
  }
  /// Adds the products of all pairs, below the diagonal.
  static void add_square(const Entries& entries, Eigen::MatrixX<S>& sum) {
    for (std::size_t a = 0; a < entries.size(); ++a) {
      for (std::size_t b = a; b < entries.size(); ++b)
        sum(entries[b].first, entries[a].first) += entries[a].second * entries[b].second;
    }
  }
  void add_block(const SparseRows& columns, const EliminationBlock& block, Part& part) {
    part.own.setZero();
    part.cross.setZero();
    for (const Eigen::Index i : block.rows) {
      read_row(columns, i);
      add_square(kept_entries_, kept_);
      add_square(own_entries_, part.own);
      auto from = block.kept.begin();  // both increase
      for (const auto& [place, value] : kept_entries_) {
        from = std::lower_bound(from, block.kept.end(), place);
        for (const auto& [own, factor] : own_entries_) part.cross(from - block.kept.begin(), own) += value * factor;
      }
    }
  }

  /// Takes E C⁻¹ Eᵀ of a block away from the complement.
  void eliminate(const EliminationBlock& block, Part& part) {
    for (Eigen::Index c = 0; c < part.cross.cols(); ++c) {
      auto column = part.half.col(c);
      column = part.cross.col(c);
      for (Eigen::Index d = 0; d < c; ++d) column -= part.factor(c, d) * part.half.col(d);
      column /= part.factor(c, c);
    }
    square_ = part.half.lazyProduct(part.half.transpose());
    const std::size_t n = block.kept.size();
    for (std::size_t b = 0; b < n; ++b) {
      const double* from = square_.data() + b * n;  // no checks of each index: this is where the time goes
      double* to = complement_.data() + block.kept[b] * complement_.rows();
      for (std::size_t a = b; a < n; ++a) to[block.kept[a]] -= from[a];
    }
  }

  std::vector<bool> eliminated_;
  Elimination elimination_;
  std::vector<Part> parts_;
  Entries kept_entries_, own_entries_;
  Eigen::MatrixX<S> kept_, complement_, square_;
  Eigen::VectorX<S> rest_, local_;
  Eigen::LLT<Eigen::MatrixX<S>> cholesky_;
};

}  // namespace grove::optim::detail
