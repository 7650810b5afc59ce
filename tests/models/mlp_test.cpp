// The multilayer perceptron.
// Headers: models/mlp_classifier.hpp
#include <models/mlp.hpp>

#include <models/mean_squared_error.hpp>
#include <models/mlp_classifier.hpp>

#include "tests/catch.hpp"

using namespace grove::models;

TEST_CASE("an mlp has the layers asked for, within the bound, the same for a seed", "[mlp]") {
  const Mlp<> a = make_mlp({3, 5, 2}, 1);
  REQUIRE(a.layers.size() == 2);
  CHECK(a.layers[0].weight.rows() == 3);
  CHECK(a.layers[0].weight.cols() == 5);
  CHECK(a.layers[1].bias.size() == 2);
  CHECK(a.layers[0].weight.cwiseAbs().maxCoeff() <= std::sqrt(6.0 / 8));
  CHECK(a.layers[0].weight == make_mlp({3, 5, 2}, 1).layers[0].weight);
  CHECK(a.layers[0].weight != make_mlp({3, 5, 2}, 2).layers[0].weight);
}

TEST_CASE("its value and gradient are those computed by hand", "[mlp]") {
  const Mlp<> model = make_mlp({2, 4, 1}, 7);
  const Eigen::MatrixXd x = Eigen::MatrixXd::Random(6, 2);
  const Eigen::MatrixXd y = Eigen::MatrixXd::Random(6, 1);
  const auto& [w0, b0] = model.layers[0];
  const auto& [w1, b1] = model.layers[1];
  const Eigen::MatrixXd h = ((x * w0).rowwise() + b0).array().tanh();
  const Eigen::MatrixXd out = (h * w1).rowwise() + b1;
  CHECK((model(x) - out).norm() < 1e-14);

  const Eigen::MatrixXd out_bar = 2.0 / 6 * (out - y);
  const Eigen::MatrixXd h_bar = (out_bar * w1.transpose()).array() * (1 - h.array().square());
  const auto [value, grads] = grove::value_and_grad(mean_squared_error)(model, x, y);
  CHECK(value == Approx((out - y).squaredNorm() / 6).epsilon(1e-13));
  CHECK((grads.layers[1].weight - h.transpose() * out_bar).norm() < 1e-14);
  CHECK((grads.layers[1].bias - out_bar.colwise().sum()).norm() < 1e-14);
  CHECK((grads.layers[0].weight - x.transpose() * h_bar).norm() < 1e-14);
  CHECK((grads.layers[0].bias - h_bar.colwise().sum()).norm() < 1e-14);
}

TEST_CASE("widths that make no network are errors", "[mlp]") {
  CHECK_THROWS_WITH(Mlp<>{}(Eigen::MatrixXd::Zero(2, 2)), "mlp: there are no layers; make_mlp makes some");
  CHECK_THROWS_WITH(make_mlp({3}, 1), "make_mlp: at least two widths are needed, got 1");
  CHECK_THROWS_WITH(make_mlp({3, 0, 1}, 1), "make_mlp: widths must be positive, got 0");
}

// Case: model-wrong-columns.
TEST_CASE("an mlp refuses data and layers that do not fit", "[mlp]") {
  const Mlp<> mlp = make_mlp({3, 2, 1}, 1);
  CHECK_THROWS_WITH(mlp(Eigen::MatrixXd::Ones(5, 2).eval()), "matmul: (5×2)·(3×2): inner dimensions 2 and 3 differ");
  Mlp<> bent = mlp;
  bent.layers[0].bias.resize(5);
  CHECK_THROWS_WITH(bent(Eigen::MatrixXd::Ones(5, 3).eval()), "rowwise: 5×2 and 1×5 differ");
  bent = mlp;
  bent.layers[1].weight.resize(7, 1);
  CHECK_THROWS_AS(bent(Eigen::MatrixXd::Ones(5, 3).eval()), grove::ShapeError);
}

