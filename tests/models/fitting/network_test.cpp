// Fits of networks.
// Headers: models/fitting/{fitted_network,mlp}.hpp
#include <models/fitting/mlp.hpp>

#include <fstream>
#include <string>
#include <vector>

#include "models/fitting/fitted_network.hpp"
#include "models/fitting/linear.hpp"
#include "models/fitting/multinomial.hpp"
#include "optim/optimizers/lbfgs.hpp"
#include "optim/optimizers/sgd.hpp"
#include "tests/catch.hpp"
#include "tests/models/recorded.hpp"

using namespace grove::models;
using recorded::distance;
using recorded::matrix;
using recorded::vector;
namespace optim = grove::optim;

namespace {

/// Every seventh of scikit-learn's digits: 8×8 pixels in [0, 1].
struct Digits {
  Eigen::MatrixXd x;
  std::vector<int> labels;

  Digits() : x(257, 64) {
    std::ifstream file = golden::open("digits.txt");
    int label = 0;
    std::string pixels;
    for (Eigen::Index i = 0; file >> label >> pixels; ++i) {
      labels.push_back(label);
      for (Eigen::Index j = 0; j < 64; ++j) x(i, j) = (pixels[static_cast<std::size_t>(j)] - 'a') / 16.0;
    }
  }
};

/// The weights that make_models.py computes, too.
template <Activation A>
Mlp<double, A> deterministic_network(const std::vector<Eigen::Index>& widths) {
  auto network = make_mlp<A>(widths, 0);
  for (std::size_t k = 0; k < network.layers.size(); ++k) {
    auto& weight = network.layers[k].weight;
    for (Eigen::Index i = 0; i < weight.rows(); ++i)
      for (Eigen::Index j = 0; j < weight.cols(); ++j)
        weight(i, j) =
            std::sin(1.0 + 7.0 * static_cast<double>(k) + static_cast<double>(i) * 3 + static_cast<double>(j) * 5) /
            std::sqrt(static_cast<double>(weight.rows()));
  }
  return network;
}

const auto momentum = optim::sgd(0.1, {.momentum = 0.9});
const MlpOptions like_sklearn{.l2 = 0.5, .training = {.max_steps = 20}};

Eigen::VectorXd by_rows(const Eigen::MatrixXd& x) { return x.reshaped<Eigen::RowMajor>(); }

}  // namespace

TEST_CASE("a network of classes takes scikit-learn's steps on its digits", "[fitting]") {
  const Digits digits;
  REQUIRE(digits.labels.size() == 257);
  const auto fitted =
      fit(deterministic_network<Activation::relu>({64, 12, 10}), digits.x, digits.labels, like_sklearn, momentum);
  const Eigen::VectorXd losses = Eigen::Map<const Eigen::VectorXd>(fitted.training.values.data(), 20);
  CHECK(distance(losses, "digits classifier losses") < 1e-12);
  CHECK(distance(by_rows(fitted.predict(digits.x.topRows(3).eval())), "digits classifier probabilities") < 1e-11);
  CHECK(fitted.score(digits.x, digits.labels) == vector("digits classifier score")[0]);
  CHECK_FALSE(fitted.converged);
  CHECK(fitted.summary().rows.empty());
}

TEST_CASE("a network of several numbers takes scikit-learn's steps", "[fitting]") {
  const Digits digits;
  Eigen::MatrixXd y(257, 2);
  y << digits.x.middleCols(20, 10).rowwise().mean(), digits.x.rowwise().sum().array().sin();
  const auto fitted = fit(deterministic_network<Activation::tanh>({64, 6, 5, 2}), digits.x, y, like_sklearn, momentum);
  CHECK(distance(by_rows(fitted.predict(digits.x.topRows(5).eval())), "digits regressor predictions") < 1e-10);
  CHECK(fitted.score(digits.x, y) == Approx(vector("digits regressor score")[0]).epsilon(1e-10));
}

TEST_CASE("a multinomial regression of digits is scikit-learn's", "[fitting]") {
  const Digits digits;
  const Eigen::MatrixXd x = digits.x.topRows(128);
  const std::vector<int> labels(digits.labels.begin(), digits.labels.begin() + 128);
  Eigen::MatrixXd blocks(128, 16);  // of 2×2 pixels
  for (Eigen::Index j = 0; j < 16; ++j) {
    const Eigen::Index corner = 16 * (j / 4) + 2 * (j % 4);
    blocks.col(j) = (x.col(corner) + x.col(corner + 1) + x.col(corner + 8) + x.col(corner + 9)) / 4;
  }
  const auto fitted = fit(MultinomialRegression<>{}, blocks, labels, {.l2 = 0.5});
  CHECK(distance(fitted.params.bias.transpose(), "digits multinomial intercepts") < 1e-6);
  CHECK(distance(by_rows(fitted.predict(blocks.topRows(5).eval())), "digits multinomial probabilities") < 1e-7);
  const Eigen::Vector2d score(fitted.score(blocks, labels), fitted.params.weight.squaredNorm());
  CHECK(distance(score, "digits multinomial score") < 1e-7);
}

