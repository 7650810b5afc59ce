// Active trees to be filled, with memory that outlives a call.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace grove::detail {

/// An active tree to be filled. One that owns memory is borrowed from those that earlier calls on this thread used, so
/// that its containers keep their memory.
template <class Tree>
class Borrowed {
 public:
  Borrowed() {
    auto& pool = free_trees();
    if (pool.empty()) {
      tree_ = std::make_unique<Tree>();
    } else {
      tree_ = std::move(pool.back());
      pool.pop_back();
    }
  }
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;
  ~Borrowed() { free_trees().push_back(std::move(tree_)); }
  Tree& operator*() { return *tree_; }

 private:
  static std::vector<std::unique_ptr<Tree>>& free_trees() {
    thread_local std::vector<std::unique_ptr<Tree>> pool;
    return pool;
  }
  std::unique_ptr<Tree> tree_;
};
template <class Tree>
requires std::is_trivially_destructible_v<Tree>
class Borrowed<Tree> {
 public:
  Borrowed() = default;
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;
  Tree& operator*() { return tree_; }

 private:
  Tree tree_{};
};

}  // namespace grove::detail
