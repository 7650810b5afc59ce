// The derivative functions over trees of every kind.
#include "autodiff/derivatives/grad.hpp"

#include <Eigen/Dense>
#include <map>
#include <optional>
#include <string>

#include "autodiff/numeric.hpp"
#include "tests/catch.hpp"

using Eigen::MatrixXd;
using Eigen::VectorXd;
using grove::test::gradient_error;

namespace {

template <class T = double>
struct Layer {
  grove::Matrix<T> weight;
  grove::Vector<T> bias;
  int inputs = 2;
};
template <class T = double>
struct Net {
  std::vector<Layer<T>> layers;
  std::map<std::string, grove::Vector<T>> scales;
  std::optional<T> offset;
  std::optional<T> missing;
  Eigen::Matrix<T, 2, 2> mixed;
  grove::Matrix<T, 2, 3> fixed;
  grove::Array<T> array;
  std::array<T, 2> pair;
  std::tuple<T, int> odd;
  std::string name;
  bool flag = true;
};

// No template: inside a loss, a tuple of its members.
struct Plain {
  VectorXd weight;
  double bias;
};
struct PlainTree {
  std::vector<Plain> parts;
  Eigen::Matrix<double, 2, 3, Eigen::RowMajor> rows;
  int count;
};

Net<> example() {
  Net<> net;
  net.layers.push_back(
      {MatrixXd::NullaryExpr(3, 2, [](Eigen::Index i, Eigen::Index j) { return 0.2 * double(i) - 0.3 * double(j); }),
       VectorXd::LinSpaced(3, -0.5, 0.5), 2});
  net.layers.push_back({MatrixXd::Constant(1, 3, 0.7), VectorXd::Constant(1, 0.1), 3});
  net.scales["one"] = VectorXd::Ones(2);
  net.scales["two"] = VectorXd::Constant(3, 2.0);
  net.offset = 1.5;
  net.mixed << 0.1, 0.2, 0.3, 0.4;
  net.fixed << 1, 2, 3, 4, 5, 6;
  net.array = Eigen::ArrayXd::LinSpaced(4, 0.5, 1.0);
  net.pair = {1.0, -2.0};
  net.odd = {0.25, 7};
  net.name = "example";
  return net;
}

struct Model {
  double power;
  auto operator()(const auto& x) const { return x * x * power; }
};

const auto net_loss = [](const auto& p, const VectorXd& x) {
  auto hidden = tanh(p.layers[0].weight * x + p.layers[0].bias);
  auto out = p.layers[1].weight * hidden + p.layers[1].bias;
  auto mixed = (p.mixed * p.mixed).eval();
  auto s = out.squaredNorm() + p.scales.at("one").dot(p.scales.at("two").head(2)) * *p.offset;
  s += mixed(0, 1) * p.pair[0] + p.fixed.row(1).sum() * p.fixed(0, 2) + p.array.square().sum() * p.pair[1];
  if (p.flag) s += std::get<0>(p.odd) * p.layers[0].inputs;
  return s;
};

}  // namespace

TEST_CASE("a gradient has the type and structure of its parameters") {
  const Net<> net = example();
  const VectorXd x = VectorXd::LinSpaced(2, 0.3, 0.9);
  CHECK(gradient_error(net_loss, net, x) < 1e-8);
  const auto [value, grads] = grove::value_and_grad(net_loss)(net, x);
  static_assert(std::is_same_v<decltype(grads), const Net<>>);
  CHECK(grads.name == "example");
  CHECK(grads.layers[1].inputs == 3);
  CHECK(std::get<1>(grads.odd) == 7);
  CHECK_FALSE(grads.missing.has_value());
  CHECK(value == grove::evaluate(net_loss, net, x));
  CHECK(grads.scales.at("two")[2] == 0.0);
}

TEST_CASE("a plain struct is seen as a tuple of its members") {
  PlainTree tree{{{VectorXd::Ones(2), 2.0}, {VectorXd::Constant(3, 0.5), -1.0}}, {}, 4};
  tree.rows << 1, 2, 3, 4, 5, 6;
  const auto loss = [](const auto& p) {
    auto& [parts, rows, count] = p;
    grove::scalar_t<decltype(p)> s = 0;
    for (auto& [weight, bias] : parts) s += weight.squaredNorm() * bias;
    return s + rows.row(1).sum() * rows(0, 1) * count;
  };
  CHECK(gradient_error(loss, tree) < 1e-8);
  const PlainTree g = grove::grad(loss)(tree);
  CHECK(g.count == 4);
  CHECK(g.rows(0, 1) == 4 * 15);
  CHECK(g.rows(1, 2) == 4 * 2);
}

TEST_CASE("C arrays are seen as std::array") {
  struct Arrays {
    double weights[3];
    Eigen::VectorXd vectors[2];
  };
  const Arrays at{{1, 2, 3}, {VectorXd::Ones(2), VectorXd::Constant(1, 4)}};
  const auto loss = [](const auto& p) {
    const auto& [weights, vectors] = p;
    return weights[0] * weights[2] + vectors[0].squaredNorm() * vectors[1](0);
  };
  const Arrays g = grove::grad(loss)(at);
  CHECK(g.weights[0] == 3);
  CHECK(g.weights[1] == 0);
  CHECK(g.vectors[0] == VectorXd::Constant(2, 8));
  CHECK(g.vectors[1](0) == 2);
}

