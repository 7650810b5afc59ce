// Work that several threads share out among themselves.
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <limits>
#include <memory>
#include <mutex>
#include <utility>

#include "process.hpp"
#include "team.hpp"

namespace grove::detail {

/// A team, and what is left of it in a process that was forked from the one that made it: the caller, who works alone.
class Workers {
 public:
  explicit Workers(int count) : team_(std::make_unique<Team>(count)) {}
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  ~Workers() {
    // What the lost threads held or waited for can be neither used nor destroyed.
    if (is_forked()) static_cast<void>(team_.release());
  }

  int count() const { return team_->count(); }

  /// Calls `part(context, i)` for every i below `count`, on as many threads, and returns when all are done.
  void run(void (*part)(void*, int), void* context) {
    if (!is_forked()) return team_->run(part, context);
    for (int i = 0; i < count(); ++i) part(context, i);
  }

 private:
  bool is_forked() const { return process_id() != process_; }

  long process_ = process_id();
  std::unique_ptr<Team> team_;
};

/// What the least piece of work threw, of all that threw.
class LeastFailure {
 public:
  bool is_before(std::size_t i) const { return at_.load(std::memory_order_relaxed) < i; }
  void put(std::size_t i, std::exception_ptr thrown) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (i >= at_) return;
    at_ = i;
    thrown_ = std::move(thrown);
  }
  void rethrow() const {
    if (thrown_) std::rethrow_exception(thrown_);
  }

 private:
  std::mutex mutex_;
  std::atomic<std::size_t> at_ = std::numeric_limits<std::size_t>::max();
  std::exception_ptr thrown_;
};

/// Calls work(i) for each i below n, on the workers or, without, on the caller; throws what the least i threw.
///
/// The k-th worker begins with i = k, so that in a loop that repeats every thread has its memory after the first time;
/// then each takes the next that is left.
template <class Work>
void share_out(Workers* workers, std::size_t n, const Work& work) {
  if (workers == nullptr) {
    for (std::size_t i = 0; i < n; ++i) work(i);
    return;
  }
  std::atomic<std::size_t> next = static_cast<std::size_t>(workers->count());
  LeastFailure failure;
  auto run = [&](std::size_t i) {
    for (; i < n && !failure.is_before(i); i = next++) {
      try {
        work(i);
      } catch (...) {
        failure.put(i, std::current_exception());
      }
    }
  };
  workers->run([](void* context, int k) { (*static_cast<decltype(run)*>(context))(static_cast<std::size_t>(k)); },
               &run);
  failure.rethrow();
}

}  // namespace grove::detail
