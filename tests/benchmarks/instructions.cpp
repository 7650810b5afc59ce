// Gradients for `instructions.sh` to count: instructions <lorenz|burgers> <gradients>.
#include <Eigen/Dense>
#include <autodiff/autodiff.hpp>
#include <cstdlib>
#include <string>

#include "workloads/burgers_loss.hpp"
#include "workloads/lorenz_loss.hpp"

namespace {

template <class Loss, class Params>
double repeat(const Loss& loss, const Params& at, int gradients) {
  double value = 0;
  Params grads = at;
  for (int i = 0; i < gradients; ++i) grove::value_and_grad_into(loss, at, value, grads);
  return value;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace benchmarks;
  if (argc != 3) return 2;
  const int gradients = std::atoi(argv[2]);
  const Lorenz<> lorenz_at{1.0, 1.2, 20.0, 10.0, 28.0, 8.0 / 3.0};
  const Burgers<> burgers_at{Eigen::ArrayXd::LinSpaced(burgers_cells, 0, 6.2).sin(), 0.5, 0.6};
  const bool is_lorenz = argv[1] == std::string("lorenz");
  const double value = is_lorenz ? repeat(lorenz, lorenz_at, gradients) : repeat(burgers, burgers_at, gradients);
  return value == value ? 0 : 1;
}
