// NumPy's format for one array, .npy: a header that is a Python dictionary, then the numbers.
// Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "../../../autodiff/detail/message.hpp"
#include "../../../autodiff/error.hpp"
#include "wide_number.hpp"

namespace grove::optim::detail {

/// Where an error is: the function, the file, and the array in it, which a file of one array does not name.
struct PlaceInFile {
  const char* who;
  const std::string& file;
  std::string path = {};

  [[noreturn, gnu::cold]] void fail(const std::string& fact) const {
    throw DataError(grove::detail::fill("{}: {}: {}{}", {who, file, path.empty() ? path : path + ": ", fact}));
  }
};

/// How numbers lie in memory: one, or a vector of `rows`, or a matrix.
struct ArrayLayout {
  NumberType type;
  int dimensions = 0;
  std::ptrdiff_t rows = 1;
  std::ptrdiff_t cols = 1;
  bool column_major = true;

  std::ptrdiff_t size() const { return rows * cols; }
};

/// A shape as Python writes it: (), (3,), (3, 4).
inline std::string python_shape(const std::vector<std::uint64_t>& shape) {
  std::string text = "(";
  for (std::size_t k = 0; k < shape.size(); ++k) {
    text += k > 0 ? ", " : "";
    text += std::to_string(shape[k]);
  }
  return text + (shape.size() == 1 ? ",)" : ")");
}
inline std::string python_shape(const ArrayLayout& a) {
  std::vector<std::uint64_t> shape{static_cast<std::uint64_t>(a.rows), static_cast<std::uint64_t>(a.cols)};
  shape.resize(static_cast<std::size_t>(a.dimensions));
  return python_shape(shape);
}

inline constexpr std::string_view npy_magic = "\x93NUMPY";

/// The array as NumPy's save would write it.
inline std::string npy_bytes(const ArrayLayout& a, const void* data) {
  // NumPy calls Fortran's the order of what is not C's as well.
  const bool fortran = a.column_major && a.rows > 1 && a.cols > 1;
  std::string header =
      grove::detail::fill("{'descr': '{}{}', 'fortran_order': {}, 'shape': {}, }",
                          {a.type.bytes == 1 ? "|" : "<", a.type.name(), fortran ? "True" : "False", python_shape(a)});
  const std::size_t before = npy_magic.size() + 4, aligned = (before + header.size() + 1 + 63) / 64 * 64;
  header.resize(std::max(aligned, std::size_t{128}) - before - 1, ' ');
  header += '\n';

  std::string bytes(npy_magic);
  bytes += {'\1', '\0', static_cast<char>(header.size() & 255), static_cast<char>(header.size() >> 8)};
  bytes += header;
  const std::size_t first = bytes.size(), count = static_cast<std::size_t>(a.size()) * a.type.bytes;
  if (count > 0) bytes.append(static_cast<const char*>(data), count);
  if constexpr (std::endian::native == std::endian::big) {
    for (std::size_t at = first; at < bytes.size(); at += a.type.bytes)
      std::reverse(bytes.begin() + std::ptrdiff_t(at), bytes.begin() + std::ptrdiff_t(at + a.type.bytes));
  }
  return bytes;
}

/// What a header says.
struct NpyHeader {
  std::string descr;
  bool fortran = false;
  std::vector<std::uint64_t> shape;
};

/// Reads a header, which is a Python literal: no more of Python than NumPy writes there.
class NpyHeaderReader {
 public:
  NpyHeaderReader(const PlaceInFile& place, std::string_view text) : place_(place), text_(text) {}

  NpyHeader header() {
    NpyHeader result;
    bool has_descr = false, has_order = false, has_shape = false;
    expect('{');
    while (!passes('}')) {
      const std::string key = string();
      expect(':');
      bool& known = key == "descr" ? has_descr : key == "fortran_order" ? has_order : has_shape;
      if (known || (&known == &has_shape && key != "shape")) fail();
      known = true;
      if (key == "descr") result.descr = descr();
      if (key == "fortran_order") result.fortran = truth();
      if (key == "shape") result.shape = shape();
      if (!passes(',')) {
        expect('}');
        break;
      }
    }
    pass_blanks();
    if (!text_.empty() || !has_descr || !has_order || !has_shape) fail();
    return result;
  }

