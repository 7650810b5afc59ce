// Bump memory with stable addresses: everything a recording stores by pointer lives here and is released at once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

namespace grove::detail {

/// Allocates by moving a pointer; `rewind` gives back everything allocated since a mark. Chunks are kept for reuse, so
/// a recording of the same size as an earlier one allocates nothing.
class Arena {
 public:
  struct Mark {
    std::size_t chunk = 0;
    std::size_t offset = 0;
  };

  static constexpr std::size_t alignment = 64;

  void* allocate(std::size_t bytes) {
    const std::size_t padded = (bytes + alignment - 1) & ~(alignment - 1);
    if (offset_ + padded <= size_) [[likely]] {
      std::byte* p = base_ + offset_;
      offset_ += padded;
      return p;
    }
    return allocate_in_next_chunk(padded);
  }

  /// Room for n objects of T, not constructed.
  template <class T>
  T* allocate_array(std::size_t n) {
    return static_cast<T*>(allocate(n * sizeof(T)));
  }

  Mark mark() const { return {chunk_, offset_}; }

  void rewind(Mark mark) {
    if (mark.chunk != chunk_) enter_chunk(mark.chunk);
    offset_ = mark.offset;
  }

  std::size_t bytes_used() const {
    std::size_t bytes = offset_;
    for (std::size_t i = 0; i < chunk_ && i < chunks_.size(); ++i) bytes += chunks_[i].size;
    return bytes;
  }

 private:
  struct Free {
    void operator()(std::byte* p) const { ::operator delete (p, std::align_val_t{alignment}); }
  };
  struct Chunk {
    std::unique_ptr<std::byte, Free> data;
    std::size_t size;
  };

  [[gnu::noinline]] void* allocate_in_next_chunk(std::size_t padded) {
    std::size_t next = chunks_.empty() ? 0 : chunk_ + 1;
    while (next < chunks_.size() && chunks_[next].size < padded) ++next;
    if (next >= chunks_.size()) {
      const std::size_t grown = chunks_.empty() ? std::size_t{1} << 16 : 2 * chunks_.back().size;
      const std::size_t size = std::max(padded, grown);
      auto* raw = static_cast<std::byte*>(::operator new (size, std::align_val_t{alignment}));
      chunks_.push_back({std::unique_ptr<std::byte, Free>(raw), size});
      next = chunks_.size() - 1;
    }
    enter_chunk(next);
    offset_ = padded;
    return base_;
  }
  void enter_chunk(std::size_t chunk) {
    chunk_ = chunk;
    base_ = chunks_[chunk].data.get();
    size_ = chunks_[chunk].size;
  }

  std::vector<Chunk> chunks_;
  std::size_t chunk_ = 0;
  std::byte* base_ = nullptr;  // of the chunk
  std::size_t size_ = 0;       // of the chunk
  std::size_t offset_ = 0;
};

/// A growing array of objects that need no destructor; unlike std::vector it leaves new elements unconstructed.
template <class T>
class Buffer {
 public:
  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  std::size_t capacity() const { return capacity_; }

  /// Makes room for `needed` elements and keeps the first `used`.
  void reserve(std::size_t needed, std::size_t used) {
    if (needed <= capacity_) return;
    const std::size_t grown = std::max(needed, std::max<std::size_t>(1024, 2 * capacity_));
    std::unique_ptr<T, Free> fresh(static_cast<T*>(::operator new (grown * sizeof(T), std::align_val_t{64})));
    std::uninitialized_copy_n(data_.get(), used, fresh.get());
    data_ = std::move(fresh);
    capacity_ = grown;
  }

 private:
  struct Free {
    void operator()(T* p) const { ::operator delete (static_cast<void*>(p), std::align_val_t{64}); }
  };
  std::unique_ptr<T, Free> data_;
  std::size_t capacity_ = 0;
};

}  // namespace grove::detail
