// Objects that a thread keeps from call to call, for code that may run after they were destroyed.
#pragma once

#include <optional>

#ifdef __MINGW32__
#include <cxxabi.h>
#endif

namespace grove::detail {

template <class T, class Tag>
inline thread_local constinit bool thread_has_destroyed = false;

/// The T of this thread: made at the first call, and destroyed when the thread ends. nullptr after that, which the
/// destructor of a static or thread_local object may see.
template <class T, class Tag = void>
T* kept_by_thread() {
  if (thread_has_destroyed<T, Tag>) [[unlikely]]
    return nullptr;
  struct Kept {
    T object{};
    ~Kept() { thread_has_destroyed<T, Tag> = true; }
  };
#ifdef __MINGW32__
  // The memory of thread_local objects is gone there when their destructors run.
  static thread_local constinit Kept* kept = nullptr;
  if (kept == nullptr) {
    kept = new Kept;
    abi::__cxa_thread_atexit([](void* object) { delete static_cast<Kept*>(object); }, kept, nullptr);
  }
  return &kept->object;
#else
  static thread_local Kept kept;
  return &kept.object;
#endif
}

/// A T that the next call on this thread uses again, so that its memory is kept. One for each Tag; not for use within
/// itself.
template <class T, class Tag>
class ThreadScratch {
 public:
  ThreadScratch() : object_(kept_by_thread<T, Tag>()) {
    if (object_ == nullptr) object_ = &own_.emplace();
  }
  ThreadScratch(const ThreadScratch&) = delete;
  ThreadScratch& operator=(const ThreadScratch&) = delete;
  T& operator*() { return *object_; }

 private:
  T* object_;
  std::optional<T> own_;
};

}  // namespace grove::detail
