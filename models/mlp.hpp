// A multilayer perceptron: dense layers with activations between them.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include <fmt/format.h>

#include "../autodiff/autodiff.hpp"
#include "data/detail/uniform.hpp"
#include "dense_layer.hpp"

namespace grove::models {

/// What stands between the layers of an Mlp.
enum class Activation { tanh, relu, gelu, silu, logistic, softplus };

/// Zeros in place of hidden values, each with probability `rate`, and 1/(1 - rate) times the others, drawn anew at
/// every use: for training only. The same sequence for a seed on every platform. Source: Srivastava et al. 2014,
/// Dropout: a simple way to prevent neural networks from overfitting.
class Dropout {
 public:
  /// Throws: grove::HyperparameterError unless 0 ≤ rate < 1.
  explicit Dropout(double rate, std::uint64_t seed = 0) : rate_(rate), rng_(seed) {
    if (!(rate >= 0 && rate < 1))
      throw HyperparameterError(fmt::format("dropout: rate must lie in [0, 1), got {}", rate));
  }

  /// The factors of the next rows×cols hidden values.
  Eigen::ArrayXXd draw(Eigen::Index rows, Eigen::Index cols) {
    return Eigen::ArrayXXd::NullaryExpr(rows, cols,
                                        [&] { return detail::uniform(rng_) < rate_ ? 0.0 : 1 / (1 - rate_); });
  }

 private:
  double rate_;
  std::mt19937_64 rng_;
};

namespace detail {

template <Activation A, class H>
auto activate(const H& h) {
  if constexpr (A == Activation::tanh) {
    return tanh(h);
  } else if constexpr (A == Activation::relu) {
    return relu(h);
  } else if constexpr (A == Activation::gelu) {
    return gelu(h);
  } else if constexpr (A == Activation::silu) {
    return silu(h);
  } else if constexpr (A == Activation::logistic) {
    return logistic(h);
  } else {
    return softplus(h);
  }
}

}  // namespace detail

/// Dense layers, an activation after each but the last; `Mlp<>` has tanh, `Mlp<double, Activation::relu>` another.
template <class T = double, Activation A = Activation::tanh>
struct Mlp {
  std::vector<DenseLayer<T>> layers;  ///< at least one

  /// Outputs of a batch.  n×inputs → n×outputs.  Throws: grove::ShapeError if there are no layers, or
  /// if the widths do not fit.
  template <class X>
  auto operator()(const X& x) const {
    if (layers.empty()) throw ShapeError("mlp: there are no layers; make_mlp makes some");
    auto h = layers.front()(x);
    for (std::size_t i = 1; i < layers.size(); ++i) h = layers[i](detail::activate<A>(h));
    return h;
  }

  /// The same with some of the hidden values left out, for a loss to be trained with (in double precision).
  template <class X>
  auto operator()(const X& x, Dropout& dropout) const {
    if (layers.empty()) throw ShapeError("mlp: there are no layers; make_mlp makes some");
    auto h = layers.front()(x);
    for (std::size_t i = 1; i < layers.size(); ++i) {
      const Eigen::ArrayXXd kept = dropout.draw(h.rows(), h.cols());
      h = layers[i](detail::prediction((detail::activate<A>(h).array() * kept).matrix()));
    }
    return h;
  }
};

/// An Mlp of those widths, inputs first and outputs last, with uniform weights in ±√(6 / (inputs + outputs)), for relu,
/// gelu and silu in ±√(6 / inputs), and zero biases. The same for a seed on every platform.
///
///   const auto network = make_mlp<Activation::relu>({4, 16, 3}, 1);
///
/// Throws: grove::HyperparameterError unless there are two widths or more, all positive. Source: Glorot & Bengio 2010,
/// Understanding the difficulty of training deep feedforward neural networks, eq. 16; He et al. 2015, Delving deep into
/// rectifiers, section 2.2.
template <Activation A = Activation::tanh>
Mlp<double, A> make_mlp(const std::vector<Eigen::Index>& widths, std::uint64_t seed) {
  if (widths.size() < 2)
    throw HyperparameterError(fmt::format("make_mlp: at least two widths are needed, got {}", widths.size()));
  constexpr bool half_is_off = A == Activation::relu || A == Activation::gelu || A == Activation::silu;
  std::mt19937_64 rng(seed);
  Mlp<double, A> result;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
    const Eigen::Index in = widths[i];
    const Eigen::Index out = widths[i + 1];
    if (in < 1 || out < 1)
      throw HyperparameterError(fmt::format("make_mlp: widths must be positive, got {}", in < 1 ? in : out));
    const double bound = std::sqrt(6.0 / static_cast<double>(half_is_off ? in : in + out));
    const auto draw = [&] { return bound * (2 * detail::uniform(rng) - 1); };
    result.layers.push_back({Eigen::MatrixXd::NullaryExpr(in, out, draw), Eigen::RowVectorXd::Zero(out)});
  }
  return result;
}

}  // namespace grove::models
