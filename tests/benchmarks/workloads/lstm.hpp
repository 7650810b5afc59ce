// F_lstm: a two-layer LSTM predicting 14-bit characters after ADBench (lstm_l2_c1024), 266 parameters, 1023 steps.
#pragma once

#include <Eigen/Dense>
#include <array>
#include <autodiff/autodiff.hpp>
#include <cmath>
#include <cstddef>
#include <memory>
#include <vector>

#include "../random_data.hpp"
#include "../rows.hpp"

namespace benchmarks {

constexpr Eigen::Index lstm_width = 14;
constexpr Eigen::Index lstm_length = 1024;
constexpr std::size_t lstm_layers = 2;

template <class T = double>
struct Gates {
  grove::Array<T> forget, ingate, outgate, change;
};

template <class T = double>
struct LstmLayer {
  Gates<T> weight, bias;
};

template <class T = double>
struct Lstm {
  std::array<LstmLayer<T>, lstm_layers> layers;
  grove::Array<T> input_weight, output_weight, output_bias;
};

struct LstmData {
  Lstm<> params;
  Eigen::ArrayXXd sequence;                              ///< a column for each character
  std::array<Eigen::ArrayXd, lstm_layers> hidden, cell;  ///< states before the first step

  LstmData() {
    Random random(7);
    const auto draw = [&]() -> Eigen::ArrayXd { return random.normal_vector(lstm_width, 0.5); };
    const auto gates = [&] { return Gates<>{draw(), draw(), draw(), draw()}; };
    for (auto& layer : params.layers) layer = {gates(), gates()};
    params.input_weight = draw();
    params.output_weight = draw();
    params.output_bias = draw();
    sequence = Eigen::ArrayXXd::NullaryExpr(lstm_width, lstm_length, [&] { return random.bits() % 2 ? 1.0 : 0.0; });
    for (std::size_t l = 0; l < lstm_layers; ++l) {
      hidden[l] = draw();
      cell[l] = draw();
    }
  }
};

/// Mean negative log-likelihood, scalar loops over the units.
inline const auto lstm_loss = [](const auto& p, const LstmData& data) {
  using std::exp;
  using std::log;
  using std::tanh;
  using T = grove::scalar_t<decltype(p)>;
  const auto sigmoid = [](const T& x) -> T { return 1.0 / (1.0 + exp(-x)); };
  constexpr std::size_t n = lstm_width;
  std::array<std::array<T, n>, lstm_layers> hidden, cell;
  for (std::size_t l = 0; l < lstm_layers; ++l)
    for (std::size_t i = 0; i < n; ++i) {
      hidden[l][i] = data.hidden[l][static_cast<Eigen::Index>(i)];
      cell[l][i] = data.cell[l][static_cast<Eigen::Index>(i)];
    }
  std::array<T, n> signal;
  T total = 0.0;
  for (Eigen::Index t = 0; t + 1 < lstm_length; ++t) {
    for (Eigen::Index i = 0; i < lstm_width; ++i)
      signal[static_cast<std::size_t>(i)] = data.sequence(i, t) * p.input_weight[i];
    for (std::size_t l = 0; l < lstm_layers; ++l) {
      const auto& [weight, bias] = p.layers[l];
      for (Eigen::Index i = 0; i < lstm_width; ++i) {
        T& h = hidden[l][static_cast<std::size_t>(i)];
        T& c = cell[l][static_cast<std::size_t>(i)];
        T& x = signal[static_cast<std::size_t>(i)];
        const T forget = sigmoid(x * weight.forget[i] + bias.forget[i]);
        const T ingate = sigmoid(h * weight.ingate[i] + bias.ingate[i]);
        const T outgate = sigmoid(x * weight.outgate[i] + bias.outgate[i]);
        const T change = tanh(h * weight.change[i] + bias.change[i]);
        c = c * forget + ingate * change;
        h = outgate * tanh(c);
        x = h;
      }
    }
    T exponentials = 2.0, gold = 0.0;
    double gold_count = 0;
    for (Eigen::Index i = 0; i < lstm_width; ++i) {
      const T prediction = signal[static_cast<std::size_t>(i)] * p.output_weight[i] + p.output_bias[i];
      exponentials += exp(prediction);
      gold += data.sequence(i, t + 1) * prediction;
      gold_count += data.sequence(i, t + 1);
    }
    total += gold - gold_count * log(exponentials);
  }
  return T(-total / static_cast<double>(lstm_width * (lstm_length - 1)));
};

/// The same with one array operation for all units of a layer.
inline const auto lstm_loss_of_arrays = [](const auto& p, const LstmData& data) {
  using T = grove::scalar_t<decltype(p)>;
  const auto sigmoid = [](const auto& x) -> grove::Array<T> { return 1.0 / (1.0 + grove::exp(-x)); };
  std::array<grove::Array<T>, lstm_layers> hidden, cell;
  for (std::size_t l = 0; l < lstm_layers; ++l) {
    hidden[l] = data.hidden[l];
    cell[l] = data.cell[l];
  }
  T total = 0.0;
  for (Eigen::Index t = 0; t + 1 < lstm_length; ++t) {
    grove::Array<T> signal = data.sequence.col(t) * p.input_weight;
    for (std::size_t l = 0; l < lstm_layers; ++l) {
      const auto& [weight, bias] = p.layers[l];
      const grove::Array<T> forget = sigmoid(signal * weight.forget + bias.forget);
      const grove::Array<T> ingate = sigmoid(hidden[l] * weight.ingate + bias.ingate);
      const grove::Array<T> outgate = sigmoid(signal * weight.outgate + bias.outgate);
      const grove::Array<T> change = grove::tanh(hidden[l] * weight.change + bias.change);
      cell[l] = cell[l] * forget + ingate * change;
      hidden[l] = outgate * grove::tanh(cell[l]);
      signal = hidden[l];
    }
    const grove::Array<T> prediction = signal * p.output_weight + p.output_bias;
    total += grove::sum(data.sequence.col(t + 1) * prediction) -
             data.sequence.col(t + 1).sum() * grove::log(grove::sum(grove::exp(prediction)) + 2.0);
  }
  return T(-total / static_cast<double>(lstm_width * (lstm_length - 1)));
};

/// Backpropagation through time by hand; each layer of each step stores what its sweep needs.
struct LstmByHand {
  struct Unit {
    double input, hidden, cell, forget, ingate, outgate, change, cell_tanh;
  };
  std::vector<std::array<Unit, lstm_width* lstm_layers>> steps =
      std::vector<std::array<Unit, lstm_width * lstm_layers>>(lstm_length - 1);
  std::vector<std::array<double, lstm_width>> softmax = std::vector<std::array<double, lstm_width>>(lstm_length - 1);

