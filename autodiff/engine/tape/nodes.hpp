// The matrix nodes of a recording: pullbacks over blocks of slots, in the order of their slots.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

#include "arena.hpp"

namespace grove::detail {

/// A pullback and the slots of its outputs.
struct TapeNode {
  void (*pullback)(void* payload);
  void* payload;
  std::uint32_t slot_begin;  // of its outputs
  std::uint32_t slot_end;    // where the slots of later statements begin
};

/// The list of nodes. One without a pullback, a placeholder, may stand at its end; see `Tape::allocate_slots`.
class Nodes {
 public:
  struct Mark {
    std::size_t count = 0, first = 0;
  };

  std::size_t size() const { return count_; }
  const TapeNode& operator[](std::size_t n) const { return buffer_.data()[n]; }

  Mark mark() const { return {count_, first_}; }
  /// Begins the nodes of a new recording.
  void begin() { first_ = count_; }
  void rewind(const Mark& mark) {
    count_ = mark.count;
    first_ = mark.first;
  }

  /// True if memory ran out since the last release.
  bool ran_out() const { return buffer_.ran_out(); }
  /// Gives the memory of an empty list back to the system.
  void release() { buffer_.release(); }

  /// Makes room for one more node: after this `add` cannot throw.
  void make_room() { buffer_.reserve(count_ + 1, count_); }
  void add_placeholder(std::uint32_t slot_begin) { buffer_.data()[count_++] = {nullptr, nullptr, slot_begin, 0}; }
  /// The node of a callable, which goes to `memory`.
  template <class F>
  void add(F pullback, void* memory, std::uint32_t slot_begin, std::uint32_t slot_end) {
    static_assert(std::is_trivially_destructible_v<F>, "grove: a pullback may capture handles and numbers only");
    new (memory) F(std::move(pullback));
    buffer_.data()[count_++] = {[](void* payload) { (*static_cast<F*>(payload))(); }, memory, slot_begin, slot_end};
  }

  bool ends_with_placeholder(std::uint32_t slot_end) const {
    return count_ > first_ && buffer_.data()[count_ - 1].pullback == nullptr &&
           buffer_.data()[count_ - 1].slot_end == slot_end;
  }
  void extend_placeholder(std::uint32_t slot_end) { buffer_.data()[count_ - 1].slot_end = slot_end; }
  /// Removes it and returns where its slots begin.
  std::uint32_t take_placeholder() { return buffer_.data()[--count_].slot_begin; }

 private:
  std::size_t count_ = 0;
  std::size_t first_ = 0;  // of the open recording
  Buffer<TapeNode> buffer_;
};

}  // namespace grove::detail
