#include "autodiff/tree/map.hpp"

#include "autodiff/tree/arithmetic.hpp"
#include "autodiff/tree/make.hpp"
#include "tests/autodiff/tree/fixtures.hpp"
#include "tests/catch.hpp"

namespace tree = grove::tree;
using Catch::Matchers::Contains;
using fixtures::Line;

namespace {

const auto twice = [](const auto& x) { return x + x; };

/// The message of the StructureError that f throws.
template <class F>
std::string message_of(F&& f) {
  try {
    f();
  } catch (const grove::StructureError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace

TEST_CASE("map applies a function to every leaf and carries the rest along") {
  const fixtures::Zoo zoo = fixtures::make_zoo();
  const fixtures::Zoo result = tree::map(twice, zoo);
  CHECK(result.number == 3);
  CHECK(result.single == 5);
  CHECK(result.matrix == 2 * zoo.matrix);
  CHECK(result.fixed == 2 * zoo.fixed);
  CHECK((result.array == 2 * zoo.array).all());
  CHECK(result.row == 2 * zoo.row);
  CHECK(result.lines[1].weight == 2 * zoo.lines[1].weight);
  CHECK(result.lines[1].bias == 4);
  CHECK(result.pair_of_vectors[1] == Eigen::Vector2d(6, 8));
  CHECK(result.c_array[1] == 18);
  CHECK(std::get<1>(result.tuple)(0) == 1);
  CHECK(result.pair == std::pair(1.5, 4));
  CHECK(result.map.at("b") == Eigen::Vector2d(2, 2));
  CHECK(*result.set == Eigen::Vector2d(6, 6));
  CHECK_FALSE(result.empty);
  CHECK(result.count == 5);
  CHECK(result.flag);
  CHECK(result.color == fixtures::Zoo::Color::green);
  CHECK(result.name == "zoo");
  CHECK(result.indices == zoo.indices);
  CHECK(result.sizes == zoo.sizes);
  CHECK(zoo.number == 1.5);
}

TEST_CASE("map of a temporary gives the same and reuses the storage") {
  fixtures::Zoo zoo = fixtures::make_zoo();
  const fixtures::Zoo expected = tree::map(twice, zoo);
  const double* storage = zoo.matrix.data();
  const fixtures::Zoo result = tree::map(twice, std::move(zoo));
  CHECK(tree::equal(result, expected));
  CHECK(result.matrix.data() == storage);
}

TEST_CASE("map takes several trees, which may be of other types") {
  const Line<double> line{Eigen::Vector2d(1, 2), 3};
  const Line<double> plus =
      tree::map([](const auto& x, const auto& y, const auto& z) { return x + y * z; }, line, line, line);
  CHECK(plus.weight == Eigen::Vector2d(2, 6));
  CHECK(plus.bias == 12);

  const std::tuple<Eigen::VectorXd, double> tuple{Eigen::Vector2d(10, 20), 30};
  const Line<double> sum = tree::map([](const auto& x, const auto& y) { return x + y; }, line, tuple);
  CHECK(sum.weight == Eigen::Vector2d(11, 22));
  CHECK(sum.bias == 33);
}

TEST_CASE("a static leaf may go along with a leaf, as in a mask") {
  struct Mask {
    bool weight;
    bool bias;
  };
  const Line<> line{Eigen::Vector2d(1, 2), 3};
  const Line<> masked =
      tree::map([](const auto& x, bool keep) { return keep ? 1.0 * x : 0.0 * x; }, line, Mask{true, false});
  CHECK(masked.weight == Eigen::Vector2d(1, 2));
  CHECK(masked.bias == 0);
}

TEST_CASE("a function may return a number for a matrix, another scalar type, or a matrix expression") {
  const Line<float> line{Eigen::Vector2f(1, 2), 3};
  CHECK(tree::map([](const auto&) { return 4; }, line).weight == Eigen::Vector2f(4, 4));
  CHECK(tree::map([](const auto&) { return 4; }, Line<float>(line)).weight == Eigen::Vector2f(4, 4));
  CHECK(tree::map([](const auto&) { return 0.5; }, line).bias == 0.5F);
  const auto halved = tree::map([](const auto& x) { return x.matrix().template cast<double>() / 2; },
                                std::vector<Eigen::VectorXf>{Eigen::Vector2f(1, 3)});
  CHECK(halved[0] == Eigen::Vector2f(0.5F, 1.5F));
}

TEST_CASE("a function may change the shape of a leaf of dynamic size, also in place") {
  const auto first = [](const auto& x) { return x.head(1); };
  std::vector<Eigen::VectorXd> t{Eigen::Vector3d(1, 2, 3)};
  CHECK(tree::map(first, t)[0] == Eigen::VectorXd::Ones(1));
  CHECK(tree::map(first, std::move(t))[0] == Eigen::VectorXd::Ones(1));
}

TEST_CASE("map of a named tree may be other than elementwise") {
  const std::vector<Eigen::VectorXd> t{Eigen::Vector3d(1, 2, 3)};
  CHECK(tree::map([](const auto& x) { return x.reverse(); }, t)[0] == Eigen::Vector3d(3, 2, 1));
}

TEST_CASE("map works on a leaf alone, on an empty node, and on classes that contain themselves") {
  struct Recursive {
    double x;
    std::vector<Recursive> children;
  };
  CHECK(tree::map(twice, 2.0) == 4);
  CHECK(tree::map(twice, Eigen::VectorXd(Eigen::Vector2d(1, 2))) == Eigen::Vector2d(2, 4));
  CHECK(tree::map(twice, std::vector<double>{}).empty());
  const Recursive t{1, {{2, {}}, {3, {{4, {}}}}}};
  CHECK(tree::map(twice, t).children[1].children[0].x == 8);
}

TEST_CASE("for_each changes leaves in place, however f takes them") {
  Line<> p{Eigen::Vector2d(1, 2), 3};
  const Line<> u{Eigen::Vector2d(10, 20), 30};
  tree::for_each([](auto& x, const auto& y) { x += y; }, p, u);
  CHECK(p.weight == Eigen::Vector2d(11, 22));
  CHECK(p.bias == 33);
  tree::for_each([](auto&& x) { x *= 2; }, p);
  CHECK(p.bias == 66);
  tree::for_each([](auto& x, auto& y) { std::swap(x, y); }, p.bias, p.weight(0));
  CHECK(p.bias == 22);
}

TEST_CASE("for_each shows const leaves of const trees") {
  const Line<> p{Eigen::Vector2d(1, 2), 3};
  tree::for_each([](auto& x) { STATIC_REQUIRE(std::is_const_v<std::remove_reference_t<decltype(x)>>); }, p.bias);
  double sum = 0;
  tree::for_each([&](const auto& x) { sum += tree::detail::sum_of(x); }, p);
  CHECK(sum == 6);
}

TEST_CASE("the versions with a path tell where the leaf is") {
  fixtures::Net net = fixtures::make_net();
  const auto zero_biases = [](const tree::Path& path, const auto& x) {
    return (path.ends_with("bias") ? 0.0 : 1.0) * x;
  };
  CHECK(tree::map_with_path(zero_biases, net).layers[0].bias.isZero());
  CHECK_FALSE(tree::map_with_path(zero_biases, net).layers[0].weight.isZero());
  CHECK(tree::map_with_path(zero_biases, fixtures::make_net()).layers[0].bias.isZero());
  tree::for_each_with_path(
      [](const tree::Path& path, auto& x, const auto& y) {
        if (path == "scale") x += y;
      },
      net, net);
  CHECK(net.scale == 4);
}

TEST_CASE("reduce goes over the leaves in order") {
  const auto digits = [](double n, const auto& x) { return 10 * n + tree::detail::sum_of(x); };
  CHECK(tree::reduce(digits, 0.0, std::tuple<double, Eigen::VectorXd, double>{1, Eigen::Vector2d(1, 1), 3}) == 123);
}

TEST_CASE("leaf_count and size count leaves and numbers") {
  CHECK(tree::leaf_count(fixtures::make_zoo()) == 20);
  CHECK(tree::size(fixtures::make_zoo()) == 1 + 1 + 6 + 9 + 4 + 2 + 3 + 4 + 4 + 2 + 2 + 1 + 3 + 2);
  CHECK(tree::size(std::vector<double>{}) == 0);
}

TEST_CASE("a difference in structure is an error that names the path and both sides") {
  const fixtures::Net net = fixtures::make_net();
  fixtures::Net other = net;
  other.layers[1].weight.resize(4, 3);
  CHECK(message_of([&] { tree::map(std::plus<>(), net, other); }) ==
        "tree::map: layers[1].weight is 1×2 in tree 1 and 4×3 in tree 2");
  CHECK(message_of([&] { tree::map([](auto& a, auto&, auto&) { return a; }, net, net, other); }) ==
        "tree::map: layers[1].weight is 1×2 in tree 1 and 4×3 in tree 3");
  other.layers.resize(1);
  CHECK(message_of([&] { tree::for_each([](auto&, auto&) {}, net, other); }) ==
        "tree::for_each: layers has 2 elements in tree 1 and 1 element in tree 2");
  CHECK(message_of([&] { tree::for_each_with_path([](auto&, auto&, auto&) {}, net, other); }) ==
        "tree::for_each_with_path: layers has 2 elements in tree 1 and 1 element in tree 2");

  std::map<std::string, double> a{{"x", 1}, {"y", 2}};
  std::map<std::string, double> b{{"x", 1}, {"z", 2}};
  CHECK(message_of([&] { tree::add(a, b); }) ==
        "tree::add: the tree has the keys \"x\", \"y\" in tree 1 and the keys \"x\", \"z\" in tree 2");

  std::tuple<std::optional<double>> set{1.0};
  std::tuple<std::optional<double>> empty;
  CHECK(message_of([&] { tree::add(set, empty); }) == "tree::add: [0] is set in tree 1 and empty in tree 2");

  CHECK(message_of([&] { tree::add(Eigen::VectorXd(Eigen::Vector2d(1, 2)), 1.0); }) ==
        "tree::add: the tree is 2×1 in tree 1 and a number in tree 2");
}

TEST_CASE("a call that fails changes nothing") {
  struct Both {
    double first;
    std::vector<std::optional<Eigen::VectorXd>> second;
  };
  Both a{1, {Eigen::VectorXd::Ones(2), std::nullopt}};
  Both b{2, {Eigen::VectorXd::Ones(2), Eigen::VectorXd::Ones(1)}};
  const Both before = a;
  CHECK(message_of([&] { tree::for_each([](auto& x, const auto& y) { x += y; }, a, b); }) ==
        "tree::for_each: second[1] is empty in tree 1 and set in tree 2");
  CHECK(tree::equal(a, before));
  CHECK_THROWS_AS(tree::add(std::move(a), b), grove::StructureError);
  CHECK(tree::equal(a, before));  // not even moved from
}

TEST_CASE("what is carried along needs not agree between the trees of a call") {
  fixtures::Net net = fixtures::make_net();
  fixtures::Net other = net;
  other.degree = 7;
  other.layers[0].activation = "relu";
  CHECK(tree::add(net, other).degree == 3);
}

TEST_CASE("leaves of a vector of numbers are visited one by one") {
  std::vector<double> t{1, 2, 3};
  tree::for_each([](double& x) { x = -x; }, t);
  CHECK(t == std::vector<double>{-1, -2, -3});
}

TEST_CASE("map is constexpr where its leaves are") {
  struct Point {
    double x;
    double y;
  };
  constexpr Point p = tree::map([](double a) { return 2 * a; }, Point{1, 2});
  STATIC_REQUIRE(p.y == 4);
}
