// The text of a saved tree: entries "path what value…", one a line, written and read in the order of the tree.
#pragma once

#include <algorithm>
#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

#include "autodiff/detail/message.hpp"
#include "autodiff/error.hpp"

namespace grove::optim::detail {

using grove::detail::fill;

inline constexpr std::string_view saved_tree_header = "grove tree 1\n";

/// The file as text.
inline std::string read_text(const std::string& file) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> in(std::fopen(file.c_str(), "rb"), &std::fclose);
  if (!in) throw DataError(fill("load: {}: the file cannot be opened: {}", {file, std::strerror(errno)}));
  std::string text;
  char block[1 << 14];
  while (const std::size_t n = std::fread(block, 1, sizeof block, in.get())) text.append(block, n);
  return text;
}

/// Writes beside the file first, so that an interrupted call leaves what was there before.
inline void write_text(const std::string& file, const std::string& text) {
  const std::string part = file + ".part";
  std::FILE* const out = std::fopen(part.c_str(), "wb");
  bool written = out != nullptr && std::fwrite(text.data(), 1, text.size(), out) == text.size();
  if (out != nullptr) written = std::fclose(out) == 0 && written;
  if (!written || std::rename(part.c_str(), file.c_str()) != 0)
    throw DataError(fill("save: {}: the file cannot be written: {}", {file, std::strerror(errno)}));
}

/// The number that is all of the text, whatever the locale.
inline bool read_number(std::string text, double& value) {
  const char* const point = std::localeconv()->decimal_point;
  if (const std::size_t dot = text.find('.'); dot != std::string::npos) text.replace(dot, 1, point);
  char* end = nullptr;
  value = std::strtod(text.c_str(), &end);
  return !text.empty() && end == text.c_str() + text.size();
}
template <class Integer>
bool read_number(const std::string& text, Integer& value) {
  char* end = nullptr;
  errno = 0;
  const auto read = [&] {
    if constexpr (std::is_signed_v<Integer>) {
      return std::strtoll(text.c_str(), &end, 10);
    } else {
      return std::strtoull(text.c_str(), &end, 10);
    }
  }();
  value = static_cast<Integer>(read);
  return !text.empty() && end == text.c_str() + text.size() && errno == 0 && static_cast<decltype(read)>(value) == read;
}

/// Goes through the text of a saved tree; what is not as expected is an error with the line.
class SavedTextReader {
 public:
  SavedTextReader(const std::string& file, const std::string& text) : file_(file), text_(text) {
    if (!std::string_view(text).starts_with(saved_tree_header)) fail("this is no tree saved by this version of grove");
    at_ = saved_tree_header.size();
  }

  /// The beginning of an entry.
  void begin(std::string_view path, std::string_view what) {
    const std::string expected = std::string(path) + ' ' + std::string(what) + ' ';
    if (std::string_view(text_).substr(at_).starts_with(expected)) {
      at_ += expected.size();
    } else {
      const std::string_view rest = std::string_view(text_).substr(at_);
      const std::string_view found = rest.substr(0, std::min<std::size_t>(rest.find('\n'), 60));
      fail(fill("'{}' was expected, but {}",
                {path.empty() ? what : expected.substr(0, expected.size() - 1),
                 rest.empty() ? std::string("the file ends") : fill("here is '{}'", {found})}));
    }
  }
  /// The next word of an entry; ' ' or a new line ends it.
  std::string_view word() {
    const std::size_t end = text_.find_first_of(" \n", at_);
    if (end == std::string::npos) fail("the file ends in the middle of an entry");
    const std::string_view found = std::string_view(text_).substr(at_, end - at_);
    at_ = end + 1;
    return found;
  }
  template <class Number>
  Number number() {
    const std::string found(word());
    Number value{};
    if (!read_number(found, value)) {
      at_ -= found.size() + 1;
      fail(fill("'{}' is no number of this kind", {found}));
    }
    return value;
  }
  /// So many characters, and the end of the line.
  std::string_view characters(std::size_t n) {
    if (n >= text_.size() - at_) fail("the file ends in the middle of a text");
    at_ += n + 1;
    return std::string_view(text_).substr(at_ - n - 1, n);
  }
  void expect_end() const {
    if (at_ != text_.size()) fail("the file goes on, but the tree ends here");
  }
  [[noreturn]] void fail(const std::string& what) const {
    std::size_t line = 1;
    for (std::size_t k = 0; k < at_ && k < text_.size(); ++k) line += text_[k] == '\n' ? 1 : 0;
    throw DataError(fill("load: {}:{}: {}", {file_, line, what}));
  }

 private:
  const std::string& file_;
  const std::string& text_;
  std::size_t at_ = 0;
};

}  // namespace grove::optim::detail
