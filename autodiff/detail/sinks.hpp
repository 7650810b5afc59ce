// Where the cotangents of a walk go: into adjoints, or into buffers.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>

#include "autodiff/detail/pack.hpp"

namespace grove::detail {

/// to[k] += from[k] · factor
template <class S>
void add_run(S* to, const S* from, Index n, const S& factor = S(1)) {
  in_packs<S>(n, [=]<class P>(std::type_identity<P>, Index k) { add<P>(to + k, load<P>(from + k) * factor); });
}

/// Expressions of so many operands are evaluated before they become operands themselves.
inline constexpr int max_fused_leaves = 8;

/// A part of the gradient of a scalar result: times the cotangent it belongs to n slots.
template <class S>
struct Share {
  const S* data;
  Index n;
  std::uint32_t slot;
};

/// The gradient of a scalar result, computed with it.
template <class S>
struct Shares {
  const Share<S>* first;
  int count;

  void send(const S& c) const {
    for (int i = 0; i < count; ++i) add_run(current_tape<S>->adjoint(first[i].slot), first[i].data, first[i].n, c);
  }
};

/// Where the cotangents of a backward walk go: to the adjoints, or (keeping) into buffers that the node keeps.
///
/// Operands that lie shifted in the same adjoints (the neighbours of a stencil) would make each pack wait for the store
/// of the one before; all but the first collect theirs in a buffer.
template <class S>
class Sinks {
 public:
  explicit Sinks(bool keeping = false) : keeping_(keeping), mark_(tape_.arena().mark()) {}
  Sinks(const Sinks&) = delete;
  Sinks& operator=(const Sinks&) = delete;
  ~Sinks() {
    if (!keeping_) tape_.arena().rewind(mark_);
  }

  /// Where to add the cotangents of n slots that a walk meets one after the other.
  S* run(std::uint32_t slot, Index n) {
    if (!keeping_ && !crosses_earlier(slot, n)) [[likely]]
      return tape_.adjoint(slot);
    S* buffer = tape_.allocate_values(static_cast<std::size_t>(n));
    std::uninitialized_fill_n(buffer, n, S(0));
    keep(buffer, n, slot);
    return buffer;
  }
  /// The same for slots with gaps.
  S* gapped(std::uint32_t slot) const { return tape_.adjoint(slot); }
  void scalar(std::uint32_t slot, const S& c) {
    if (keeping_) {
      keep(new (tape_.allocate_values(1)) S(c), 1, slot);
    } else {
      *tape_.adjoint(slot) += c;
    }
  }

  /// After the walk: adds what went into buffers.
  void finish() {
    for (int i = 0; i < kept_; ++i) add_run(tape_.adjoint(shares_[i].slot), shares_[i].data, shares_[i].n);
  }
  /// After the walk: what the node keeps.
  Shares<S> shares() {
    auto* all = tape_.template allocate_array<Share<S>>(static_cast<std::size_t>(kept_));
    std::copy_n(shares_, kept_, all);
    return {all, kept_};
  }

 private:
  static constexpr int capacity = 2 * max_fused_leaves;

  void keep(const S* buffer, Index n, std::uint32_t slot) { shares_[kept_++] = {buffer, n, slot}; }

  // True if n slots from `slot` on overlap those of an earlier operand without being the same.
  bool crosses_earlier(std::uint32_t slot, Index n) {
    const auto end = static_cast<std::uint32_t>(slot + n);
    for (int i = 0; i < runs_; ++i) {
      if (slot != begin_[i] && slot < end_[i] && begin_[i] < end) return true;
    }
    begin_[runs_] = slot;
    end_[runs_++] = end;
    return false;
  }

  Tape<S>& tape_ = *current_tape<S>;
  bool keeping_;
  Arena::Mark mark_;
  int runs_ = 0, kept_ = 0;
  std::uint32_t begin_[capacity], end_[capacity];
  Share<S> shares_[capacity];
};

}  // namespace grove::detail
