#include "autodiff/tree/traits.hpp"

#include <functional>
#include <memory>
#include <random>

#include "tests/autodiff/tree/fixtures.hpp"
#include "tests/catch.hpp"

namespace tree = grove::tree;
using tree::Pytree;
using tree::detail::field_count;
using tree::detail::has_leaves;
using tree::detail::Kind;
using tree::detail::kind_of;

namespace fixtures {

struct NoDefault {
  explicit NoDefault(int x) : value(x) {}
  int value;
};

}  // namespace fixtures

template <>
inline constexpr bool grove::tree::is_static<fixtures::NoDefault> = true;

namespace {

class Private {
 public:
  explicit Private(double x) : x_(x) {}
  double x() const { return x_; }

 private:
  double x_;
};

struct Base {
  double x;
};
struct Derived : Base {
  double y;
};
struct Empty {};
struct EmptyBase : Empty {
  double y;
};
union Either {
  double x;
  int i;
};
struct Recursive {
  double x;
  std::vector<Recursive> children;
};
struct Childless {
  int x;
  std::vector<Childless> children;
};
struct Greedy {
  std::optional<Eigen::MatrixXd> a;
  std::optional<double> b;
  std::function<double(double)> c;
  double d[3];
  std::array<Base, 2> e;
  std::mt19937 f;
  fixtures::Line<float> g;
};
struct Config {
  int depth;
  std::string name;
};
struct HoldsNoDefault {
  double a;
  fixtures::NoDefault b;
  Eigen::VectorXd c;
};

}  // namespace

TEST_CASE("leaves and nodes are trees") {
  STATIC_REQUIRE(Pytree<double>);
  STATIC_REQUIRE(Pytree<const Eigen::MatrixXd&>);
  STATIC_REQUIRE(Pytree<fixtures::Zoo>);
  STATIC_REQUIRE(Pytree<std::vector<fixtures::Line<>>&>);
  STATIC_REQUIRE(Pytree<std::tuple<double, int>>);
  STATIC_REQUIRE(Pytree<std::optional<Eigen::VectorXd>>);
  STATIC_REQUIRE(Pytree<std::map<std::string, float>>);
  STATIC_REQUIRE(Pytree<double[3]>);
}

TEST_CASE("what is carried along, and what we know nothing about, is no tree") {
  STATIC_REQUIRE_FALSE(Pytree<int>);
  STATIC_REQUIRE_FALSE(Pytree<std::string>);
  STATIC_REQUIRE_FALSE(Pytree<Eigen::VectorXi>);
  STATIC_REQUIRE_FALSE(Pytree<Private>);
  STATIC_REQUIRE_FALSE(Pytree<Derived>);
  STATIC_REQUIRE_FALSE(Pytree<EmptyBase>);
  STATIC_REQUIRE_FALSE(Pytree<Either>);
  STATIC_REQUIRE_FALSE(Pytree<std::shared_ptr<double>>);
  STATIC_REQUIRE(kind_of<Private> == Kind::unsupported);
  STATIC_REQUIRE(kind_of<std::shared_ptr<double>> == Kind::unsupported);
}

TEST_CASE("numbers that are not floating point, enums, texts, functions and engines are carried along") {
  STATIC_REQUIRE(kind_of<int> == Kind::static_leaf);
  STATIC_REQUIRE(kind_of<bool> == Kind::static_leaf);
  STATIC_REQUIRE(kind_of<fixtures::Zoo::Color> == Kind::static_leaf);
  STATIC_REQUIRE(kind_of<std::string> == Kind::static_leaf);
  STATIC_REQUIRE(kind_of<const char*> == Kind::static_leaf);
  STATIC_REQUIRE(kind_of<Eigen::Array3i> == Kind::static_leaf);
  STATIC_REQUIRE(kind_of<std::vector<bool>> == Kind::static_leaf);
  STATIC_REQUIRE(kind_of<std::function<void()>> == Kind::static_leaf);
  STATIC_REQUIRE(kind_of<std::mt19937_64> == Kind::static_leaf);
  STATIC_REQUIRE(kind_of<Empty> == Kind::static_leaf);
  STATIC_REQUIRE(kind_of<tree::Static<double>> == Kind::static_leaf);
}

TEST_CASE("members are counted whatever they are") {
  struct Local {
    Eigen::VectorXd a;
    double b;
  };
  STATIC_REQUIRE(field_count<fixtures::Zoo> == 20);
  STATIC_REQUIRE(field_count<fixtures::Line<float>> == 2);
  STATIC_REQUIRE(field_count<Greedy> == 7);
  STATIC_REQUIRE(field_count<Recursive> == 2);
  STATIC_REQUIRE(field_count<Local> == 2);
  STATIC_REQUIRE(field_count<HoldsNoDefault> == 3);
  STATIC_REQUIRE(field_count<std::tuple<int, double, float>> == 3);
}

TEST_CASE("members are references into the object") {
  Greedy greedy{};
  std::get<3>(tree::detail::fields(greedy))[1] = 4;
  CHECK(greedy.d[1] == 4);
  const Greedy& constant = greedy;
  STATIC_REQUIRE(
      std::is_same_v<decltype(std::get<0>(tree::detail::fields(constant))), const std::optional<Eigen::MatrixXd>&>);
}

TEST_CASE("a class has leaves if a member has, also if it contains itself") {
  STATIC_REQUIRE(has_leaves<fixtures::Zoo>);
  STATIC_REQUIRE(has_leaves<Recursive>);
  STATIC_REQUIRE(has_leaves<std::vector<Recursive>>);
  STATIC_REQUIRE(has_leaves<std::optional<double>>);
  STATIC_REQUIRE_FALSE(has_leaves<Childless>);
  STATIC_REQUIRE_FALSE(has_leaves<Config>);
  STATIC_REQUIRE_FALSE(has_leaves<std::vector<int>>);
  STATIC_REQUIRE_FALSE(has_leaves<std::map<std::string, std::string>>);
}
