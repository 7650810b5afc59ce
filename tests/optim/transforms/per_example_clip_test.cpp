// Headers: optim/linesearch/value_and_grad_from_state.hpp
#include "optim/transforms/per_example_clip.hpp"

#include "optim/linesearch/value_and_grad_from_state.hpp"
#include "optim/optimizers/sgd.hpp"
#include "optim/protocol/chain.hpp"
#include "optim/protocol/step.hpp"
#include "tests/catch.hpp"

using namespace grove::optim;

namespace {

struct Model {
  double bias;
  Eigen::VectorXd weight;
};

const std::vector<Model> grads{{3, Eigen::Vector3d(0, 4, 0)}, {0, Eigen::Vector3d(0.1, 0, 0)}};

}  // namespace

TEST_CASE("the gradient of each example is clipped before the sum") {
  const auto [sum, clipped] = per_example_global_norm_clip(grads, 1.0);
  CHECK(clipped == 1);
  CHECK(sum.bias == Approx(0.6));
  CHECK(sum.weight.isApprox(Eigen::Vector3d(0.1, 0.8, 0)));
  CHECK_THROWS_AS(per_example_global_norm_clip(std::vector<Model>{}, 1.0), grove::ShapeError);
}

TEST_CASE("leaves share the norm evenly or by size") {
  const auto even = per_example_layer_norm_clip(grads, std::sqrt(2.0));
  CHECK(even.num_clipped == std::vector<std::int64_t>{1, 1});
  CHECK(even.sum.bias == Approx(1));
  CHECK(even.sum.weight.isApprox(Eigen::Vector3d(0.1, 1, 0)));
  const auto by_size = per_example_layer_norm_clip(grads, 2.0, false);
  CHECK(by_size.sum.bias == Approx(1));
  CHECK(by_size.sum.weight(1) == Approx(std::sqrt(3.0)));
}

TEST_CASE("a linesearch's value and gradient are used again") {
  int evaluations = 0;
  const auto f = [&](const Eigen::VectorXd& x, Eigen::VectorXd& g) {
    ++evaluations;
    g = 2 * x;
    return x.squaredNorm();
  };
  const auto optimizer =
      chain(sgd(0.1), scale_by_backtracking_linesearch(15, {.increase_factor = 1.0, .store_grad = true}));
  Eigen::VectorXd x = Eigen::Vector2d(1, 10), g = x;
  auto state = optimizer.init(x);
  for (int i = 0; i < 3; ++i) {
    const int before = evaluations;
    const double value = value_and_grad_from_state(f, x, std::get<1>(state), g);
    CHECK(evaluations - before == (i == 0 ? 1 : 0));
    CHECK(value == Approx(x.squaredNorm()));
    const Eigen::VectorXd raw = g;
    step(optimizer, g, state, x, with_value(value), with_grad(raw), with_value_and_grad_fn(f));
  }
  CHECK_THROWS_AS(value_and_grad_from_state(f, x, scale_by_backtracking_linesearch(3).init(x), g),
                  grove::HyperparameterError);
}
