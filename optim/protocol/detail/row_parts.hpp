// Trees of which some leaves are cut down to a few rows for a while.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "../../../autodiff/tree/detail/member_access.hpp"
#include "../../../autodiff/tree/tree.hpp"
#include "../mask.hpp"
#include "check_state.hpp"

namespace grove::optim {

/// Rows of tables, which are named by their paths; the rows increase. See `take_rows`.
using RowsByPath = std::map<std::string, std::vector<Eigen::Index>>;

namespace detail {

/// The rows of each leaf that are used; null for all of them.
using LeafRows = std::vector<const std::vector<Eigen::Index>*>;

/// A leaf of which rows can be left out.
template <class L>
inline constexpr bool is_table = false;
template <HasStaticShape L>
inline constexpr bool is_table<L> = int(L::RowsAtCompileTime) == Eigen::Dynamic;

/// Throws unless the rows are some of `size`, each once and in order.
inline void check_rows(const char* function, const std::string& path, const std::vector<Eigen::Index>& rows,
                       Eigen::Index size) {
  Eigen::Index last = -1;
  const std::string table = path.empty() ? "the table" : path;
  for (const Eigen::Index row : rows) {
    if (row < 0 || row >= size)
      throw ShapeError(fill("{}: {} has {} rows, and row {} was asked for", {function, table, size, row}));
    if (row <= last) {
      throw ShapeError(fill("{}: {}: the rows must increase, and {} follows {}; used_rows makes such a list",
                            {function, table, row, last}));
    }
    last = row;
  }
}

/// The rows of each leaf of the params. Throws: StructureError if a path is not that of a leaf with rows; ShapeError
/// for rows that are not there.
template <class P>
LeafRows rows_of_leaves(const char* function, const P& params, const RowsByPath& rows) {
  LeafRows all;
  std::string paths;
  std::size_t found = 0;
  tree::detail::visit_leaves_with_path(
      [&]<class L>(const tree::Path& path, const L& leaf) {
        const auto wanted = rows.find(path.string());
        all.push_back(wanted == rows.end() ? nullptr : &wanted->second);
        if constexpr (is_table<L>) {
          paths += (paths.empty() ? "" : ", ") + path.string();
          if (all.back() == nullptr) return;
          check_rows(function, path.string(), *all.back(), leaf.rows());
          ++found;
        }
      },
      params);
  if (found != rows.size()) {
    std::string names;
    for (const auto& entry : rows) names += (names.empty() ? "'" : ", '") + entry.first + "'";
    throw StructureError(fill("{}: rows of {} were asked for, and those with rows that can be left out are {}",
                              {function, names, paths.empty() ? "none" : paths}));
  }
  return all;
}

/// The same for an optimizer's state: of its members that are trees like the params, in whatever scalar. Throws:
/// StructureError if there are other arrays, of which nobody knows what belongs to a row.
template <class S, class P>
LeafRows rows_of_state(const S& state, const P& params, const LeafRows& of_params) {
  const tree::Structure wanted = tree::structure(params);
  LeafRows all;
  tree::Path path;
  tree::detail::visit_nodes(
      [&]<class Node>(const tree::Path& at, const Node& node) -> bool {
        if constexpr (tree::Pytree<Node>) {
          if (tree::structure(node) == wanted) {
            all.insert(all.end(), of_params.begin(), of_params.end());
            return false;
          }
        }
        if constexpr (tree::Leaf<Node>) {
          if (leaf_traits<Node>::size(node) > 1) {
            throw StructureError(
                fill("step_rows: {} of the optimizer's state is not a tree like the params, so its "
                     "rows are not known; step the whole params",
                     {at.string()}));
          }
          all.push_back(nullptr);
        }
        return true;
      },
      path, state);
  return all;
}

template <class L>
void copy_rows(const L& from, const std::vector<Eigen::Index>& rows, L& to) {
  to.resize(static_cast<Eigen::Index>(rows.size()), from.cols());
  for (std::size_t k = 0; k < rows.size(); ++k) to.row(static_cast<Eigen::Index>(k)) = from.row(rows[k]);
}

/// While it lives, a tree has those rows only. At the end they are put back where they belong, with what became of
/// them.
template <class T>
class RowPart {
 public:
  RowPart(T& tree, const LeafRows& rows) : tree_(tree), rows_(rows) {
    for_each_table([&]<class L>(L& leaf, const std::vector<Eigen::Index>& which) {
      auto part = std::make_shared<L>();
      copy_rows(leaf, which, *part);
      others_.push_back(std::move(part));
    });
    exchange();  // from here on nothing throws
  }
  RowPart(const RowPart&) = delete;
  RowPart& operator=(const RowPart&) = delete;
  ~RowPart() {
    std::size_t k = 0;
    for_each_table([&]<class L>(L& leaf, const std::vector<Eigen::Index>& which) {
      L& whole = other<L>(k++);
      for (std::size_t i = 0; i < which.size(); ++i) whole.row(which[i]) = leaf.row(static_cast<Eigen::Index>(i));
    });
    exchange();
  }

 private:
  template <class F>
  void for_each_table(const F& f) {
    std::size_t leaf = 0;
    const auto call = [&]<class L>(L& node) {
      const std::vector<Eigen::Index>* which = rows_[leaf++];
      if constexpr (is_table<L>) {
        if (which != nullptr) f(node, *which);
      }
    };
    tree::detail::visit(tree::detail::NoTrail{}, call, tree_);
  }
  template <class L>
  L& other(std::size_t k) {
    return *static_cast<L*>(others_[k].get());
  }
  void exchange() {
    std::size_t k = 0;
    for_each_table([&]<class L>(L& leaf, const std::vector<Eigen::Index>&) { leaf.swap(other<L>(k++)); });
  }

  T& tree_;
  const LeafRows& rows_;
  std::vector<std::shared_ptr<void>> others_;  // the parts, then the whole tables
};

}  // namespace detail
}  // namespace grove::optim
