// Large recordings, many threads, and exceptions that leave everything usable.
#include <autodiff/derivatives/grad.hpp>
#include <autodiff/derivatives/parallel_value_and_grad.hpp>
#include <autodiff/operations/operations.hpp>
#include <stdexcept>
#include <thread>
#include <vector>

#include "smoke.hpp"

int main() {
  const auto walk = [](const auto& rate) {
    auto x = 0.5 * rate;
    for (int k = 0; k < 2'000'000; ++k) x = x + 1e-6 * rate * x;
    return x;
  };
  const double slope = grove::grad(walk)(1.0);
  const double exact = 0.5 * std::pow(1 + 1e-6, 2e6) * (1 + 2 / (1 + 1e-6));
  smoke::expect("four million operations", smoke::near(slope, exact, 1e-9));

  const auto broken = [](const auto& x) -> std::decay_t<decltype(x)> {
    if (x > 0) throw std::runtime_error("on purpose");
    return x * x;
  };
  smoke::expect("an exception from a loss",
                smoke::throws<std::runtime_error>([&] { grove::grad(broken)(1.0); }, "purpose"));
  smoke::expect("and the next call", grove::grad(broken)(-3.0) == -6);

  std::vector<double> slopes(4);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < slopes.size(); ++i)
    threads.emplace_back([&, i] { slopes[i] = grove::grad([](const auto& x) { return x * x * x; })(double(i)); });
  for (std::thread& thread : threads) thread.join();
  smoke::expect("a tape for each thread", slopes == std::vector<double>{0, 3, 12, 27});

  const Eigen::MatrixXd x = Eigen::MatrixXd::Random(1000, 3);
  const Eigen::VectorXd y = x * Eigen::Vector3d(1, 2, 3);
  const auto loss = [](const auto& w, const Eigen::MatrixXd& in, const Eigen::VectorXd& out) {
    return grove::mean(grove::square(in * w - out));
  };
  const Eigen::VectorXd at = Eigen::Vector3d::Zero();
  const Eigen::VectorXd one = grove::value_and_grad(loss)(at, x, y).grads;
  const Eigen::VectorXd many = grove::parallel_value_and_grad(loss, 3)(at, x, y).grads;
  smoke::expect("rows shared out to threads", (one - many).norm() < 1e-12);
  return smoke::failures;
}
