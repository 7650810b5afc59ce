// ZIP archives of files that are stored as they are, which is what NumPy's .npz is.
// Source: PKWARE's APPNOTE.TXT 6.3, sections 4.3.7, 4.3.12 and 4.3.16.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "npy.hpp"

namespace grove::optim::detail {

inline constexpr auto crc32_table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t k = 0; k < 256; ++k) {
    std::uint32_t x = k;
    for (int bit = 0; bit < 8; ++bit) x = (x >> 1) ^ ((x & 1) != 0 ? 0xEDB88320U : 0U);
    table[k] = x;
  }
  return table;
}();

/// The check sum of ZIP archives.
inline std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t sum = 0xFFFFFFFFU;
  for (const char c : bytes) sum = (sum >> 8) ^ crc32_table[(sum ^ static_cast<unsigned char>(c)) & 0xFF];
  return ~sum;
}

inline constexpr std::string_view zip_local = "PK\3\4", zip_central = "PK\1\2", zip_end = "PK\5\6";
inline constexpr std::size_t zip_local_bytes = 30, zip_central_bytes = 46, zip_end_bytes = 22;
/// Names are UTF-8.
inline constexpr std::uint32_t zip_utf8 = 1U << 11;

/// Puts an archive together. Sizes are 32 bits wide, as in the format's first version.
class ZipWriter {
 public:
  explicit ZipWriter(const PlaceInFile& place) : place_(place) {}

  void add(const std::string& name, const std::string& content) {
    constexpr std::size_t most = 0xFFFFFFFE;
    if (content.size() > most || archive_.size() > most - content.size())
      place_.fail("the archive would be larger than 4 GiB; save its parts in several");
    if (name.size() > 0xFFFF || count_ == 0xFFFE) place_.fail("an archive holds no more arrays, nor longer names");
    const bool ascii = std::all_of(name.begin(), name.end(), [](char c) { return static_cast<signed char>(c) >= 0; });
    std::string facts;
    put(facts, 2, 20);  // the version of the format that a reader must know
    put(facts, 2, ascii ? 0 : zip_utf8);
    put(facts, 2, 0);            // stored
    put(facts, 4, 0x21U << 16);  // a fixed date, 1980-01-01, so that equal trees make equal files
    put(facts, 4, crc32(content));
    put(facts, 4, content.size());
    put(facts, 4, content.size());
    put(facts, 2, name.size());
    put(facts, 2, 0);  // no extra field

    directory_ += zip_central;
    put(directory_, 2, 20);
    directory_ += facts;
    put(directory_, 6, 0);  // no comment, the first disk, binary
    put(directory_, 4, 0);  // no attributes of a file system
    put(directory_, 4, archive_.size());
    directory_ += name;
    archive_.append(zip_local).append(facts).append(name).append(content);
    ++count_;
  }

  /// The archive, when all is in it.
  std::string finish() {
    const std::size_t begin = archive_.size();
    archive_ += directory_;
    archive_ += zip_end;
    put(archive_, 4, 0);
    put(archive_, 2, count_);
    put(archive_, 2, count_);
    put(archive_, 4, directory_.size());
    put(archive_, 4, begin);
    put(archive_, 2, 0);
    return std::move(archive_);
  }

 private:
  static void put(std::string& bytes, int width, std::size_t number) {
    for (int k = 0; k < width; ++k, number >>= 8) bytes += static_cast<char>(number & 255);
  }

  PlaceInFile place_;
  std::string archive_;
  std::string directory_;
  std::size_t count_ = 0;
};

/// The files of an archive by name, each checked against its sum; the bytes stay where they were read.
class ZipReader {
 public:
  using Files = std::map<std::string, std::string_view, std::less<>>;

  /// Throws: DataError if the bytes are no archive, are damaged, or hold what is compressed.
  ZipReader(const PlaceInFile& place, std::string_view archive) : place_(place), archive_(archive) {}

  Files files() const {
    const std::size_t end = find_end();
    const std::size_t count = number(end + 10, 2), length = number(end + 12, 4), begin = number(end + 16, 4);
    if (number(end + 4, 4) != 0 || number(end + 8, 2) != count) place_.fail("archives of several disks cannot be read");
    if (begin > end || length > end - begin) fail_damaged();
    Files result;
    std::size_t at = begin;
    for (std::size_t k = 0; k < count; ++k) at = add_entry(result, at, begin + length);
    if (at != begin + length) fail_damaged();
    return result;
  }

 private:
  [[noreturn]] void fail_damaged() const { place_.fail("the archive is damaged"); }

  /// The bytes [at, at + n), which must be there.
  std::string_view bytes(std::size_t at, std::size_t n) const {
    if (at > archive_.size() || n > archive_.size() - at) fail_damaged();
    return archive_.substr(at, n);
  }
  std::size_t number(std::size_t at, std::size_t width) const {
    const std::string_view from = bytes(at, width);
    std::size_t value = 0;
    for (std::size_t k = width; k > 0; --k) value = value << 8 | static_cast<unsigned char>(from[k - 1]);
    return value;
  }

  /// Where the record at the end begins; a comment of any length may follow it.
  std::size_t find_end() const {
    const std::size_t at = archive_.rfind(zip_end);
    if (at == std::string_view::npos) {
      place_.fail(archive_.starts_with(zip_local) ? "the archive was cut short"
                                                  : "it is no archive of NumPy (.npz), which is a ZIP archive");
    }
    if (number(at + 20, 2) != archive_.size() - at - zip_end_bytes) fail_damaged();
    return at;
  }

  /// Adds the file that the directory names at `at`; returns where the next one stands.
  std::size_t add_entry(Files& files, std::size_t at, std::size_t end) const {
    if (bytes(at, 4) != zip_central) fail_damaged();
    const std::size_t flags = number(at + 8, 2), method = number(at + 10, 2), sum = number(at + 16, 4);
    const std::size_t size = number(at + 20, 4), plain_size = number(at + 24, 4), name_size = number(at + 28, 2);
    const std::size_t next = at + zip_central_bytes + name_size + number(at + 30, 2) + number(at + 32, 2);
    if (next > end) fail_damaged();
    const std::string name(bytes(at + zip_central_bytes, name_size));
    const auto fail = [&](const char* fact) { place_.fail(grove::detail::fill("{}: {}", {name, fact})); };
    if ((flags & 1) != 0) fail("it is encrypted");
    if (method != 0) fail("it is compressed; write the archive with numpy.savez");
    if (size == 0xFFFFFFFF || number(at + 42, 4) == 0xFFFFFFFF) fail("archives of more than 4 GiB cannot be read");
    if (size != plain_size) fail_damaged();
    const std::string_view content = local_file(number(at + 42, 4), size);
    if (crc32(content) != sum) fail("its check sum is wrong; the file was changed or damaged");
    if (!files.emplace(name, content).second) fail("it is there twice");
    return next;
  }

  // Of the header before the file only the lengths of its name and of the extra field are of use: writers that do not
  // know sizes in advance leave them out there.
  std::string_view local_file(std::size_t at, std::size_t size) const {
    if (bytes(at, zip_local_bytes).substr(0, 4) != zip_local) fail_damaged();
    return bytes(at + zip_local_bytes + number(at + 26, 2) + number(at + 28, 2), size);
  }

  PlaceInFile place_;
  std::string_view archive_;
};

}  // namespace grove::optim::detail
