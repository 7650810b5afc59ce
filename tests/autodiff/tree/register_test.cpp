#include "autodiff/tree/register.hpp"

#include "autodiff/tree/tree.hpp"
#include "tests/catch.hpp"

namespace tree = grove::tree;

namespace user {

/// A constructor, so no aggregate, and a member that is not told.
struct Box {
  explicit Box(double x) : width(x) {}
  double width;
  Eigen::VectorXd sides = Eigen::VectorXd::Ones(2);
  std::string note = "kept";
};
GROVE_TREE(Box, width, sides);

struct Base {
  double x = 1;
};
struct Derived : Base {
  double y = 2;
};

class Secret {
 public:
  double value() const { return hidden_; }
  int count = 3;

 private:
  friend struct grove::tree_traits<Secret>;
  double hidden_ = 4;
};

struct Nested {
  double scale;
  Box box;
};

struct Opaque {
  virtual ~Opaque() = default;
  double state = 5;
};

struct WithOpaque {
  double x = 1;
  Opaque opaque;
};

struct Named {
  double a = 1;
  double b = 2;
};

template <class T>
class Pair {
 public:
  Pair(T x, T y) : first(x), second(y) {}
  T first;
  T second;
};

}  // namespace user

GROVE_TREE(user::Derived, x, y);  // from another namespace

template <>
struct grove::tree_traits<user::Secret> {
  static auto fields(auto& secret) { return std::tie(secret.hidden_, secret.count); }
  static constexpr std::array<std::string_view, 2> names = {"hidden", "count"};
};

template <>
struct grove::tree_traits<user::Named> {  // replaces what an aggregate would tell
  static auto fields(auto& named) { return std::tie(named.b); }
};

template <class T>
struct grove::tree_traits<user::Pair<T>> {
  static auto fields(auto& pair) { return std::tie(pair.first, pair.second); }
  static constexpr std::array<std::string_view, 2> names = {"first", "second"};
};

template <>
inline constexpr bool grove::tree::is_static<user::Opaque> = true;

TEST_CASE("GROVE_TREE registers a class with constructors; what it does not name is copied") {
  user::Box box(3);
  box.note = "changed";
  const user::Box doubled = tree::scale(2, box);
  CHECK(doubled.width == 6);
  CHECK(doubled.sides == Eigen::Vector2d(2, 2));
  CHECK(doubled.note == "changed");
  CHECK(tree::to_string(box) == "width  3\nsides  2×1 [1, 1]");
}

TEST_CASE("a registered class without default constructor can be a member of an aggregate") {
  const user::Nested nested{2, user::Box(3)};
  const user::Nested tripled = tree::scale(3, nested);
  CHECK(tripled.scale == 6);
  CHECK(tripled.box.width == 9);
  CHECK(tree::structure(nested).string() == "{scale: number, box: {width: number, sides: 2×1}}");
}

TEST_CASE("GROVE_TREE in the global namespace registers members of base classes too") {
  CHECK(tree::flatten(user::Derived{}) == Eigen::Vector2d(1, 2));
  CHECK(tree::to_string(user::Derived{}) == "x  1\ny  2");
}

TEST_CASE("tree_traits reaches private members of a friend") {
  const user::Secret doubled = tree::scale(2, user::Secret{});
  CHECK(doubled.value() == 8);
  CHECK(doubled.count == 3);
  CHECK(tree::to_string(doubled) == "hidden  8\ncount   3");
}

TEST_CASE("tree_traits comes before what an aggregate tells, and may leave out the names") {
  CHECK(tree::size(user::Named{}) == 1);
  CHECK(tree::to_string(user::Named{}) == "[0]  2");
}

TEST_CASE("a partial specialisation of tree_traits registers a class template") {
  CHECK(tree::to_string(tree::scale(2, user::Pair<float>(1, 2))) == "first   2\nsecond  4");
}

TEST_CASE("is_static lets a class through untouched") {
  user::WithOpaque t;
  t.opaque.state = 7;
  const user::WithOpaque doubled = tree::scale(2, t);
  CHECK(doubled.x == 2);
  CHECK(doubled.opaque.state == 7);
}

TEST_CASE("Static keeps a floating-point member out of the leaves") {
  struct Decay {
    double rate;
    tree::Static<double> start;
  };
  const Decay decay{2, {10}};
  const Decay doubled = tree::scale(2, decay);
  CHECK(doubled.rate == 4);
  CHECK(doubled.start == 10);
  CHECK(tree::to_string(decay) == "rate   2\nstart  10");
  CHECK_FALSE(tree::same_structure(decay, Decay{2, {11}}));
}