TEST_CASE("parameters may be numbers, Eigen types of any kind, and containers") {
  CHECK(grove::grad([](auto x) { return x * x; })(3.0) == 6.0);
  CHECK(grove::grad([](auto x) { return x * x; })(3.0f) == 6.0f);
  CHECK(grove::grad([](const auto& x) { return x.squaredNorm(); })(Eigen::Vector3d(1, 2, 3)) ==
        Eigen::Vector3d(2, 4, 6));
  CHECK(grove::grad([](const auto& x) { return x.square().sum(); })(Eigen::ArrayXXd::Ones(2, 3).eval())
            .isApprox(Eigen::ArrayXXd::Constant(2, 3, 2.0)));
  CHECK(grove::grad([](const auto& x) { return x.sum() * x[1]; })(Eigen::RowVectorXd::Ones(3).eval())
            .isApprox(Eigen::RowVector3d(1, 4, 1)));
  const Eigen::VectorXf f =
      grove::grad([](const auto& x) { return (x.array() * 2.0f).square().sum(); })(Eigen::VectorXf::Ones(2).eval());
  CHECK(f.isApprox(Eigen::VectorXf::Constant(2, 8.0f)));
  const auto v = grove::grad([](const auto& x) { return x[0] * x[1] * x[2]; })(std::vector<double>{2, 3, 4});
  CHECK(v == std::vector<double>{12, 8, 6});
  const auto m = grove::grad([](const auto& x) { return x.at("a") * x.at("b"); })(
      std::map<std::string, double>{{"a", 2}, {"b", 5}});
  CHECK(m.at("a") == 5);
  const auto p =
      grove::grad([](const auto& x) { return x.first * x.second.sum(); })(std::pair{2.0, VectorXd::Ones(2).eval()});
  CHECK(p.first == 2.0);
  CHECK(p.second.isApprox(VectorXd::Constant(2, 2.0)));
}

TEST_CASE("argument positions, extra arguments and aux") {
  const auto f = [](const auto& a, const auto& b, double c) { return (a * b.squaredNorm()) * c; };
  const Eigen::Vector2d b(1, 2);
  CHECK(grove::grad(f)(2.0, b, 3.0) == 15.0);
  CHECK(grove::grad<1>(f)(2.0, b, 3.0) == Eigen::Vector2d(12, 24));
  const auto [ga, gb] = grove::grad<0, 1>(f)(2.0, b, 3.0);
  CHECK(ga == 15.0);
  CHECK(gb == Eigen::Vector2d(12, 24));
  const auto [gb2, ga2] = grove::grad<1, 0>(f)(2.0, b, 3.0);
  CHECK(ga2 == 15.0);
  CHECK(gb2 == gb);
  const auto [value, grads] = grove::value_and_grad<1>(f)(2.0, b, 3.0);
  CHECK(value == 30.0);
  CHECK(grads == gb);

  const auto with_aux = [](const auto& x) {
    auto prediction = x * 2.0;
    return std::pair{prediction.squaredNorm(), std::tuple{prediction, x[0], 3, std::string("note")}};
  };
  const auto [pair, g] = grove::value_and_grad(with_aux, grove::has_aux)(b);
  CHECK(pair.first == 20.0);
  CHECK(VectorXd(std::get<0>(pair.second)) == VectorXd(2.0 * b));
  CHECK(std::get<1>(pair.second) == 1.0);
  CHECK(std::get<3>(pair.second) == "note");
  CHECK(g == Eigen::Vector2d(8, 16));
  const auto [g2, aux] = grove::grad(with_aux, grove::has_aux)(b);
  CHECK(g2 == g);
  CHECK(std::get<2>(aux) == 3);
}

TEST_CASE("losses may be lambdas, function objects, models and constants") {
  CHECK(grove::grad(Model{3.0})(2.0) == 12.0);
  const auto stored = grove::grad(Model{1.0});
  CHECK(stored(1.0) == 2.0);
  CHECK(stored(2.0) == 4.0);
  CHECK(grove::grad([](const auto&) { return 3.0; })(2.0) == 0.0);
  CHECK(grove::grad([](const auto& x) { return x; })(2.0) == 1.0);
  CHECK(grove::grad([](const auto& x) { return x.transpose() * x; })(Eigen::Vector2d(1, 2)) == Eigen::Vector2d(2, 4));
}

TEST_CASE("value_and_grad_into resizes once and agrees with value_and_grad") {
  const Net<> net = example();
  const VectorXd x = VectorXd::LinSpaced(2, 0.3, 0.9);
  Net<> grads;
  double value = 0;
  for (int i = 0; i < 3; ++i) grove::value_and_grad_into(net_loss, net, value, grads, x);
  const auto expected = grove::value_and_grad(net_loss)(net, x);
  CHECK(value == expected.value);
  CHECK((grove::tree::flatten(grads).array() == grove::tree::flatten(expected.grads).array()).all());
}

TEST_CASE("values of variables are plain and constant") {
  const auto f = [](const auto& p) {
    const Net<> plain = grove::value_of(p);
    CHECK(plain.layers[0].bias.size() == 3);
    CHECK(plain.name == "example");
    const double d = grove::value_of(*p.offset);
    const VectorXd v = grove::value_of(p.scales.at("one") * 2.0);
    return *p.offset * d + p.scales.at("one").dot(v);
  };
  const auto g = grove::grad(f)(example());
  CHECK(*g.offset == 1.5);
  CHECK(g.scales.at("one").isApprox(VectorXd::Constant(2, 2.0)));
}

TEST_CASE("empty trees and empty matrices have empty gradients") {
  CHECK(grove::grad([](const auto& v) { return v.sum(); })(VectorXd(0)).size() == 0);
  CHECK(grove::grad([](const auto& v) { return grove::scalar_t<decltype(v)>(1.0) * double(v.size()); })(
            std::vector<double>{})
            .empty());
  CHECK(grove::grad([](const auto& m) { return (m * m.transpose()).sum(); })(MatrixXd(3, 0)).size() == 0);
}
