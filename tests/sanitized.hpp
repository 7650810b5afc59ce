// GROVE_TEST_SANITIZED: whether a sanitizer that replaces the memory functions is at work.
//
// GROVE_TEST_COUNTS_MALLOC: whether a test may replace malloc and operator new to count. Sanitizers replace them
// themselves; there such a test still runs, and counts nothing.
#pragma once

#include <cstdlib>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define GROVE_TEST_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define GROVE_TEST_SANITIZED 1
#endif
#endif
#if !defined(GROVE_TEST_SANITIZED)
#define GROVE_TEST_SANITIZED 0
#endif
#if !GROVE_TEST_SANITIZED && defined(__GLIBC__)
#define GROVE_TEST_COUNTS_MALLOC 1
#else
#define GROVE_TEST_COUNTS_MALLOC 0
#endif
