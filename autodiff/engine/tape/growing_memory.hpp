// Memory that begins as zeros, is backed page by page as it is touched, and grows by moving pages where the system can.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>

#if !defined(GROVE_DETAIL_MAPS_MEMORY)
#if defined(__unix__) || defined(__APPLE__)
#define GROVE_DETAIL_MAPS_MEMORY 1
#else
#define GROVE_DETAIL_MAPS_MEMORY 0
#endif
#endif

#if GROVE_DETAIL_MAPS_MEMORY
#include <sys/mman.h>
#endif

namespace grove::detail {

/// Less than this comes from the heap, which has it at hand.
inline constexpr std::size_t least_mapped = GROVE_DETAIL_MAPS_MEMORY ? std::size_t{1} << 17 : std::size_t(-1);

/// Zeros; nullptr where the system has not so much.
inline void* allocate_zeros(std::size_t bytes) {
#if GROVE_DETAIL_MAPS_MEMORY
#if defined(MAP_NORESERVE)
  constexpr int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
#else
  constexpr int flags = MAP_PRIVATE | MAP_ANON;
#endif
  if (bytes >= least_mapped) {
    void* const p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
    return p == MAP_FAILED ? nullptr : p;
  }
#endif
  return std::calloc(bytes, 1);
}
inline void free_zeros(void* p, [[maybe_unused]] std::size_t bytes) {
#if GROVE_DETAIL_MAPS_MEMORY
  if (bytes >= least_mapped) {
    munmap(p, bytes);
    return;
  }
#endif
  std::free(p);
}

/// What is at p with zeros behind it, perhaps elsewhere; nullptr, and p stays, where the system has not so much.
inline void* extend_zeros(void* p, std::size_t bytes, std::size_t grown) {
#if GROVE_DETAIL_MAPS_MEMORY && defined(MREMAP_MAYMOVE)
  if (bytes >= least_mapped) {
    void* const moved = mremap(p, bytes, grown, MREMAP_MAYMOVE);
    return moved == MAP_FAILED ? nullptr : moved;
  }
#endif
  void* const copy = allocate_zeros(grown);
  if (copy != nullptr) {
    std::memcpy(copy, p, bytes);
    free_zeros(p, bytes);
  }
  return copy;
}

/// Objects of T that are all bits zero when first read. They need no destructor, and may move as their number grows.
template <class T>
class GrowingArray {
 public:
  constexpr GrowingArray() = default;
  GrowingArray(const GrowingArray&) = delete;
  GrowingArray& operator=(const GrowingArray&) = delete;
  ~GrowingArray() { release(); }

  T* data() const { return static_cast<T*>(memory_); }

  /// Makes room for n objects. False, and nothing changes, where the system has not so much.
  bool grow(std::size_t n) {
    const std::size_t grown = n * sizeof(T);
    if (grown <= bytes_) return true;
    void* const memory = memory_ == nullptr ? allocate_zeros(grown) : extend_zeros(memory_, bytes_, grown);
    if (memory == nullptr) return false;
    memory_ = memory;
    bytes_ = grown;
    return true;
  }
  void release() {
    if (memory_ != nullptr) free_zeros(memory_, bytes_);
    memory_ = nullptr;
    bytes_ = 0;
  }

 private:
  void* memory_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace grove::detail
