// Active trees to be filled, with memory that outlives a call.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "../../detail/kept_by_thread.hpp"

namespace grove::detail {

/// An active tree to be filled. One that owns memory is borrowed from those that earlier calls on this thread used, so
/// that its containers keep their memory.
template <class Tree>
class Borrowed {
 public:
  Borrowed() {
    Pool* const pool = kept_by_thread<Pool>();
    if (pool == nullptr || pool->empty()) {
      tree_ = std::make_unique<Tree>();
    } else {
      tree_ = std::move(pool->back());
      pool->pop_back();
    }
  }
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;
  ~Borrowed() {
    if (Pool* const pool = kept_by_thread<Pool>()) pool->push_back(std::move(tree_));
  }
  Tree& operator*() { return *tree_; }

 private:
  using Pool = std::vector<std::unique_ptr<Tree>>;
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
