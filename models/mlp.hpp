// A multilayer perceptron: dense layers with tanh between them.
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

/// Dense layers, tanh after each but the last.
template <class T = double>
struct Mlp {
  std::vector<DenseLayer<T>> layers;  ///< at least one

  /// Outputs of a batch.  n×inputs → n×outputs.  Throws: grove::ShapeError if there are no layers, or
  /// if the widths do not fit.
  template <class X>
  auto operator()(const X& x) const {
    if (layers.empty()) throw ShapeError("mlp: there are no layers; make_mlp makes some");
    auto h = layers.front()(x);
    for (std::size_t i = 1; i < layers.size(); ++i) h = layers[i](tanh(h));
    return h;
  }
};

/// An Mlp of those widths, inputs first and outputs last, with uniform weights in ±√(6 / (inputs + outputs)) and zero
/// biases. The same for a seed on every platform. Throws: grove::HyperparameterError unless there are two widths or
/// more, all positive. Source: Glorot & Bengio 2010, Understanding the difficulty of training deep feedforward neural
/// networks, eq. 16.
inline Mlp<> make_mlp(const std::vector<Eigen::Index>& widths, std::uint64_t seed) {
  if (widths.size() < 2)
    throw HyperparameterError(fmt::format("make_mlp: at least two widths are needed, got {}", widths.size()));
  std::mt19937_64 rng(seed);
  Mlp<> result;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
    const Eigen::Index in = widths[i];
    const Eigen::Index out = widths[i + 1];
    if (in < 1 || out < 1)
      throw HyperparameterError(fmt::format("make_mlp: widths must be positive, got {}", in < 1 ? in : out));
    const double bound = std::sqrt(6.0 / static_cast<double>(in + out));
    const auto draw = [&] { return bound * (2 * detail::uniform(rng) - 1); };
    result.layers.push_back({Eigen::MatrixXd::NullaryExpr(in, out, draw), Eigen::RowVectorXd::Zero(out)});
  }
  return result;
}

}  // namespace grove::models
