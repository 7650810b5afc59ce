// Address space taken once and backed by memory page by page as it is touched: arrays in it never move.
#pragma once

#include <cstddef>

#if !defined(GROVE_DETAIL_RESERVES_ADDRESS_SPACE)
#if defined(__unix__) || defined(__APPLE__)
#define GROVE_DETAIL_RESERVES_ADDRESS_SPACE 1
#else
#define GROVE_DETAIL_RESERVES_ADDRESS_SPACE 0
#endif
#endif

#if GROVE_DETAIL_RESERVES_ADDRESS_SPACE
#include <sys/mman.h>
#include <unistd.h>  // sysconf
#endif

namespace grove::detail {

#if GROVE_DETAIL_RESERVES_ADDRESS_SPACE

/// Without it arrays grow by moving, as std::vector does.
inline constexpr bool reserves_address_space = true;

/// Bytes that no array of a recording can exceed: twice the memory of the machine.
inline std::size_t memory_limit() {
  static const std::size_t limit = [] {
    const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    return pages > 0 && page > 0 ? 2 * static_cast<std::size_t>(pages) * static_cast<std::size_t>(page)
                                 : std::size_t{1} << 34;
  }();
  return limit;
}

/// Address space of `bytes` bytes, all zero when first read; nullptr where the system has not so much.
inline void* reserve_memory(std::size_t bytes) {
#if defined(MAP_NORESERVE)
  constexpr int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
#else
  constexpr int flags = MAP_PRIVATE | MAP_ANON;
#endif
  void* p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
  return p == MAP_FAILED ? nullptr : p;
}

inline void release_memory(void* p, std::size_t bytes) { munmap(p, bytes); }

#else

inline constexpr bool reserves_address_space = false;
inline std::size_t memory_limit() { return std::size_t{1} << 34; }
inline void* reserve_memory(std::size_t) { return nullptr; }
inline void release_memory(void*, std::size_t) {}

#endif

}  // namespace grove::detail
