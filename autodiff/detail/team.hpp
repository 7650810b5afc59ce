// Threads that work together.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace grove::detail {

/// Waits for a short while: passes often follow one another closely, and to wake a thread takes as long as a small
/// pass.
template <class Ready>
bool is_soon(const Ready& ready) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::microseconds(50);
  do {
    for (int i = 0; i < 64; ++i) {
      if (ready()) return true;
    }
    std::this_thread::yield();  // on a busy machine somebody else works on
  } while (std::chrono::steady_clock::now() < deadline);
  return false;
}

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
    if (busy_.exchange(true)) {  // another call has them, maybe one further up on this thread; to wait is not worth it
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
    is_soon([this] { return running_ == 0; });
    std::unique_lock<std::mutex> lock(mutex_);
    done_.wait(lock, [this] { return running_ == 0; });
    busy_ = false;
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
    while (true) {
      is_soon([&] { return stopped_ || pass_ != last_pass; });
      std::unique_lock<std::mutex> lock(mutex_);
      start_.wait(lock, [&] { return stopped_ || pass_ != last_pass; });
      if (stopped_) return;
      last_pass = pass_;
      const auto part = part_;
      void* const context = context_;
      lock.unlock();
      call(part, context, i);
      lock.lock();
      if (--running_ == 0) done_.notify_one();
      lock.unlock();
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

  std::atomic<bool> busy_ = false;
  std::mutex mutex_;
  std::condition_variable start_, done_;
  void (*part_)(void*, int) = nullptr;
  void* context_ = nullptr;
  std::atomic<int> running_ = 0;
  std::atomic<std::uint64_t> pass_ = 0;
  std::atomic<bool> stopped_ = false;
  std::exception_ptr failure_;
  std::vector<std::thread> threads_;
};

}  // namespace grove::detail
