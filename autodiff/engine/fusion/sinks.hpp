// Where the cotangents of a walk go: into adjoints, or into buffers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

#include "pack.hpp"

namespace grove::detail {

/// to[k] += from[k] · factor
template <class S>
void add_run(S* to, const S* from, Index n, const S& factor = S(1)) {
  in_packs<S>(n, [=]<class P>(std::type_identity<P>, Index k) { add<P>(to + k, load<P>(from + k) * factor); });
}

/// Expressions of so many operands are evaluated before they become operands themselves.
inline constexpr int max_fused_leaves = 8;

/// A part of the gradient of a scalar result: times the cotangent it belongs to n slots. Its numbers follow it.
struct Share {
  Share* next;
  Index n;
  std::uint32_t slot;

  template <class S>
  S* data() {
    return reinterpret_cast<S*>(reinterpret_cast<std::byte*>(this) + Arena::alignment);
  }
};

/// Adds all shares, times a factor, to the adjoints.
template <class S>
void send_shares(Share* first, const S& factor) {
  for (Share* share = first; share != nullptr; share = share->next)
    add_run(current_tape<S>->adjoint(share->slot), share->template data<S>(), share->n, factor);
}

/// Where the cotangents of a backward walk go: to the adjoints, or (keeping) into buffers that the node keeps.
///
/// Operands that lie shifted in the same adjoints (the neighbours of a stencil) would make each pack wait for the store
/// of the one before; all but the first collect theirs in a buffer.
template <class S>
class Sinks {
 public:
  explicit Sinks(bool keeping = false) : keeping_(keeping) {
    if (!keeping) mark_ = tape_.arena().mark();
  }
  Sinks(const Sinks&) = delete;
  Sinks& operator=(const Sinks&) = delete;
  ~Sinks() {
    if (!keeping_) tape_.arena().rewind(mark_);
  }

  /// Where to add the cotangents of n slots that a walk meets one after the other.
  S* run(std::uint32_t slot, Index n) {
    if (!keeping_ && !crosses_earlier(slot, n)) [[likely]]
      return tape_.adjoint(slot);
    S* buffer = share(slot, n);
    in_packs<S>(n, [=]<class P>(std::type_identity<P>, Index k) {
      if constexpr (std::same_as<P, S>) {
        new (buffer + k) S(0);
      } else {
        store<P>(buffer + k, repeated<P>(S(0)));
      }
    });
    return buffer;
  }
  /// The same for slots with gaps.
  S* gapped(std::uint32_t slot) const { return tape_.adjoint(slot); }
  void scalar(std::uint32_t slot, const S& c) {
    if (keeping_) {
      new (share(slot, 1)) S(c);
    } else {
      *tape_.adjoint(slot) += c;
    }
  }

  /// What went into buffers: after the walk it is added to the adjoints, or kept by the node.
  Share* shares() const { return shares_; }

 private:
  static constexpr int capacity = 2 * max_fused_leaves;
  static_assert(alignof(S) <= Arena::alignment && sizeof(Share) <= Arena::alignment);

  S* share(std::uint32_t slot, Index n) {
    void* memory = tape_.arena().allocate(Arena::alignment + static_cast<std::size_t>(n) * sizeof(S));
    shares_ = new (memory) Share{shares_, n, slot};
    return shares_->template data<S>();
  }

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
  Share* shares_ = nullptr;
  int runs_ = 0;
  std::uint32_t begin_[capacity], end_[capacity];
};

}  // namespace grove::detail
