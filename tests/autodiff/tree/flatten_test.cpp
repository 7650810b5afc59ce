#include "autodiff/tree/flatten.hpp"

#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>

#include "autodiff/tree/arithmetic.hpp"
#include "autodiff/tree/make.hpp"
#include "tests/autodiff/tree/fixtures.hpp"
#include "tests/catch.hpp"

namespace tree = grove::tree;
using fixtures::Line;

TEST_CASE("scalar_t is the scalar of a tree, the wider one if there are several") {
  STATIC_REQUIRE(std::is_same_v<tree::scalar_t<Line<float>>, float>);
  STATIC_REQUIRE(std::is_same_v<tree::scalar_t<const Line<double>&>, double>);
  STATIC_REQUIRE(std::is_same_v<tree::scalar_t<fixtures::Zoo>, double>);
  STATIC_REQUIRE(std::is_same_v<tree::scalar_t<std::tuple<int, float, std::vector<std::string>>>, float>);
  STATIC_REQUIRE(std::is_same_v<tree::scalar_t<std::tuple<>>, double>);
}

TEST_CASE("flatten lists the numbers leaf after leaf, column by column, whatever the storage order") {
  struct Matrices {
    Eigen::MatrixXd columns;
    Eigen::Matrix<double, 2, 3, Eigen::RowMajor> rows;
    double number;
    Eigen::Array<float, 1, 2> array;
  };
  Matrices t{};
  t.columns = (Eigen::MatrixXd(2, 2) << 1, 3, 2, 4).finished();
  t.rows << 5, 7, 9, 6, 8, 10;
  t.number = 11;
  t.array << 12, 13;
  CHECK(tree::flatten(t) == Eigen::VectorXd::LinSpaced(13, 1, 13));
  const Matrices back = tree::unflatten(tree::flatten(t), tree::zeros_like(t));
  CHECK(tree::equal(back, t));
}

TEST_CASE("flatten and unflatten round-trip a tree of every kind") {
  const fixtures::Zoo zoo = fixtures::make_zoo();
  const Eigen::VectorXd vector = tree::flatten(zoo);
  CHECK(vector.size() == tree::size(zoo));
  CHECK(tree::equal(tree::unflatten(vector, zoo), zoo));
  CHECK(tree::equal(tree::unflatten(vector, tree::zeros_like(zoo)), zoo));
}

TEST_CASE("flatten and unflatten are exact to the bit, for NaN payloads, infinities, negative zeros and subnormals") {
  const auto number = [](std::uint64_t bits) { return std::bit_cast<double>(bits); };
  Line<> t{Eigen::VectorXd(6), number(0x7ff8000000abcdefU)};
  t.weight << number(0xfff800000000beefU), -0.0, std::numeric_limits<double>::infinity(),
      std::numeric_limits<double>::denorm_min(), number(0x7ff4000000000001U), -std::numeric_limits<double>::max();
  const Line<> back = tree::unflatten(tree::flatten(t), tree::zeros_like(t));
  CHECK(std::memcmp(back.weight.data(), t.weight.data(), 6 * sizeof(double)) == 0);
  CHECK(std::bit_cast<std::uint64_t>(back.bias) == 0x7ff8000000abcdefU);
}

TEST_CASE("a tree of floats flattens to floats, a mixed one to doubles") {
  STATIC_REQUIRE(std::is_same_v<decltype(tree::flatten(Line<float>{})), Eigen::VectorXf>);
  const std::tuple<float, double> mixed{0.1F, 0.1};
  const Eigen::VectorXd vector = tree::flatten(mixed);
  CHECK(vector(0) == static_cast<double>(0.1F));
  CHECK(tree::unflatten(vector, mixed) == mixed);
}

TEST_CASE("flatten_into and unflatten_into use the storage they are given") {
  Line<> t{Eigen::Vector2d(1, 2), 3};
  Eigen::VectorXd vector(3);
  const double* storage = vector.data();
  tree::flatten_into(t, vector);
  CHECK(vector == Eigen::Vector3d(1, 2, 3));
  CHECK(vector.data() == storage);
  tree::unflatten_into(2 * vector, t);  // an expression
  CHECK(t.weight == Eigen::Vector2d(2, 4));
  CHECK(t.bias == 6);
  tree::unflatten_into(Eigen::MatrixXd::Identity(3, 3).col(1), t);
  CHECK(t.weight == Eigen::Vector2d(0, 1));
}

TEST_CASE("a vector of the wrong length is an error, and changes nothing") {
  Line<> t{Eigen::Vector2d(1, 2), 3};
  CHECK_THROWS_WITH(tree::unflatten_into(Eigen::VectorXd(4), t),
                    "tree::unflatten: the vector has 4 entries and the tree 3 numbers");
  CHECK_THROWS_AS(tree::unflatten(Eigen::VectorXd(2), t), grove::ShapeError);
  CHECK(t.bias == 3);
}

TEST_CASE("a tree without numbers flattens to an empty vector") {
  CHECK(tree::flatten(std::vector<double>{}).size() == 0);
  CHECK(tree::unflatten(Eigen::VectorXd(0), std::vector<double>{}).empty());
}
