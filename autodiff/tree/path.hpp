// Where a leaf is in its tree, as a user would write it: layers[1].weight.
#pragma once

#include <concepts>
#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "../detail/fmt.hpp"
#include "../detail/message.hpp"

namespace grove::tree {

/// The way from the root of a tree to a leaf: member names, positions, map keys.
///
///   layers[1].weight    moments[0]    weights["hidden"].bias
///
/// The path of a tree that is itself a leaf is empty. The questions `ends_with`, `starts_with` and `contains` compare
/// whole steps: `layers[0].preweight` does not end with "weight". A map key is a step with or without its brackets and
/// quotes.
class Path {
 public:
  Path() = default;

  /// The path as text.
  const std::string& string() const { return text_; }

  /// Number of steps.
  std::size_t size() const { return starts_.size(); }
  /// Whether it is the root.
  bool empty() const { return starts_.empty(); }

  /// The last steps are `steps`: p.ends_with("weight"), p.ends_with("[1].weight").
  bool ends_with(std::string_view steps) const {
    for (std::size_t first = 0; first < size(); ++first) {
      if (is_range(first, size(), steps)) return true;
    }
    return steps.empty();
  }

  /// The first steps are `steps`: p.starts_with("layers"), p.starts_with("layers[1]").
  bool starts_with(std::string_view steps) const {
    for (std::size_t last = 1; last <= size(); ++last) {
      if (is_range(0, last, steps)) return true;
    }
    return steps.empty();
  }

  /// Some adjacent steps are `steps`.
  bool contains(std::string_view steps) const {
    for (std::size_t first = 0; first < size(); ++first) {
      for (std::size_t last = first + 1; last <= size(); ++last) {
        if (is_range(first, last, steps)) return true;
      }
    }
    return steps.empty();
  }

  /// Steps down to a member; a name such as "[0]" (of a class whose member names cannot be had) gets no dot,
  /// and neither does the empty name of what an optional holds.
  void push_name(std::string_view name) {
    starts_.push_back(text_.size());
    if (!text_.empty() && !name.empty() && !name.starts_with('[')) text_ += '.';
    text_ += name;
  }

  /// Steps down to a position of a sequence or a tuple.
  void push_index(std::size_t index) { push_bracketed(std::to_string(index)); }

  /// Steps down to the entry of a map; quotes and backslashes in a string key are escaped.
  void push_key(std::string_view key) {
    starts_.push_back(text_.size());
    text_ += "[\"";
    for (char c : key) {
      if (c == '"' || c == '\\') text_ += '\\';
      text_ += c;
    }
    text_ += "\"]";
  }
  /// Adds `[key]`.
  void push_key(std::integral auto key) { push_bracketed(std::to_string(key)); }

  /// Steps back up.
  void pop() {
    text_.resize(starts_.back());
    starts_.pop_back();
  }

  friend bool operator==(const Path& a, const Path& b) { return a.text_ == b.text_; }
  friend bool operator==(const Path& a, std::string_view b) { return a.text_ == b; }
  friend std::ostream& operator<<(std::ostream& out, const Path& path) { return out << path.text_; }

 private:
  void push_bracketed(const std::string& inside) {
    starts_.push_back(text_.size());
    text_ += '[';
    text_ += inside;
    text_ += ']';
  }

  /// The steps first … last-1, as text, are `steps`; a leading dot and the decoration of a single map key are optional.
  bool is_range(std::size_t first, std::size_t last, std::string_view steps) const {
    const std::size_t begin = starts_[first];
    const std::size_t end = last < size() ? starts_[last] : text_.size();
    std::string_view range = std::string_view(text_).substr(begin, end - begin);
    if (range == steps) return true;
    if (range.starts_with('.')) return range.substr(1) == steps;
    return last == first + 1 && range.starts_with("[\"") && range.substr(2, range.size() - 4) == steps;
  }

  std::string text_;
  std::vector<std::size_t> starts_;  ///< where each step begins in text_
};

}  // namespace grove::tree

template <>
struct fmt::formatter<grove::tree::Path> : grove::detail::TextFormatter {
  template <class Context>
  auto format(const grove::tree::Path& path, Context& context) const {
    return write(path.string(), context);
  }
};