 private:
  [[noreturn]] void fail() const { place_.fail("the header is none that NumPy writes"); }

  void pass_blanks() { text_.remove_prefix(std::min(text_.find_first_not_of(" \n"), text_.size())); }
  bool passes(char c) {
    pass_blanks();
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!passes(c)) fail();
  }
  std::string string() {
    pass_blanks();
    const char quote = text_.empty() ? '\0' : text_.front();
    if (quote != '\'' && quote != '"') fail();
    const std::size_t end = text_.find(quote, 1);
    if (end == std::string_view::npos) fail();
    const std::string inside(text_.substr(1, end - 1));
    text_.remove_prefix(end + 1);
    return inside;
  }
  std::string descr() {
    pass_blanks();
    if (text_.starts_with('[')) place_.fail("it is an array of records; save each field as an array of its own");
    return string();
  }
  bool truth() {
    pass_blanks();
    for (const std::string_view word : {"False", "True"}) {
      if (!text_.starts_with(word)) continue;
      text_.remove_prefix(word.size());
      return word == "True";
    }
    fail();
  }
  std::vector<std::uint64_t> shape() {
    std::vector<std::uint64_t> result;
    expect('(');
    while (!passes(')')) {
      result.push_back(length());
      if (!passes(',')) {
        expect(')');
        break;
      }
    }
    return result;
  }
  std::uint64_t length() {
    pass_blanks();
    std::uint64_t n = 0;
    std::size_t digits = 0;
    for (; digits < text_.size() && text_[digits] >= '0' && text_[digits] <= '9'; ++digits) {
      n = 10 * n + static_cast<std::uint64_t>(text_[digits] - '0');
      if (n > static_cast<std::uint64_t>(PTRDIFF_MAX) || digits == 19)
        place_.fail("a length in its shape is too large");
    }
    if (digits == 0) fail();
    text_.remove_prefix(digits);
    if (text_.starts_with('L')) text_.remove_prefix(1);  // as Python 2 wrote it
    return n;
  }

  const PlaceInFile& place_;
  std::string_view text_;
};

/// An array in a file, with as many bytes as its header says; the bytes themselves stay where they were read.
class NpyArray {
 public:
  /// Throws: DataError if the bytes are no such file, or its numbers none that C++ has.
  NpyArray(const PlaceInFile& place, std::string_view bytes) : place_(place) {
    if (!bytes.starts_with(npy_magic)) place_.fail("it is no array of NumPy (.npy)");
    const auto byte = [&](std::size_t k) {
      if (k >= bytes.size()) place_.fail("it was cut short in its header");
      return static_cast<std::size_t>(static_cast<unsigned char>(bytes[k]));
    };
    const std::size_t version = byte(6);
    if (version < 1 || version > 3)
      place_.fail(grove::detail::fill("version {} of the format is not known", {version}));
    const std::size_t begin = version == 1 ? 10 : 12;
    std::size_t length = byte(8) + (byte(9) << 8);
    if (version > 1) length += (byte(10) << 16) + (byte(11) << 24);
    if (bytes.size() < begin || bytes.size() - begin < length) place_.fail("it was cut short in its header");
    const NpyHeader header = NpyHeaderReader(place_, bytes.substr(begin, length)).header();
    fortran_ = header.fortran;
    shape_ = header.shape;
    take_type(header.descr);
    numbers_ = bytes.substr(begin + length);
    check_bytes();
  }

