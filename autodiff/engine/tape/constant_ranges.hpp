// The memory of the arguments of a derivative call, in which constants may be referenced instead of copied.
#pragma once

namespace grove::detail {

/// A run of memory that outlives the recording.
struct ConstantRange {
  const void* begin = nullptr;
  const void* end = nullptr;
};

/// The list of ranges given by the arguments of the derivative call that opened the recording.
struct ConstantRanges {
  static constexpr int capacity = 32;
  ConstantRange ranges[capacity]{};
  int count = 0;

  void add(const void* begin, const void* end) {
    if (count < capacity && begin != end) ranges[count++] = {begin, end};
  }
  bool contains(const void* begin, const void* end) const {
    for (int i = 0; i < count; ++i) {
      if (begin >= ranges[i].begin && end <= ranges[i].end) return true;
    }
    return false;
  }
};

}  // namespace grove::detail
