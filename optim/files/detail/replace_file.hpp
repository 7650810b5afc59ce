// Replacing a file as a whole, or not at all: all that depends on the system is in here.
#pragma once

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <random>  // std::random_device, for a name that no other saver has
#include <string>
#include <system_error>
#include <utility>

#if !defined(_WIN32) && __has_include(<unistd.h>) && __has_include(<sys/stat.h>)
#define GROVE_DETAIL_POSIX_FILES 1
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#else
#define GROVE_DETAIL_POSIX_FILES 0
#endif

#include "../../../autodiff/detail/message.hpp"
#include "../../../autodiff/detail/open_file.hpp"
#include "../../../autodiff/error.hpp"

namespace grove::optim::detail {

using grove::detail::fill;

/// A file of our own beside the one that is to be replaced; it goes with the object unless it took its place.
class NewFile {
 public:
  explicit NewFile(const std::filesystem::path& folder) : folder_(folder) {
    std::random_device random;
    do {
      path_ = folder / fill(".grove-{}-{}", {std::uint64_t{random()}, std::uint64_t{random()}});
      file_ = create();
    } while (file_ == nullptr && errno == EEXIST);
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile() {
    if (file_ != nullptr) std::fclose(file_);
    std::error_code ignored;
    if (there_) std::filesystem::remove(path_, ignored);
  }

  /// Writes the text, gives it the mode and the owner of `target` if that exists, and puts it there. On failure errno
  /// says why.
  bool replace(const std::filesystem::path& target, const std::string& text) {
    if (file_ == nullptr) return false;
    if (std::fwrite(text.data(), 1, text.size(), file_) != text.size() || std::fflush(file_) != 0) return false;
    if (!take_rights_of(target) || !reaches_disk()) return false;
    if (std::fclose(std::exchange(file_, nullptr)) != 0) return false;
    std::error_code failed;
    std::filesystem::rename(path_, target, failed);
    errno = failed.default_error_condition().value();  // Windows counts otherwise
    if (failed) return false;
    there_ = false;
    folder_reaches_disk();
    return true;
  }

 private:
#if GROVE_DETAIL_POSIX_FILES
  std::FILE* create() {
    const int handle = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    there_ = handle >= 0;
    return handle < 0 ? nullptr : ::fdopen(handle, "wb");
  }
  /// Of the owner as much as the system allows: who is not the superuser cannot give files away.
  bool take_rights_of(const std::filesystem::path& target) {
    struct stat old {};
    if (::stat(target.c_str(), &old) != 0) return errno == ENOENT;
    if (::fchown(::fileno(file_), old.st_uid, old.st_gid) != 0 && ::fchown(::fileno(file_), uid_t(-1), old.st_gid) != 0)
      old.st_mode &= ~mode_t(S_ISUID | S_ISGID);
    return ::fchmod(::fileno(file_), old.st_mode & 07777) == 0;
  }
  bool reaches_disk() { return ::fsync(::fileno(file_)) == 0 || errno == EINVAL || errno == ENOTSUP; }
  /// So that the new name survives a power failure too; some file systems cannot, and need not.
  void folder_reaches_disk() {
    const int handle = ::open(folder_.c_str(), O_RDONLY | O_CLOEXEC);
    if (handle < 0) return;
    ::fsync(handle);
    ::close(handle);
  }
#else
  std::FILE* create() {
    std::FILE* const file = grove::detail::create_file(path_);
    there_ = file != nullptr;
    return file;
  }
  bool take_rights_of(const std::filesystem::path& target) {
    std::error_code ignored;
    const auto status = std::filesystem::status(target, ignored);
    if (std::filesystem::exists(status)) std::filesystem::permissions(path_, status.permissions(), ignored);
    return true;
  }
#ifdef _WIN32
  bool reaches_disk() { return ::_commit(::_fileno(file_)) == 0; }
#else
  bool reaches_disk() { return true; }
#endif
  void folder_reaches_disk() {}
#endif

  std::filesystem::path folder_;
  std::filesystem::path path_;
  std::FILE* file_ = nullptr;
  bool there_ = false;
};

/// Whether what is there may be written to; a file that is not is replaced by nobody.
inline bool may_be_replaced(const std::filesystem::path& file) {
#if GROVE_DETAIL_POSIX_FILES
  return ::access(file.c_str(), W_OK) == 0;
#else
  std::FILE* const out = grove::detail::open_file(file, "ab");
  if (out != nullptr) std::fclose(out);
  return out != nullptr;
#endif
}

/// The file holds the text, all of it and to stay, or what it held before. A symbolic link stays, and the file that it
/// names is replaced. Throws: DataError if it cannot be written, or is no regular file; nothing is left behind then.
inline void replace_file(const char* who, const std::string& name, const std::string& text) {
  namespace fs = std::filesystem;
  const auto fail = [&](const std::string& reason) {
    throw DataError(fill("{}: {}: the file cannot be written: {}", {who, name, reason}));
  };
  if (name.find('\0') != std::string::npos) fail("its name holds a zero byte");
  std::error_code ignored;
  fs::path file = name;
  for (int links = 0; fs::is_symlink(file, ignored); ++links) {
    std::error_code failed;
    const fs::path target = fs::read_symlink(file, failed);
    if (failed || links == 40) fail(failed ? failed.message() : "too many symbolic links");
    file = file.parent_path() / target;
  }
  if (fs::exists(file, ignored)) {
    if (!fs::is_regular_file(file, ignored)) fail("it is no regular file");
    errno = 0;
    if (!may_be_replaced(file)) fail(std::strerror(errno));
  } else if (!file.has_filename()) {
    fail("it has no name");
  }
  errno = 0;
  NewFile part(file.has_parent_path() ? file.parent_path() : fs::path("."));
  if (!part.replace(file, text)) fail(std::strerror(errno));
}

}  // namespace grove::optim::detail
