// Gaussian noise on the updates.
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <numbers>
#include <utility>

#include "../../autodiff/detail/random_bits.hpp"
#include "../protocol/detail/leafwise.hpp"
#include "../protocol/transformation.hpp"

namespace grove::optim {
namespace detail {

/// A small generator whose state is one number (splitmix64), so that it can be part of a state.
struct RandomKey {
  std::uint64_t& state;

  std::uint64_t bits() { return grove::detail::split_mix(state); }
  /// In (0, 1].
  double uniform() { return (static_cast<double>(bits() >> 11) + 1) * 0x1p-53; }
  /// Standard normal, by Box and Muller; the same on every platform up to rounding.
  double normal() {
    const double radius = std::sqrt(-2 * std::log(uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
  }
};

}  // namespace detail

/// Step count and the state of the random number generator.
struct AddNoiseState {
  std::int64_t count;     ///< steps so far
  std::uint64_t rng_key;  ///< the next noise
};

/// The link behind `add_noise`.
struct AddNoise {
  static constexpr detail::Harm harm = detail::Harm::counts;
  double eta;                       ///< variance of the noise at the first step, ≥ 0
  double gamma;                     ///< power of its decay, ≥ 0
  std::uint64_t key = 0;            ///< seed
  std::function<double()> noise{};  ///< replaces the generator, for tests: unit normal numbers

  template <class P>
  AddNoiseState init(const P& /*params*/) const {
    return {0, key};
  }
  template <class U, class P, class E>
  void update_in_place(U& updates, AddNoiseState& state, const P& /*params*/, const E& extra) const {
    state.count = safe_increment(state.count);
    const double deviation = std::sqrt(eta / std::pow(static_cast<double>(state.count), gamma));
    detail::RandomKey random{state.rng_key};
    const auto draw = [&] { return deviation * (noise ? noise() : random.normal()); };
    detail::for_each_leaf(
        extra,
        [&]<class View>(std::size_t, View&& u) {
          if constexpr (detail::HasElements<std::remove_cvref_t<View>>) {
            for (Eigen::Index j = 0; j < u.cols(); ++j) {
              for (Eigen::Index i = 0; i < u.rows(); ++i) u(i, j) += detail::in_scalar_of(u, draw());
            }
          } else {
            u += detail::in_scalar_of(u, draw());
          }
        },
        updates);
  }
};

/// u = g + √(eta / tᵞ) · n, with n standard normal and t = 1 at the first step.
///
/// The same `key` gives the same noise; it is not JAX's.
/// Source: Neelakantan et al. 2015, https://arxiv.org/abs/1511.06807
inline auto add_noise(double eta, double gamma, std::uint64_t key = 0, std::function<double()> noise = {}) {
  detail::check_not_negative("add_noise", "eta", eta);
  detail::check_not_negative("add_noise", "gamma", gamma);
  return GradientTransformation<AddNoise>{{eta, gamma, key, std::move(noise)}};
}

}  // namespace grove::optim
