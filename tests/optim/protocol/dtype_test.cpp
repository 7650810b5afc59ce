// States in another scalar than the params.
// Headers: optim/transforms/trace.hpp
#include "optim/protocol/dtype.hpp"

#include <map>
#include <string>
#include <type_traits>
#include <vector>

#include "optim/optimizers/adamw.hpp"
#include "optim/optimizers/lion.hpp"
#include "optim/optimizers/sgd.hpp"
#include "optim/protocol/masked.hpp"
#include "tests/optim/golden.hpp"

using namespace grove::optim;

namespace {

template <class T = double>
struct Line {
  grove::Vector<T> weight;
  T bias;
};

}  // namespace

TEST_CASE("a first moment in float follows optax") {
  // optax multiplies the float32 moment by the decay in float32, here that product is in double.
  golden::check_optimizer("adam_mu_dtype", adam(0.1, {}, mu_dtype<float>), 1e-5);
  golden::check_optimizer("adamw_mu_dtype", adamw(0.1, {.weight_decay = 0.01}, mu_dtype<float>), 1e-5);
  golden::check_optimizer("lion_mu_dtype", lion(0.1, {}, mu_dtype<float>));
  golden::check_optimizer("sgd_accumulator_dtype", sgd(0.1, {.momentum = 0.9}, accumulator_dtype<float>), 1e-5);
}

TEST_CASE("what is kept is rounded, what is emitted is not") {
  const Line<> params{Eigen::Vector2d(1, 2), 3}, grads{Eigen::Vector2d(0.1, 0.2), 0.3};
  const auto optimizer = trace(0.5, false, accumulator_dtype<float>);
  auto [updates, state] = optimizer.update(grads, optimizer.init(params), params);
  static_assert(std::is_same_v<decltype(state.trace), Line<float>>);
  CHECK(updates.weight(0) == 0.1);
  CHECK(state.trace.weight(0) == 0.1f);
  CHECK(state.trace.bias == 0.3f);
  const auto again = optimizer.update(grads, state, params).updates;
  CHECK(again.bias == 0.3 + 0.5 * static_cast<double>(0.3f));
}

TEST_CASE("only the first moment is in another scalar") {
  const Line<> params{Eigen::Vector2d(1, 2), 3};
  const auto state = adam(0.1, {}, mu_dtype<float>).init(params);
  static_assert(std::is_same_v<decltype(std::get<0>(state).mu), Line<float>>);
  static_assert(std::is_same_v<decltype(std::get<0>(state).nu), Line<double>>);
  CHECK(std::get<0>(state).mu.weight.size() == 2);
}

TEST_CASE("states of containers, of plain structs and of floats have other scalars too") {
  using Params = std::map<std::string, std::vector<Eigen::MatrixXd>>;
  const Params params{{"a", {Eigen::MatrixXd::Ones(2, 3), Eigen::MatrixXd::Ones(1, 1)}}, {"b", {}}};
  const auto optimizer = ema(0.5, true, accumulator_dtype<float>);
  auto [updates, state] = optimizer.update(params, optimizer.init(params), params);
  CHECK(state.ema.at("a")[0](1, 2) == 0.5f);
  CHECK(updates.at("a")[0](1, 2) == 1);
  golden::Tree plain = golden::sequence("plain").params;
  Eigen::VectorXd before = plain.b;
  const auto masked_sgd = masked(sgd(0.1, {.momentum = 0.9}, accumulator_dtype<float>),
                                 [](const auto& path) { return !path.ends_with("b"); });
  auto sgd_state = masked_sgd.init(plain);
  golden::Tree grads = plain;
  step(masked_sgd, grads, sgd_state, plain);
  CHECK((plain.b - (before + before)).norm() == 0);  // what is masked out passes through
  const Eigen::VectorXf single = Eigen::Vector2f(0.1f, 0.2f);
  const auto wide = trace(0.9f, false, accumulator_dtype<double>);
  const auto wide_state = wide.update(single, wide.init(single), single).state;
  CHECK(wide_state.trace(0) == static_cast<double>(0.1f));
}