  /// The rows and columns that a place for `dimensions` has to have for the array; a vector in the file is a row of a
  /// matrix that has but one, else a column. Throws: DataError if it has other dimensions.
  ArrayLayout layout(NumberType type, int dimensions, bool row, std::string_view in_tree) const {
    ArrayLayout a{type, static_cast<int>(std::min<std::size_t>(shape_.size(), 3))};
    const bool fits = dimensions == 0 ? a.dimensions == 0 : a.dimensions == 1 || a.dimensions == 2;
    if (!fits) fail_shape(in_tree);
    if (a.dimensions > 0) a.rows = static_cast<std::ptrdiff_t>(shape_[0]);
    if (a.dimensions == 2) a.cols = static_cast<std::ptrdiff_t>(shape_[1]);
    if (a.dimensions == 1 && row) std::swap(a.rows, a.cols);
    return a;
  }
  [[noreturn]] void fail_shape(std::string_view in_tree) const {
    place_.fail(grove::detail::fill("its shape is {} in the file and {} in memory", {python_shape(shape_), in_tree}));
  }

  /// Puts all numbers where `to` says. Throws: DataError if one does not fit the type there.
  void copy(const ArrayLayout& to, void* data) const {
    const bool is_float = type_.kind == 'f';
    if (is_float && to.type.kind != 'f')
      place_.fail(
          grove::detail::fill("the file has numbers of type {}, and here must be {}", {type_.name(), to.type.name()}));
    const bool same_order = to.rows <= 1 || to.cols <= 1 || fortran_ == to.column_major;
    if (to.size() == 0) return;
    if (type_ == to.type && same_order && type_.kind != 'b' && !big_endian_ &&
        std::endian::native == std::endian::little) {
      std::memcpy(data, numbers_.data(), numbers_.size());
      return;
    }
    for (std::ptrdiff_t j = 0; j < to.cols; ++j) {
      for (std::ptrdiff_t i = 0; i < to.rows; ++i) copy_entry(to, i, j, data);
    }
  }

 private:
  void take_type(const std::string& descr) {
    const char order = descr.size() == 3 ? descr[0] : '?', kind = order == '?' ? '?' : descr[1];
    type_ = {kind, order == '?' ? 0 : static_cast<std::size_t>(descr[2] - '0')};
    const auto is_size = [&](std::string_view sizes) { return sizes.find(descr[2]) != std::string_view::npos; };
    const bool known = (kind == 'f' && is_size("248")) || ((kind == 'i' || kind == 'u') && is_size("1248")) ||
                       (kind == 'b' && is_size("1"));
    const bool ordered = order == '<' || order == '>' || (type_.bytes == 1 && order == '|');
    if (!known || !ordered)
      place_.fail(grove::detail::fill("arrays of dtype '{}' cannot be read; numbers of up to 64 bits can", {descr}));
    big_endian_ = order == '>';
  }

  // Before anybody makes room for the numbers.
  void check_bytes() const {
    std::uint64_t bytes = type_.bytes;
    const bool empty = std::find(shape_.begin(), shape_.end(), 0U) != shape_.end();
    for (const std::uint64_t n : shape_) {
      if (!empty && n > std::uint64_t(PTRDIFF_MAX) / bytes) place_.fail("its shape has more numbers than memory holds");
      bytes = empty ? 0 : bytes * n;
    }
    if (bytes != numbers_.size())
      place_.fail(grove::detail::fill("its shape {} and dtype {} take {} bytes, and there are {}",
                                      {python_shape(shape_), type_.name(), bytes, numbers_.size()}));
  }

  void copy_entry(const ArrayLayout& to, std::ptrdiff_t i, std::ptrdiff_t j, void* data) const {
    const auto at = [&](bool column_major, std::size_t bytes) {
      return static_cast<std::size_t>(column_major ? i + j * to.rows : i * to.cols + j) * bytes;
    };
    const WideNumber x = read_number(numbers_.data() + at(fortran_, type_.bytes), type_, big_endian_);
    if (put_number(x, to.type, static_cast<unsigned char*>(data) + at(to.column_major, to.type.bytes))) return;
    const std::string text =
        x.is_float ? grove::detail::number(x.value) : (x.negative ? "-" : "") + std::to_string(x.magnitude);
    place_.fail(grove::detail::fill("{} does not fit numbers of type {}", {text, to.type.name()}));
  }

  PlaceInFile place_;
  NumberType type_{};
  bool big_endian_ = false;
  bool fortran_ = false;
  std::vector<std::uint64_t> shape_;
  std::string_view numbers_;
};

}  // namespace grove::optim::detail
