// The text of a saved tree: entries "path what value…", one a line, written and read in the order of the tree; the last
// line is a checksum of those before it.
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <locale>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "../../../autodiff/detail/message.hpp"
#include "../../../autodiff/error.hpp"

namespace grove::optim::detail {

using grove::detail::fill;

inline constexpr std::string_view saved_tree_header = "grove tree 2\n";
/// Files of the first version had no checksum; they are still read.
inline constexpr std::string_view saved_tree_header_1 = "grove tree 1\n";
inline constexpr std::string_view checksum_word = "checksum ";

/// FNV-1a, 64 bits: every change of one byte changes it.
inline std::uint64_t checksum_of(std::string_view text) {
  std::uint64_t sum = 0xcbf29ce484222325U;
  for (const char c : text) sum = (sum ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return sum;
}
inline std::string checksum_line(std::string_view text) {
  constexpr char digits[] = "0123456789abcdef";
  std::string line(checksum_word);
  const std::uint64_t sum = checksum_of(text);
  for (int shift = 60; shift >= 0; shift -= 4) line += digits[(sum >> shift) & 15U];
  return line + '\n';
}

/// The number that is all of the text, in any locale.
inline bool read_number(std::string_view text, double& value) {
#if defined(__cpp_lib_to_chars)
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failure == std::errc{} && end == text.data() + text.size();
#else
  const std::string_view size = text.starts_with('-') ? text.substr(1) : text;
  if (size == "inf" || size == "nan") {
    value = size == "inf" ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
    if (size.size() != text.size()) value = -value;
    return true;
  }
  if (text.find_first_not_of("+-.0123456789e") != std::string_view::npos) return false;
  std::istringstream stream{std::string(text)};
  stream.imbue(std::locale::classic());
  return bool(stream >> value) && stream.peek() == std::istringstream::traits_type::eof();
#endif
}
inline bool read_number(std::string_view text, float& value) {
  double wide = 0;
  if (!read_number(text, wide)) return false;
  value = static_cast<float>(wide);
  return std::isfinite(value) || !std::isfinite(wide);
}
template <std::integral Integer>
bool read_number(std::string_view text, Integer& value) {
  using Wide = std::conditional_t<std::is_signed_v<Integer>, long long, unsigned long long>;
  Wide wide = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), wide);
  value = static_cast<Integer>(wide);
  return failure == std::errc{} && end == text.data() + text.size() && static_cast<Wide>(value) == wide;
}

/// Goes through the text of a saved tree; what is not as expected is an error with the line.
class SavedTextReader {
 public:
  SavedTextReader(const std::string& file, std::string_view text) : file_(file), text_(text) {
    const bool first_version = text.starts_with(saved_tree_header_1);
    if (!first_version && !text.starts_with(saved_tree_header)) fail("this is no tree saved by this version of grove");
    at_ = saved_tree_header.size();
    if (!first_version) check_sum();
  }

  /// The beginning of an entry.
  void begin(std::string_view path, std::string_view what) {
    end_entry();
    const std::string expected = std::string(path) + ' ' + std::string(what) + ' ';
    if (text_.substr(at_).starts_with(expected)) {
      at_ += expected.size();
    } else {
      const std::string_view rest = text_.substr(at_);
      const std::string_view found = rest.substr(0, std::min<std::size_t>(rest.find('\n'), 60));
      fail(fill("'{}' was expected, but {}",
                {path.empty() ? what : std::string_view(expected).substr(0, expected.size() - 1),
                 rest.empty() ? std::string("the file ends") : fill("here is '{}'", {found})}));
    }
  }
  /// The next word of an entry; ' ' or a new line ends it.
  std::string_view word() {
    if (text_[at_ - 1] == '\n') fail_before("the entry has fewer values than it should");
    const std::size_t end = text_.find_first_of(" \n", at_);
    if (end == std::string_view::npos) fail("the file ends in the middle of an entry");
    const std::string_view found = text_.substr(at_, end - at_);
    at_ = end + 1;
    return found;
  }
  template <class Number>
  Number number() {
    const std::string_view found = word();
    Number value{};
    if (!read_number(found, value)) fail_at(found, fill("'{}' is no number of this kind", {found}));
    return value;
  }
  /// A count of things that take at least so many characters each: no more than the file can hold.
  template <class Number>
  Number count(std::size_t characters) {
    const std::string_view found = word();
    Number value{};
    if (!read_number(found, value)) fail_at(found, fill("'{}' is no number of this kind", {found}));
    if (std::cmp_less(value, 0) || std::cmp_greater(value, (text_.size() - at_ + 1) / characters))
      fail_at(found, fill("the file does not hold {} of them", {found}));
    return value;
  }
  /// The first key of a map stands in the line of the map.
  void expect_first_key() { first_key_follows_ = true; }
  /// Throws if the file cannot hold so many numbers.
  void check_holds(std::size_t rows, std::size_t cols) const {
    if (rows > (text_.size() - at_ + 1) / 2 / cols) fail(fill("the file does not hold {}×{} numbers", {rows, cols}));
  }
  /// So many characters, and the end of the line.
  std::string_view characters(std::size_t n) {
    if (n >= text_.size() - at_) fail("the file ends in the middle of a text");
    if (text_[at_ + n] != '\n') fail("the text is longer than it should be");
    at_ += n + 1;
    return text_.substr(at_ - n - 1, n);
  }
  void expect_end() {
    end_entry();
    if (at_ != text_.size()) fail("the file goes on, but the tree ends here");
  }
  [[noreturn]] void fail(const std::string& what) const {
    std::size_t line = 1;
    for (std::size_t k = 0; k < at_ && k < text_.size(); ++k) line += text_[k] == '\n' ? 1 : 0;
    throw DataError(fill("load: {}:{}: {}", {file_, line, what}));
  }
  /// The same where the end of the line has just been passed.
  [[noreturn]] void fail_before(const std::string& what) {
    --at_;
    fail(what);
  }

 private:
  [[noreturn]] void fail_at(std::string_view word, const std::string& what) {
    at_ = static_cast<std::size_t>(word.data() - text_.data());
    fail(what);
  }
  void end_entry() {
    if (text_[at_ - 1] != '\n' && !std::exchange(first_key_follows_, false))
      fail("the entry goes on, but its values end here");
  }
  void check_sum() {
    const std::size_t last = text_.size() < 2 ? 0 : text_.rfind('\n', text_.size() - 2) + 1;
    const std::string_view entries = text_.substr(0, last);
    if (text_.substr(last) != checksum_line(entries)) {
      at_ = last;
      fail("the checksum is missing or wrong: the file was changed or cut short after it was saved");
    }
    text_ = entries;
  }

  const std::string& file_;
  std::string_view text_;
  std::size_t at_ = 0;
  bool first_key_follows_ = false;
};

}  // namespace grove::optim::detail
