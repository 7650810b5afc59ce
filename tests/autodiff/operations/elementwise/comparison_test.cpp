#include "autodiff/operations/elementwise/comparison.hpp"

#include "autodiff/autodiff.hpp"
#include "tests/catch.hpp"

namespace grove {
namespace {

/// Runs f on active versions of a 3-vector, (1, 2, 3) unless told.
template <class F>
void with_active(const F& f) {
  evaluate(
      [&f](const auto& x) {
        f(x);
        return sum(x);
      },
      Eigen::ArrayXd(Eigen::ArrayXd::LinSpaced(3, 1, 3)));
}

TEST_CASE("comparisons of active arrays are plain truth values, in every order of operands") {
  with_active([](const auto& x) {
    const Eigen::ArrayXd p = Eigen::ArrayXd::Constant(3, 2);
    const auto two = x(1);
    const Eigen::Array<bool, Eigen::Dynamic, 1> less = x < p;
    CHECK(less(0));
    CHECK_FALSE(less(1));
    CHECK((x <= p).count() == 2);
    CHECK((p > x).count() == 1);
    CHECK((p >= x).count() == 2);
    CHECK((x == p).count() == 1);
    CHECK((x != p).count() == 2);
    CHECK((x > two).count() == 1);
    CHECK((two > x).count() == 1);
    CHECK((p >= two).count() == 3);
    CHECK((two < p).count() == 0);
    CHECK((x * 2 > 3).count() == 2);
    CHECK((3 > x * 2.0f).count() == 1);
    CHECK((x > 1 && x < 3).count() == 1);
    CHECK((x == x).all());
  });
}

TEST_CASE("a comparison selects among active and plain operands") {
  with_active([](const auto& x) {
    const Eigen::ArrayXd p = Eigen::ArrayXd::Constant(3, 7);
    using V = Eigen::Array3d;
    const auto is = [](const auto& chosen, const V& expected) { CHECK((value_of(chosen) == expected).all()); };
    is((x > 1).select(x, p), V(7, 2, 3));
    is((x > 1).select(p, x * x), V(1, 7, 7));
    is((x > 1 && x < 3).select(x, 0), V(0, 2, 0));
    is((!(x > 1) || x == 3).select(x(1), x * 10), V(2, 20, 2));
    is((x > 1).select(p, p + 1), V(8, 7, 7));
  });
  const Eigen::ArrayXd at = Eigen::ArrayXd::LinSpaced(3, -1, 1);
  CHECK((grad([](const auto& x) { return (x > 0).select(sqrt(x), x * 3).sum(); })(at) == Eigen::Array3d(3, 3, 0.5))
            .all());
}

TEST_CASE("matrices are compared as a whole, and 1×1 matrices like scalars") {
  with_active([](const auto& x) {
    const auto v = x.matrix();
    const bool same = v == v, different = v != v;
    CHECK(same);
    CHECK_FALSE(different);
    CHECK_FALSE(v == v * 2.0);
    CHECK(v.transpose() * v > 3);
  });
}

TEST_CASE("a comparison of different shapes is an error") {
  with_active([](const auto& x) { CHECK_THROWS_WITH(x < x.head(2), "compare: 3×1 and 2×1 differ"); });
}

}  // namespace
}  // namespace grove
