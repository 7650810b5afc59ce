// Random programs of scalar statements: whatever a statement takes over, extends or joins, value and derivative are
// those of the program as it is written.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "autodiff/autodiff.hpp"
#include "autodiff/detail/random_bits.hpp"

namespace grove::test {

using grove::Dual, grove::stop_gradient, grove::value_of;

constexpr int inputs = 4, registers = 8;

/// One statement: its kind, its target and three operands.
struct Statement {
  int kind;
  std::size_t target, a, b, c;
};
using Program = std::vector<Statement>;

template <class T = double>
struct Inputs {
  std::array<T, inputs> x;
};

template <class T>
T helper(const T& a, const T& b) {
  return a * b + a;
}

// Rules of the user's own, right ones; the third throws for some arguments.
inline const auto square_by_pullback = grove::custom_vjp([](const auto& x) { return x * x; },
                                                         [](const auto& x) {
                                                           return std::pair{x * x, x};
                                                         },
                                                         [](const auto& x, const auto& c) { return (x + x) * c; });
inline const auto product_by_tangent =
    grove::custom_jvp([](const auto& a, const auto& b) { return a * b; },
                      [](const auto& x, const auto& t) {
                        const auto& [a, b] = x;
                        return std::pair{a * b, std::get<0>(t) * b + a * std::get<1>(t)};
                      });
inline const auto halved = [](const auto& x) {
  if (x < 0.3) throw std::domain_error("too small");
  return std::decay_t<decltype(x)>(x * 0.5);
};
inline const auto throwing = grove::custom_vjp(
    halved,
    [](const auto& x) {
      return std::pair{halved(x), 0.5};
    },
    [](double slope, const auto& c) { return std::decay_t<decltype(c)>(slope * c); });

template <class T>
void execute(int kind, T& r, T& sum, const T& a, const T& b, const T& c) {
  using std::exp, std::sin, std::sqrt, std::tanh;
  switch (kind) {
    case 0:
      r = a * b - c * b;
      break;
    case 1:
      r += a * b;
      break;
    case 2:
      r -= 0.3 * sin(a * b + c);
      break;
    case 3:
      r = (a + b) * (a - c);
      break;
    case 4:
      sum += tanh(r - a * 0.7);
      break;
    case 5:
      sum -= 0.5 * exp(-0.2 * ((a - 0.3) * (a - 0.3) + (b + 0.1) * (b + 0.1)));
      break;
    case 6: {
      const auto t = a * b;
      const auto u = t + c;
      r = t * u - u;
      break;
    }
    case 7:
      r = a > 0.2 ? a : a * b;
      break;
    case 8:
      r = helper(a, b) + helper(b, c);
      break;
    case 9:
      r = (a * 2.0 + b * 3.0) + (a * 4.0 - b);
      break;
    case 10: {
      T t = a;
      t += b;
      t += a * c;
      t -= b * b;
      t *= 0.5;
      r = t;
      break;
    }
    case 11:
      r = tanh(a * b + c * 0.5 + 0.1) * tanh(c);
      break;
    case 12:
      sum += (a - b) * (a - b) + (b - c) * (b - c);
      break;
    case 13: {
      T t = 1.0;
      t -= a;
      T u = t;
      t += u * b;
      r = t + u;
      break;
    }
    case 14:
      r = -(a * b) / (2.0 + c * c);
      break;
    case 15: {
      T t = a * b;
      T u = std::move(t);
      u += u * 0.25 + c;
      r = std::move(u);
      break;
    }
    case 16:
      r = (a + a) + (a * a) - (a - 0.1 * a);
      break;
    case 17: {
      T t = 0.0;
      t += a * b;
      t += b * c;
      t -= a;
      t += t * 0.1;
      r = tanh(t);
      break;
    }
    case 18: {
      const auto t = sin(a) * sin(b);
      sum += t;
      r = t + sum * 0.01;
      break;
    }
    case 19:
      r = 0.1 * (a * b * c) + 0.2 * (a + b + c) - 0.0 * a;
      break;
    case 20: {
      const T t = a * b, u = c * b, v = t + u;
      r = tanh(v) * t - u;
      break;
    }
    case 21:
      r += r * 0.1;
      break;
    case 22:
      r -= r * a;
      break;
    case 23:
      r *= a;
      r /= 1.5 + b * b;
      break;
    case 24: {
      const T i = tanh(a), o = tanh(b), state = i * o + c * i;
      r = o * tanh(state);
      sum += state;
      break;
    }
    case 25:
      sum += sum * 0.01 * a;
      break;
    case 26:
      r = square_by_pullback(a * 0.9) * b + square_by_pullback(c);
      break;
    case 27:
      sum += product_by_tangent(a, b + c) * 0.3 + product_by_tangent(0.4, r);
      break;
    case 28: {
      T t = a * b;
      try {
        t += c * 0.1;
        t *= throwing(c * a);
      } catch (const std::domain_error&) {
        t += a;
      }
      r = t - c;
      break;
    }
    case 29:
      r = a * stop_gradient(b * c) - stop_gradient(a) * 0.5;
      break;
    case 30:
      sum += value_of(b) * a + value_of(a * c);
      break;
    case 31:
      r = grove::fuse([](const auto& x, const auto& y) { return x * y + tanh(x - y) * value_of(x) - stop_gradient(y); },
                      a, b) *
          c;
      break;
    case 32:  // the derivative of a derivative
      r += grove::jvp([](const auto& x) { return tanh(x) * x * stop_gradient(x); })(a * b, T(0.3)).tangent;
      break;
    case 33: {  // what depends on constants alone
      const T two = 2.0, half = 0.5, one = two * half;
      T k = half;
      k += one * 0.25;
      r = k * a + one / two - half * b;
      break;
    }
    case 34: {  // longer than what is scaled in place, and than what a statement holds
      T t = 0.0;
      for (int i = 0; i < 12; ++i) t += (i % 3 == 0 ? a : b) * c + 0.1 * a;
      T u = 0.0;
      for (int i = 0; i < 230; ++i) u += i % 2 == 0 ? a : c;
      r = t * 0.05 - (u * 0.01) * b;
      break;
    }
    case 35:  // factors that are zero, and slopes that are not finite
      r = a + 0.0 * sqrt(b - b) + (c - c) * (a * b);
      break;
    case 36: {  // temporaries that are kept for later than the next statement
      auto&& s = a * b;
      auto&& t = b * c;
      r = std::move(t) * 0.5 + std::move(s);
      break;
    }
    default: {
      const T t = a + b, u = t * c + t * a + t * b;
      r = u * 0.3;
    }
  }
}
constexpr int kinds = 38, first_stopping = 29, last_stopping = 32;

inline const auto run = [](const auto& p, const Program& program) {
  using std::tanh;
  using T = std::decay_t<decltype(p.x[0])>;
  std::vector<T> values(p.x.begin(), p.x.end());
  values.resize(registers, T(0.5));
  T sum = 0.0;
  for (const Statement& s : program) {
    T& r = values[s.target];  // may be an operand as well
    execute(s.kind, r, sum, values[s.a], values[s.b], values[s.c]);
    if (!(r < 3.0 && r > -3.0)) r = tanh(r);
  }
  for (const T& value : values) sum += value * 0.125;
  return sum;
};

inline Program random_program(std::uint64_t& random) {
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(grove::detail::split_mix(random) % n); };
  Program program(1 + below(14));
  for (Statement& s : program)
    s = {static_cast<int>(below(kinds)), below(registers), below(registers), below(registers), below(registers)};
  return program;
}

/// A derivative is stopped in it, so that differences of its value are no derivatives.
inline bool stops(const Program& program) {
  return std::any_of(program.begin(), program.end(),
                     [](const Statement& s) { return s.kind >= first_stopping && s.kind <= last_stopping; });
}

inline std::string text(const Program& program) {
  std::string result;
  for (const Statement& s : program)
    result += std::to_string(s.kind) + ": r" + std::to_string(s.target) + " from r" + std::to_string(s.a) + " r" +
              std::to_string(s.b) + " r" + std::to_string(s.c) + "\n";
  return result;
}

/// A point in [-1, 1]⁴, and the same with forward-mode tangents.
template <class S>
std::pair<Inputs<S>, Inputs<Dual<S, inputs, true>>> random_point(std::uint64_t& random) {
  std::pair<Inputs<S>, Inputs<Dual<S, inputs, true>>> result{};
  for (std::size_t i = 0; i < inputs; ++i) {
    const S x = static_cast<S>(static_cast<double>(grove::detail::split_mix(random) >> 11) * 0x1p-52 - 1);
    result.first.x[i] = x;
    result.second.x[i] = Dual<S, inputs, true>(x, S(1), static_cast<int>(i));
  }
  return result;
}

}  // namespace grove::test
