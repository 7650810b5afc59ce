// Which Grove this is, for the preprocessor and for programs. Versions follow semantic versioning.
#pragma once

#define GROVE_VERSION_MAJOR 0
#define GROVE_VERSION_MINOR 1
#define GROVE_VERSION_PATCH 0
/// One number to compare, 10000 major + 100 minor + patch: `#if GROVE_VERSION >= 200` asks for 0.2.0 or later.
#define GROVE_VERSION (10000 * GROVE_VERSION_MAJOR + 100 * GROVE_VERSION_MINOR + GROVE_VERSION_PATCH)

namespace grove {

/// The first number of the version.
inline constexpr int version_major = GROVE_VERSION_MAJOR;
/// The second.
inline constexpr int version_minor = GROVE_VERSION_MINOR;
/// The third.
inline constexpr int version_patch = GROVE_VERSION_PATCH;

}  // namespace grove
