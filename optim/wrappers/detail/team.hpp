// Threads that work together.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace grove::optim::detail {

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

}  // namespace grove::optim::detail
