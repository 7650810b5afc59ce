// Bump memory with stable addresses: everything a recording stores by pointer lives here and is released at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

namespace grove::detail {

/// Allocates by moving a pointer; `rewind` gives back everything allocated since a mark. Chunks are kept for reuse, so
/// a recording of the same size as an earlier one allocates nothing.
class Arena {
 public:
  static constexpr std::size_t alignment = 64;

 private:
  // Stands before its memory.
  struct alignas(alignment) Chunk {
    Chunk* next;
    std::size_t size;

    std::byte* memory() { return reinterpret_cast<std::byte*>(this + 1); }
  };

 public:
  struct Mark {
    Chunk* chunk = nullptr;
    std::size_t offset = 0;
  };

  constexpr Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena() { free_chunks(); }

  /// Never null, also for no bytes.
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
    Chunk* const chunk = chunk_of(mark);
    if (chunk != chunk_) [[unlikely]]
      enter_chunk(chunk);
    offset_ = mark.offset;
  }

  /// True if memory ran out since the last release.
  bool ran_out() const { return ran_out_; }
  /// Gives the memory of an empty arena back to the system.
  void release() {
    free_chunks();
    chunk_ = nullptr;
    base_ = nothing;
    size_ = offset_ = 0;
    ran_out_ = false;
  }

  /// Bytes allocated since a mark; of the chunks between, all bytes.
  std::size_t bytes_since(Mark mark) const {
    std::size_t bytes = offset_ - mark.offset;
    for (const Chunk* chunk = chunk_of(mark); chunk != chunk_; chunk = chunk->next) bytes += chunk->size;
    return bytes;
  }

 private:
  // A mark of the time before the first chunk has none.
  Chunk* chunk_of(Mark mark) const { return mark.chunk == nullptr ? first_ : mark.chunk; }
  // The chunks after the current one that are too small are passed over, and used again after the next rewind.
  [[gnu::noinline]] void* allocate_in_next_chunk(std::size_t padded) {
    Chunk* last = chunk_;
    Chunk* next = chunk_ == nullptr ? first_ : chunk_->next;
    for (; next != nullptr && next->size < padded; next = next->next) last = next;
    if (next == nullptr) next = append_chunk(last, padded);
    enter_chunk(next);
    offset_ = padded;
    return base_;
  }
  // Twice as large as the last one; where there is not so much memory, no larger than needed.
  Chunk* append_chunk(Chunk* last, std::size_t least) {
    const std::size_t grown = last == nullptr ? std::size_t{1} << 16 : 2 * last->size;
    std::size_t size = grown > least ? grown : least;
    void* memory = allocate_chunk(size);
    if (memory == nullptr) memory = allocate_chunk(size = least);
    if (memory == nullptr) {
      ran_out_ = true;
      throw std::bad_alloc();
    }
    Chunk* const chunk = new (memory) Chunk{nullptr, size};
    (last == nullptr ? first_ : last->next) = chunk;
    return chunk;
  }
  static void* allocate_chunk(std::size_t size) {
    return ::operator new (sizeof(Chunk) + size, std::align_val_t{alignment}, std::nothrow);
  }
  void free_chunks() {
    while (first_ != nullptr) {
      Chunk* const next = first_->next;
      ::operator delete (first_, std::align_val_t{alignment});
      first_ = next;
    }
  }
  void enter_chunk(Chunk* chunk) {
    chunk_ = chunk;
    base_ = chunk->memory();
    size_ = chunk->size;
  }

  alignas(alignment) static inline constinit std::byte nothing[alignment]{};  // the memory before the first chunk

  Chunk* first_ = nullptr;
  Chunk* chunk_ = nullptr;     // the current one
  std::byte* base_ = nothing;  // of the chunk
  std::size_t size_ = 0;       // of the chunk
  std::size_t offset_ = 0;
  bool ran_out_ = false;
};

/// A growing array of objects that need no destructor; unlike std::vector it leaves new elements unconstructed.
template <class T>
class Buffer {
 public:
  constexpr Buffer() = default;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { release(); }

  T* data() { return data_; }
  const T* data() const { return data_; }
  std::size_t capacity() const { return capacity_; }

  /// Makes room for `needed` elements and keeps the first `used`.
  void reserve(std::size_t needed, std::size_t used) {
    if (needed <= capacity_) return;
    std::size_t grown = capacity_ < 512 ? 1024 : 2 * capacity_;
    if (grown < needed) grown = needed;
    void* const memory = ::operator new (grown * sizeof(T), std::align_val_t{64}, std::nothrow);
    if (memory == nullptr) {
      ran_out_ = true;
      throw std::bad_alloc();
    }
    T* const fresh = static_cast<T*>(memory);
    for (std::size_t k = 0; k < used; ++k) new (fresh + k) T(data_[k]);
    release();
    data_ = fresh;
    capacity_ = grown;
  }

  /// True if memory ran out since the last release.
  bool ran_out() const { return ran_out_; }
  void release() {
    if (data_ != nullptr) ::operator delete (static_cast<void*>(data_), std::align_val_t{64});
    data_ = nullptr;
    capacity_ = 0;
    ran_out_ = false;
  }

 private:
  T* data_ = nullptr;
  std::size_t capacity_ = 0;
  bool ran_out_ = false;
};

}  // namespace grove::detail