  static double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

  double forward(const LstmData& data) {
    std::array<std::array<double, lstm_width>, lstm_layers> hidden, cell;
    for (std::size_t l = 0; l < lstm_layers; ++l)
      for (std::size_t i = 0; i < lstm_width; ++i) {
        hidden[l][i] = data.hidden[l][static_cast<Eigen::Index>(i)];
        cell[l][i] = data.cell[l][static_cast<Eigen::Index>(i)];
      }
    const Lstm<>& p = data.params;
    double total = 0;
    for (std::size_t t = 0; t < steps.size(); ++t) {
      const auto now = data.sequence.col(static_cast<Eigen::Index>(t));
      const auto next = data.sequence.col(static_cast<Eigen::Index>(t) + 1);
      double exponentials = 2, gold = 0, gold_count = 0;
      for (std::size_t i = 0; i < lstm_width; ++i) {
        const auto k = static_cast<Eigen::Index>(i);
        double x = now[k] * p.input_weight[k];
        for (std::size_t l = 0; l < lstm_layers; ++l) {
          const auto& [w, b] = p.layers[l];
          Unit& unit = steps[t][l * lstm_width + i];
          unit.input = x;
          unit.hidden = hidden[l][i];
          unit.cell = cell[l][i];
          unit.forget = sigmoid(x * w.forget[k] + b.forget[k]);
          unit.ingate = sigmoid(unit.hidden * w.ingate[k] + b.ingate[k]);
          unit.outgate = sigmoid(x * w.outgate[k] + b.outgate[k]);
          unit.change = std::tanh(unit.hidden * w.change[k] + b.change[k]);
          cell[l][i] = unit.cell * unit.forget + unit.ingate * unit.change;
          unit.cell_tanh = std::tanh(cell[l][i]);
          x = hidden[l][i] = unit.outgate * unit.cell_tanh;
        }
        const double prediction = x * p.output_weight[k] + p.output_bias[k];
        softmax[t][i] = std::exp(prediction);
        exponentials += softmax[t][i];
        gold += next[k] * prediction;
        gold_count += next[k];
      }
      for (double& s : softmax[t]) s *= gold_count / exponentials;
      total += gold - gold_count * std::log(exponentials);
    }
    return total;
  }

