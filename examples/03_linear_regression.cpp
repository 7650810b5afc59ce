// The loop that everybody writes: parameters, loss, gradient (checked once, to be safe), steps.
#include <utility>

#include <fmt/format.h>
#include <Eigen/Core>

#include <grove/autodiff.hpp>
#include <grove/optim.hpp>

template <class T = double>
struct Line {
  grove::Vector<T> weight;
  T bias;
};

int main() {
  const Eigen::MatrixXd x = Eigen::MatrixXd::Random(200, 3);
  const Eigen::VectorXd truth = Eigen::Vector3d(1.5, -2.0, 0.5);
  const Eigen::VectorXd y = (x * truth).array() + 0.25;

  auto loss = [](const auto& p, const Eigen::MatrixXd& inputs, const Eigen::VectorXd& targets) {
    return grove::mean(grove::square((inputs * p.weight).array() + p.bias - targets.array()));
  };

  Line<> params{Eigen::VectorXd::Zero(3), 0.0};
  grove::gradcheck(loss, params, x, y);

  const auto optimizer = grove::optim::adam(0.05);
  auto state = optimizer.init(params);
  double last = 0;
  for (int step = 0; step < 1000; ++step) {
    auto [value, grads] = grove::value_and_grad(loss)(params, x, y);
    auto [updates, new_state] = optimizer.update(std::move(grads), std::move(state), params);
    params = grove::optim::apply_updates(std::move(params), updates);
    state = std::move(new_state);
    last = value;
  }

  fmt::print("weight {:.4f} {:.4f} {:.4f}, bias {:.4f}, loss {:.1e}\n", params.weight[0], params.weight[1],
             params.weight[2], params.bias, last);
  return (params.weight - truth).norm() < 1e-4 && last < 1e-8 ? 0 : 1;
}