TEST_CASE("without hidden layers a network is a regression, errors and all", "[fitting]") {
  const Eigen::MatrixXd iris = matrix("iris", 5), x = iris.leftCols(2);
  const Eigen::VectorXd y = iris.col(2);
  const MlpOptions options{.errors = true};
  const auto network = fit(make_mlp({2, 1}, 1), x, y, options, optim::lbfgs());
  const auto linear = fit(LinearRegression<>{}, x, y);
  CHECK(network.converged);
  CHECK((network.covariance - linear.covariance).norm() < 1e-7 * linear.covariance.norm());
  CHECK(network.measures.aic == Approx(linear.measures.aic));
  CHECK(network.summary().rows[2].p == Approx(linear.summary().rows[2].p).epsilon(1e-4));
  CHECK(network.summary().rows[1].name == "layers[0].weight(1, 0)");
  CHECK(network.standard_errors().layers[0].bias[0] == Approx(linear.standard_errors().bias));

  const std::vector<int> species(iris.col(4).begin(), iris.col(4).end());
  const auto classes = fit(make_mlp({2, 3}, 1), x, species, {.l2 = 0.3, .errors = true}, optim::lbfgs());
  const auto multinomial = fit(MultinomialRegression<>{}, x, species, {.l2 = 0.3});
  CHECK(classes.measures.log_likelihood == Approx(multinomial.measures.log_likelihood));
  CHECK((classes.params.network.layers[0].weight - multinomial.params.weight).norm() < 1e-4);
  const auto weights = [](const auto& fitted) { return Eigen::MatrixXd(fitted.covariance.topLeftCorner(6, 6)); };
  CHECK((weights(classes) - weights(multinomial)).norm() < 1e-4 * weights(multinomial).norm());
}

TEST_CASE("a network stops where rows held back are predicted best", "[fitting]") {
  const Eigen::MatrixXd x = Eigen::VectorXd::LinSpaced(60, -3, 3);
  Eigen::VectorXd y = x.array().sin();
  for (Eigen::Index i = 0; i < 60; ++i) y[i] += i % 2 == 0 ? 0.3 : -0.3;
  const MlpOptions options{
      .held_back = 0.3, .seed = 4, .training = {.max_steps = 3000, .patience = 100, .batch_size = 16}};
  const auto fitted = fit(make_mlp({1, 20, 1}, 1), x, y, options, momentum);
  CHECK(fitted.training.reason == optim::StopReason::no_improvement);
  CHECK(fitted.converged);
  CHECK(fitted.rows.train.size() == 42);
  CHECK(fitted.rows.test.size() == 18);
  const auto error = [&](const auto& model) {
    const Eigen::VectorXd off = model(select_rows(x, fitted.rows.test)).col(0) - select_rows(y, fitted.rows.test);
    return off.squaredNorm() / 36;
  };
  const std::vector<double>& seen = fitted.training.measures;
  CHECK(error(fitted.params) == Approx(*std::min_element(seen.begin(), seen.end())).epsilon(1e-12));
  CHECK(fitted.summary().string().find("held back") != std::string::npos);

  // Dropout: the same for a seed, another path without.
  MlpOptions some = options;
  some.dropout = 0.2;
  some.training.max_steps = 50;
  const auto with = fit(make_mlp({1, 20, 1}, 1), x, y, some, momentum),
             again = fit(make_mlp({1, 20, 1}, 1), x, y, some, momentum);
  CHECK(with.training.values == again.training.values);
  CHECK(with.training.values.front() != fitted.training.values.front());
}

TEST_CASE("what a network cannot be fitted to is an error", "[fitting]") {
  const Eigen::MatrixXd x = Eigen::MatrixXd::Random(4, 2);
  const Eigen::VectorXd y = x.col(0);
  const auto network = make_mlp({2, 3, 1}, 1);
  const auto classes = make_mlp({2, 3}, 1);
  CHECK_THROWS_WITH(fit(Mlp<>{}, x, y, {}, momentum), "fit: the network has no layers; make_mlp makes some");
  CHECK_THROWS_WITH(fit(make_mlp({3, 1}, 1), x, y, {}, momentum), "fit: x has 2 columns, the network 3 inputs");
  CHECK_THROWS_WITH(fit(make_mlp({2, 2}, 1), x, y, {}, momentum), "fit: y has 1 columns, the network 2 outputs");
  CHECK_THROWS_WITH(fit(network, x.topRows(3), y, {}, momentum),
                    "fit: x is 3×2 and y is 4×1: they must have as many rows");
  CHECK_THROWS_WITH(fit(classes, x, std::vector<int>{0, 1, 2, 3}, {}, optim::lbfgs()),
                    "fit: the network has 3 outputs, the labels are 0 to 3");
  CHECK_THROWS_WITH(fit(classes, x, std::vector<int>{0, 1, 2, 0}, {.errors = true}, optim::lbfgs()),
                    "fit: errors of a network of classes need l2 > 0; without, its params are not unique");
  CHECK_THROWS_WITH(fit(network, x, y, {.l2 = -1}, momentum), "fit: l2 must not be negative, got -1");
  CHECK_THROWS_WITH(fit(network, x, y, {.held_back = 1}, momentum), "fit: held_back must lie in [0, 1), got 1");
  CHECK_THROWS_WITH(fit(network, x, y, {.dropout = 1}, momentum), "dropout: rate must lie in [0, 1), got 1");
  CHECK_THROWS_WITH(fit(network, x, y, {.dropout = 0.5, .training = {.threads = 2}}, momentum),
                    "fit: dropout draws in one order, so it is not to be had with threads");
  CHECK_THROWS_WITH(
      fit(network, x, y, {.held_back = 0.5, .training = {.measure = [](const Mlp<>&) { return 0.0; }}}, momentum),
      "fit: rows held back and a measure both say what is best; give one of them");
  const auto fitted = fit(network, x, y, {.training = {.max_steps = 1}}, momentum);
  CHECK_THROWS_WITH(fitted.standard_errors(), "standard_errors: this fit was not asked for errors");
}
