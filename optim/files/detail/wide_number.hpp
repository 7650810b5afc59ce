// Numbers of any type, as NumPy names types: read from bytes, and put where another type may be.
#pragma once

#include <bit>
#include <climits>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <type_traits>

namespace grove::optim::detail {

/// The type of a number in NumPy's words: 'f' a float, 'i' and 'u' integers with and without a sign, 'b' a bool; and
/// its size in bytes.
struct NumberType {
  char kind;
  std::size_t bytes;

  std::string name() const { return kind + std::to_string(bytes); }
  friend bool operator==(NumberType, NumberType) = default;
};

template <class Number>
constexpr NumberType number_type() {
  if constexpr (std::is_same_v<Number, bool>) {
    return {'b', 1};
  } else if constexpr (std::is_floating_point_v<Number>) {
    return {'f', sizeof(Number)};
  } else {
    return {std::is_signed_v<Number> ? 'i' : 'u', sizeof(Number)};
  }
}

/// A number that holds any other: a float in `value`, an integer as its sign and magnitude.
struct WideNumber {
  bool is_float = false;
  double value = 0;
  bool negative = false;
  std::uint64_t magnitude = 0;
};

/// The value of an IEEE number of 16 bits.
inline double half_value(std::uint64_t bits) {
  const int exponent = static_cast<int>((bits >> 10) & 31);
  const double fraction = static_cast<double>(bits & 1023);
  double size = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(fraction + 1024, exponent - 25);
  if (exponent == 31) {
    size = fraction == 0 ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  }
  return (bits >> 15) != 0 ? -size : size;
}

/// The number that the bytes at `from` are: f2, f4, f8, or an integer of up to 8 bytes.
inline WideNumber read_number(const void* from, NumberType type, bool big_endian) {
  const auto* bytes = static_cast<const unsigned char*>(from);
  std::uint64_t bits = 0;
  for (std::size_t k = 0; k < type.bytes; ++k)
    bits |= std::uint64_t{bytes[big_endian ? type.bytes - 1 - k : k]} << (CHAR_BIT * k);
  if (type.kind == 'f') {
    const double value = type.bytes == 8   ? std::bit_cast<double>(bits)
                         : type.bytes == 4 ? double{std::bit_cast<float>(static_cast<std::uint32_t>(bits))}
                                           : half_value(bits);
    return {.is_float = true, .value = value};
  }
  const auto width = CHAR_BIT * type.bytes;
  if (type.kind != 'i' || (bits >> (width - 1)) == 0) return {.magnitude = bits};
  const std::uint64_t low = width == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1;
  return {.negative = true, .magnitude = (~bits & low) + 1};
}

/// Puts x where a float of `bytes` bytes is; returns whether it fits: integers must be exact, and what is finite may be
/// rounded, but stays finite.
inline bool put_float(const WideNumber& x, std::size_t bytes, void* to) {
  const int digits = bytes == sizeof(float) ? std::numeric_limits<float>::digits : std::numeric_limits<double>::digits;
  if (!x.is_float && x.magnitude > std::uint64_t{1} << digits) return false;
  const double magnitude = static_cast<double>(x.magnitude);
  const double value = x.is_float ? x.value : x.negative ? -magnitude : magnitude;
  if (bytes == sizeof value) {
    std::memcpy(to, &value, bytes);
    return true;
  }
  // What is rounded beyond the largest float would be undefined as a conversion where floats are not IEEE's.
  const bool fits = !std::isfinite(value) || std::abs(value) < 0x1.ffffffp127;
  const float narrow = fits ? static_cast<float>(value) : 0.0f;
  std::memcpy(to, &narrow, sizeof narrow);
  return fits;
}

/// Puts x where an integer or a bool is; returns whether it is one that this type has.
inline bool put_integer(const WideNumber& x, NumberType type, void* to) {
  if (x.is_float || (x.negative && type.kind != 'i')) return false;
  const auto bits_of_magnitude = CHAR_BIT * type.bytes - (type.kind == 'i' ? 1 : 0);
  std::uint64_t most = type.kind == 'b' ? 1 : ~std::uint64_t{0} >> (64 - bits_of_magnitude);
  if (x.negative) ++most;
  if (x.magnitude > most) return false;
  const std::uint64_t bits = x.negative ? ~x.magnitude + 1 : x.magnitude;
  const auto low_bytes = std::endian::native == std::endian::big ? sizeof bits - type.bytes : 0;
  std::memcpy(to, reinterpret_cast<const unsigned char*>(&bits) + low_bytes, type.bytes);
  return true;
}

/// Puts x where a number of that type is; returns whether it fits.
inline bool put_number(const WideNumber& x, NumberType type, void* to) {
  return type.kind == 'f' ? put_float(x, type.bytes, to) : put_integer(x, type, to);
}

}  // namespace grove::optim::detail