  static void clear(Lstm<>& grads) {
    const auto zero = [](Gates<>& g) {
      for (auto* a : {&g.forget, &g.ingate, &g.outgate, &g.change}) a->setZero(lstm_width);
    };
    for (auto& layer : grads.layers) {
      zero(layer.weight);
      zero(layer.bias);
    }
    for (auto* a : {&grads.input_weight, &grads.output_weight, &grads.output_bias}) a->setZero(lstm_width);
  }

  double operator()(const LstmData& data, Lstm<>& grads) {
    const double total = forward(data);
    const Lstm<>& p = data.params;
    const double scale = -1.0 / static_cast<double>(lstm_width * (lstm_length - 1));
    clear(grads);
    std::array<std::array<double, lstm_width>, lstm_layers> hidden_bar{}, cell_bar{};
    for (std::size_t t = steps.size(); t-- > 0;) {
      const auto now = data.sequence.col(static_cast<Eigen::Index>(t));
      const auto next = data.sequence.col(static_cast<Eigen::Index>(t) + 1);
      for (std::size_t i = 0; i < lstm_width; ++i) {
        const auto k = static_cast<Eigen::Index>(i);
        const Unit& top = steps[t][lstm_width * (lstm_layers - 1) + i];
        const double prediction_bar = scale * (next[k] - softmax[t][i]);
        grads.output_weight[k] += prediction_bar * top.outgate * top.cell_tanh;
        grads.output_bias[k] += prediction_bar;
        double x_bar = prediction_bar * p.output_weight[k];
        for (std::size_t l = lstm_layers; l-- > 0;) {
          const auto& w = p.layers[l].weight;
          auto& [w_bar, b_bar] = grads.layers[l];
          const Unit& unit = steps[t][l * lstm_width + i];
          const double h_bar = x_bar + hidden_bar[l][i];
          const double c_bar = cell_bar[l][i] + h_bar * unit.outgate * (1 - unit.cell_tanh * unit.cell_tanh);
          const double forget_bar = c_bar * unit.cell * unit.forget * (1 - unit.forget);
          const double ingate_bar = c_bar * unit.change * unit.ingate * (1 - unit.ingate);
          const double outgate_bar = h_bar * unit.cell_tanh * unit.outgate * (1 - unit.outgate);
          const double change_bar = c_bar * unit.ingate * (1 - unit.change * unit.change);
          w_bar.forget[k] += forget_bar * unit.input;
          w_bar.ingate[k] += ingate_bar * unit.hidden;
          w_bar.outgate[k] += outgate_bar * unit.input;
          w_bar.change[k] += change_bar * unit.hidden;
          b_bar.forget[k] += forget_bar;
          b_bar.ingate[k] += ingate_bar;
          b_bar.outgate[k] += outgate_bar;
          b_bar.change[k] += change_bar;
          cell_bar[l][i] = c_bar * unit.forget;
          hidden_bar[l][i] = ingate_bar * w.ingate[k] + change_bar * w.change[k];
          x_bar = forget_bar * w.forget[k] + outgate_bar * w.outgate[k];
        }
        grads.input_weight[k] += x_bar * now[k];
      }
    }
    return scale * total;
  }
};

inline std::vector<Workload> workloads() {
  const auto data = std::make_shared<const LstmData>();
  Workload workload{"F_lstm", "LSTM, 2 layers of 14 units, 1023 steps, 266 parameters",
                    1023 * (2 * 14 * 22.0 + 14 * 6 + 4)};
  workload.data = data;
  workload.rows = {
      primal_row("primal", lstm_loss, data->params, *data),
      hand_row<Lstm<>>([&data = *data, by_hand = LstmByHand{}](auto& grads) mutable { return by_hand(data, grads); }),
      grove_row("grove, scalars", 1.3, lstm_loss, data->params, *data),
      recording_row("grove, scalars", lstm_loss, data->params, *data),
      grove_row("grove, arrays", 0, lstm_loss_of_arrays, data->params, *data),
  };
  workload.difference = difference_of(workload.rows[1], lstm_loss, data->params, *data);
  return {workload};
}

}  // namespace benchmarks