TEST_CASE("other activations stand between the layers, for any number of outputs", "[mlp]") {
  const auto model = make_mlp<Activation::relu>({2, 4, 3}, 7);
  CHECK(model.layers[0].weight.cwiseAbs().maxCoeff() > std::sqrt(6.0 / 6));
  CHECK(model.layers[0].weight.cwiseAbs().maxCoeff() <= std::sqrt(6.0 / 2));
  const Eigen::MatrixXd x = Eigen::MatrixXd::Random(6, 2), y = Eigen::MatrixXd::Random(6, 3);
  const Eigen::MatrixXd h = ((x * model.layers[0].weight).rowwise() + model.layers[0].bias).cwiseMax(0);
  const Eigen::MatrixXd out = (h * model.layers[1].weight).rowwise() + model.layers[1].bias;
  CHECK((model(x) - out).norm() < 1e-14);
  const auto [value, grads] = grove::value_and_grad(mean_squared_error)(model, x, y);
  CHECK(value == Approx((out - y).squaredNorm() / 18).epsilon(1e-13));
  CHECK((grads.layers[1].weight - h.transpose() * (out - y) / 9).norm() < 1e-14);
  // The others: one hidden unit with weight and bias of one and zero.
  const Eigen::MatrixXd at = Eigen::MatrixXd::Constant(1, 1, 0.7);
  const auto of = [&](auto network) {
    for (auto& layer : network.layers) layer.weight.setOnes();
    return Eigen::MatrixXd(network(at))(0, 0);
  };
  CHECK(of(make_mlp<Activation::logistic>({1, 1, 1}, 1)) == Approx(1 / (1 + std::exp(-0.7))));
  CHECK(of(make_mlp<Activation::silu>({1, 1, 1}, 1)) == Approx(0.7 / (1 + std::exp(-0.7))));
  CHECK(of(make_mlp<Activation::softplus>({1, 1, 1}, 1)) == Approx(std::log1p(std::exp(0.7))));
}

TEST_CASE("dropout leaves hidden values out, in a loss as outside of one", "[mlp]") {
  const auto model = make_mlp({2, 50, 2}, 3);
  const Eigen::MatrixXd x = Eigen::MatrixXd::Random(40, 2), y = Eigen::MatrixXd::Random(40, 2);
  Dropout none(0), half(0.5, 9), same(0.5, 9);
  CHECK((model(x, none) - model(x)).norm() == 0);
  const Eigen::MatrixXd first = model(x, half);
  CHECK((first - model(x)).norm() > 0.1);
  CHECK((model(x, half) - first).norm() > 0.1);  // drawn anew

  const auto loss = [&](const auto& m) { return grove::mean(grove::square(m(x, same).array() - y.array())); };
  const auto [value, grads] = grove::value_and_grad(loss)(model);
  CHECK(value == Approx((first - y).squaredNorm() / 80).epsilon(1e-13));
  Dropout again(0.5, 9);
  const Eigen::ArrayXXd kept = again.draw(40, 50);
  CHECK(((kept == 0) || (kept == 2)).all());
  CHECK(std::abs((kept == 0).cast<double>().mean() - 0.5) < 0.05);
  const Eigen::MatrixXd h = (x * model.layers[0].weight).array().tanh() * kept;
  CHECK((grads.layers[1].weight - h.transpose() * (first - y) / 40).norm() < 1e-14);
  CHECK_THROWS_WITH(Dropout(1), "dropout: rate must lie in [0, 1), got 1");
}

TEST_CASE("a classifier says how probable each class is, and which is most", "[mlp]") {
  const MlpClassifier<> model{make_mlp({2, 4, 3}, 5)};
  const Eigen::MatrixXd x = Eigen::MatrixXd::Random(6, 2), z = model.network(x), p = model(x);
  CHECK((model.logits(x) - z).norm() == 0);
  const Eigen::MatrixXd e = z.array().exp();
  CHECK((p - Eigen::MatrixXd(e.array().colwise() / e.rowwise().sum().array())).norm() < 1e-14);
  std::vector<int> labels = model.classes(x);
  for (std::size_t i = 0; i < 6; ++i)
    CHECK(z(static_cast<Eigen::Index>(i), labels[i]) == z.row(static_cast<Eigen::Index>(i)).maxCoeff());
  labels[2] = (labels[2] + 1) % 3;
  CHECK(model.score(x, labels) == Approx(5.0 / 6));
}
