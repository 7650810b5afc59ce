// Several threads for the steps of large trees.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "../numerics/detail/check.hpp"
#include "../protocol/chain.hpp"
#include "detail/process.hpp"

namespace grove::optim {
namespace detail {

/// Threads that sleep until there is a pass to share. The caller's thread is one of them.
class Team {
 public:
  explicit Team(int count) {
    try {
      for (int i = 1; i < count; ++i) threads_.emplace_back([this, i] { work(i); });
    } catch (...) {
      stop();
      throw;
    }
  }
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;
  ~Team() { stop(); }

  int count() const { return static_cast<int>(threads_.size()) + 1; }

  void run(void (*part)(void*, int), void* context) {
    const std::unique_lock<std::mutex> turn(turn_, std::try_to_lock);
    if (!turn) {  // another thread of the user's has them; it is not worth waiting
      for (int i = 0; i < count(); ++i) part(context, i);
      return;
    }
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      part_ = part;
      context_ = context;
      running_ = count() - 1;
      failure_ = nullptr;
      ++pass_;
    }
    start_.notify_all();
    call(part, context, 0);
    std::unique_lock<std::mutex> lock(mutex_);
    done_.wait(lock, [this] { return running_ == 0; });
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  }

 private:
  void call(void (*part)(void*, int), void* context, int i) {
    try {
      part(context, i);
    } catch (...) {
      const std::lock_guard<std::mutex> lock(mutex_);
      failure_ = std::current_exception();
    }
  }

  void work(int i) {
    std::uint64_t last_pass = 0;
    std::unique_lock<std::mutex> lock(mutex_);
    while (true) {
      start_.wait(lock, [&] { return stopped_ || pass_ != last_pass; });
      if (stopped_) return;
      last_pass = pass_;
      const auto part = part_;
      void* const context = context_;
      lock.unlock();
      call(part, context, i);
      lock.lock();
      if (--running_ == 0) done_.notify_one();
    }
  }

  void stop() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      stopped_ = true;
    }
    start_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  std::mutex turn_, mutex_;
  std::condition_variable start_, done_;
  void (*part_)(void*, int) = nullptr;
  void* context_ = nullptr;
  int running_ = 0;
  std::uint64_t pass_ = 0;
  bool stopped_ = false;
  std::exception_ptr failure_;
  std::vector<std::thread> threads_;
};

/// A team, and what is left of it in a process that was forked from the one that made it: the caller, who works alone.
class Workers final : public WorkSharing {
 public:
  explicit Workers(int count) : team_(std::make_unique<Team>(count)) {}
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  ~Workers() override {
    // What the lost threads held or waited for can be neither used nor destroyed.
    if (is_forked()) static_cast<void>(team_.release());
  }

  int count() const override { return team_->count(); }

  void run(void (*part)(void*, int), void* context) override {
    if (!is_forked()) return team_->run(part, context);
    for (int i = 0; i < count(); ++i) part(context, i);
  }

 private:
  bool is_forked() const { return process_id() != process_; }

  long process_ = process_id();
  std::unique_ptr<Team> team_;
};

}  // namespace detail

/// The link behind `threads`. Copies share the threads, which end with the last of them.
template <class Link>
struct Threads {
  Link inner;
  std::shared_ptr<detail::Workers> workers;  ///< none for one thread

  template <class P>
  auto init(const P& params) const {
    return inner.init(params);
  }
  template <class U, class S, class P, class E>
  void update_in_place(U& updates, S& state, const P& params, const E& extra) const {
    detail::run(inner, updates, state, params, shared(extra));
  }
  template <class G, class S, class P, class E>
  void step_in_place(G& grads, S& state, P& params, const E& extra) const {
    detail::run_step(inner, grads, state, params, shared(extra));
  }

 private:
  template <class E>
  E shared(E extra) const {
    extra.workers = workers.get();
    return extra;
  }
};

/// Runs the elementwise passes of an optimizer on `count` threads, the caller's included; the results are the same to
/// the bit. The state is that of the optimizer.
///
///   const auto optimizer = threads(2, adamw(1e-3));      // around the whole optimizer, so that its passes stay fused
///
/// On trees of fewer than some thirty thousand doubles, and where another thread is using the same optimizer at the
/// time, the caller works alone. Whole-tree links, such as clip_by_global_norm, run on one thread. Nothing is allocated
/// in a step. In a process that was forked from the one that made it the caller works alone, too: fork copies no
/// threads. Throws: HyperparameterError if count < 1; std::system_error if there are no threads to be had.
template <class T>
auto threads(int count, const T& optimizer) {
  detail::check_positive("threads", "count", count);
  using Link = Threads<detail::unwrap_link_t<T>>;
  return GradientTransformation<Link>{{optimizer, count > 1 ? std::make_shared<detail::Workers>(count) : nullptr}};
}

}  // namespace grove::optim
