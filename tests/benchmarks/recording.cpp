// What the harness asks of the tape, in one translation unit.
#include "recording.hpp"

#include <Eigen/Dense>
#include <autodiff/autodiff.hpp>

namespace benchmarks {

void record_hugely() {
  constexpr Eigen::Index inputs = 1000;
  constexpr int repetitions = 5000;
  const auto loss = [](const auto& x) {
    grove::scalar_t<decltype(x)> sum = 0.0;
    for (int repetition = 0; repetition < repetitions; ++repetition)
      for (Eigen::Index i = 0; i < inputs; ++i) sum = sum * 0.5 + x[i] * x[i];
    return sum;
  };
  const Eigen::ArrayXd x = Eigen::ArrayXd::LinSpaced(inputs, -1, 1);
  Eigen::ArrayXd gradient(inputs);
  double value = 0;
  grove::value_and_grad_into(loss, x, value, gradient);
}

std::optional<double> bytes_of_last_recording() { return static_cast<double>(grove::tape_stats().bytes); }

}  // namespace benchmarks
