// Params that fall into small blocks, which no residual joins: with the others fixed, each block could be fitted alone.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "sparse_problem.hpp"

namespace grove::optim::detail {

/// Params that are eliminated together, the residuals that they are in, and the other params of those.
struct EliminationBlock {
  std::vector<Eigen::Index> params;  ///< increasing
  std::vector<Eigen::Index> rows;
  std::vector<Eigen::Index> kept;  ///< numbers among the params that are kept, increasing
};

/// Which block each param is of, or its number among those that are kept.
class Elimination {
 public:
  static constexpr Eigen::Index largest_block = 64, most_kept = 4096;

  Elimination() = default;
  /// Throws: StructureError if a block, or what is kept, is too large to be dense.
  Elimination(const SparseRows& pattern, const std::vector<bool>& eliminated, const SparseProblemBase& names)
      : place_(eliminated.size(), 0) {
    for (std::size_t k = 0; k < eliminated.size(); ++k) {
      if (!eliminated[k]) place_[k] = kept_++;
    }
    if (kept_ > most_kept) {
      throw StructureError(
          fill("least_squares: eliminate leaves {} params, and the equations of those are dense: {} at most; eliminate "
               "the larger kind, or nothing",
               {kept_, most_kept}));
    }
    join(pattern, eliminated);
    gather(eliminated, names);
    for (Eigen::Index i = 0; i < pattern.rows(); ++i) add_row(pattern, i, eliminated);
    for (EliminationBlock& block : blocks) {
      std::sort(block.kept.begin(), block.kept.end());
      block.kept.erase(std::unique(block.kept.begin(), block.kept.end()), block.kept.end());
    }
  }

  Eigen::Index kept() const { return kept_; }
  /// The number of a param among those that are kept, or in its block.
  Eigen::Index place(Eigen::Index param) const { return place_[static_cast<std::size_t>(param)]; }

  std::vector<EliminationBlock> blocks;
  std::vector<Eigen::Index> other_rows;  ///< residuals of kept params only

 private:
  Eigen::Index root(Eigen::Index k) {
    while (parent_[static_cast<std::size_t>(k)] != k) {
      Eigen::Index& up = parent_[static_cast<std::size_t>(k)];
      k = up = parent_[static_cast<std::size_t>(up)];
    }
    return k;
  }
  /// Params that share a residual get the same root.
  void join(const SparseRows& pattern, const std::vector<bool>& eliminated) {
    parent_.resize(eliminated.size());
    std::iota(parent_.begin(), parent_.end(), Eigen::Index(0));
    for (Eigen::Index i = 0; i < pattern.rows(); ++i) {
      Eigen::Index first = -1;
      for (SparseRows::InnerIterator it(pattern, i); it; ++it) {
        if (!eliminated[static_cast<std::size_t>(it.col())]) continue;
        if (first < 0) first = root(it.col());
        parent_[static_cast<std::size_t>(root(it.col()))] = first;
      }
    }
  }
  void gather(const std::vector<bool>& eliminated, const SparseProblemBase& names) {
    block_of_root_.assign(eliminated.size(), -1);
    for (std::size_t k = 0; k < eliminated.size(); ++k) {
      if (!eliminated[k]) continue;
      Eigen::Index& number = block_of_root_[static_cast<std::size_t>(root(static_cast<Eigen::Index>(k)))];
      if (number < 0) {
        number = static_cast<Eigen::Index>(blocks.size());
        blocks.emplace_back();
      }
      std::vector<Eigen::Index>& params = blocks[static_cast<std::size_t>(number)].params;
      place_[k] = static_cast<Eigen::Index>(params.size());
      params.push_back(static_cast<Eigen::Index>(k));
    }
    for (const EliminationBlock& block : blocks) {
      const auto size = static_cast<Eigen::Index>(block.params.size());
      if (size <= largest_block) continue;
      throw StructureError(fill(
          "least_squares: eliminate: the residuals join {} params into one block, {} and {} among them; those that "
          "are eliminated must fall into blocks of at most {} that no residual joins",
          {size, names.param_name(block.params.front()), names.param_name(block.params.back()), largest_block}));
    }
  }
  void add_row(const SparseRows& pattern, Eigen::Index i, const std::vector<bool>& eliminated) {
    Eigen::Index number = -1;
    for (SparseRows::InnerIterator it(pattern, i); it && number < 0; ++it) {
      if (eliminated[static_cast<std::size_t>(it.col())])
        number = block_of_root_[static_cast<std::size_t>(root(it.col()))];
    }
    if (number < 0) return other_rows.push_back(i);
    EliminationBlock& block = blocks[static_cast<std::size_t>(number)];
    block.rows.push_back(i);
    for (SparseRows::InnerIterator it(pattern, i); it; ++it) {
      if (!eliminated[static_cast<std::size_t>(it.col())]) block.kept.push_back(place(it.col()));
    }
  }

  Eigen::Index kept_ = 0;
  std::vector<Eigen::Index> place_, parent_, block_of_root_;
};

}  // namespace grove::optim::detail
