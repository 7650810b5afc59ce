#include "autodiff/tree/leaf.hpp"

#include <string>
#include <type_traits>
#include <vector>

#include "tests/catch.hpp"

using grove::leaf_traits;
using grove::tree::Leaf;

TEST_CASE("floating-point numbers and dense Eigen objects of them are leaves") {
  STATIC_REQUIRE(Leaf<float>);
  STATIC_REQUIRE(Leaf<double>);
  STATIC_REQUIRE(Leaf<long double>);
  STATIC_REQUIRE(Leaf<const double&>);
  STATIC_REQUIRE(Leaf<Eigen::MatrixXd>);
  STATIC_REQUIRE(Leaf<Eigen::RowVectorXf>);
  STATIC_REQUIRE(Leaf<Eigen::Matrix3d>);
  STATIC_REQUIRE(Leaf<Eigen::Array<double, 2, Eigen::Dynamic, Eigen::RowMajor>>);
}

TEST_CASE("integers, texts, integer matrices and containers are no leaves") {
  STATIC_REQUIRE_FALSE(Leaf<int>);
  STATIC_REQUIRE_FALSE(Leaf<bool>);
  STATIC_REQUIRE_FALSE(Leaf<std::string>);
  STATIC_REQUIRE_FALSE(Leaf<Eigen::VectorXi>);
  STATIC_REQUIRE_FALSE(Leaf<std::vector<double>>);
}

TEST_CASE("the view of a number is the number, of a matrix its array, of an array itself") {
  double x = 1;
  leaf_traits<double>::view(x) = 2;
  CHECK(x == 2);
  STATIC_REQUIRE(std::is_same_v<decltype(leaf_traits<double>::view(std::as_const(x))), const double&>);

  Eigen::MatrixXd m = Eigen::MatrixXd::Constant(2, 2, 3);
  leaf_traits<Eigen::MatrixXd>::view(m) *= leaf_traits<Eigen::MatrixXd>::view(m);
  CHECK(m(1, 0) == 9);

  Eigen::ArrayXd a = Eigen::ArrayXd::Ones(2);
  CHECK(&leaf_traits<Eigen::ArrayXd>::view(a) == &a);
}

TEST_CASE("a leaf knows its shape") {
  const Eigen::MatrixXd m(2, 3);
  CHECK(leaf_traits<Eigen::MatrixXd>::rows(m) == 2);
  CHECK(leaf_traits<Eigen::MatrixXd>::cols(m) == 3);
  CHECK(leaf_traits<Eigen::MatrixXd>::size(m) == 6);
  CHECK(leaf_traits<double>::size(1.0) == 1);
}
