#include "autodiff/operations/elementwise/where.hpp"

#include <limits>

#include "autodiff/autodiff.hpp"
#include "tests/autodiff/numeric.hpp"
#include "tests/catch.hpp"

namespace grove::test {
namespace {

const Eigen::ArrayXd x = Eigen::ArrayXd::LinSpaced(5, -2, 2.5);
const Eigen::ArrayXd w = Eigen::ArrayXd::LinSpaced(5, 1, -3);

template <class A, class B>
bool equal(const A& a, const B& b) {
  return a.rows() == b.rows() && a.cols() == b.cols() && (a.array() == b.array()).all();
}

TEST_CASE("where chooses between numbers, also of different types") {
  CHECK(where(true, 1, 2.5) == 1.0);
  CHECK(where(false, 1, 2.5f) == 2.5f);
  CHECK(grad([](const auto& a) { return where(a > 0, a * a, 3); })(2.0) == 4.0);
  CHECK(grad([](const auto& a) { return where(a > 0, 3, a * a); })(2.0) == 0.0);
  CHECK(where(true, Dual<double, 1>(2.0, 1.0), 1).tangent[0] == 1.0);
}

TEST_CASE("where chooses elements of every mix of active, plain and scalar branches") {
  const auto mixes = [](const auto& a) {
    const auto positive = a > 0;
    const auto scalar = a(1) * a(2);
    return sum(w * where(positive, a * a, sin(a))) + sum(where(positive, a, w) * w) + sum(where(w > 0, w, a) * w) +
           sum(where(positive, a * w, 2) * w) + sum(where(positive, 2.5, a) * w) + sum(where(positive, scalar, a) * w) +
           sum(where(positive, w, scalar) * w) + sum(where(positive, scalar, 1.0) * w) +
           sum(where(positive && w > -1, a, scalar) * w);
  };
  CHECK(gradient_error(mixes, x) < 1e-8);
}

TEST_CASE("where keeps fixed sizes, matrices, and the shape of the condition") {
  const auto loss = [](const auto& m) {
    const auto chosen = where(m.array() > 0.1, m, m * m);
    static_assert(decltype(chosen)::RowsAtCompileTime == 2);
    static_assert(!decltype(chosen)::is_array);
    return sum(chosen * m);
  };
  const Eigen::Matrix2d m = (Eigen::Matrix2d() << 1, -2, 0.5, 0).finished();
  CHECK(gradient_error(loss, m) < 1e-8);
  const auto shapes = [](const auto& a) { return sum(where(a.head(2) > 0, a, 0)); };
  CHECK_THROWS_WITH(grad(shapes)(x), "where: 2×1 and 5×1 differ");
}

TEST_CASE("where with one truth value takes arrays as a whole") {
  CHECK(equal(grad([](const auto& a) { return sum(where(true, a * w, a)); })(x), w));
  CHECK(equal(grad([](const auto& a) { return sum(where(false, w, a * 2)); })(x), Eigen::ArrayXd::Constant(5, 2)));
  CHECK(equal(where(true, x, 0), x));
}

TEST_CASE("where of plain arrays and of Eigen arrays of variables gives the same kind") {
  const Eigen::ArrayXd chosen = where(x > 0, x, w);
  CHECK(equal(chosen, Eigen::ArrayXd((x > 0).select(x, w))));
  const Eigen::ArrayXf single = where(x > 0, Eigen::ArrayXf(x.cast<float>()), 0);
  CHECK(single[0] == 0.0f);
  const auto loss = [](const auto& a) {
    Eigen::Array<Var<double>, 2, 1> v;
    v << a(0), a(4);
    const Eigen::Array<Var<double>, 2, 1> y = where(Eigen::Array2d(1, -1) > 0, v, 2.0);
    return y.sum();
  };
  CHECK(equal(grad(loss)(x), Eigen::VectorXd::Unit(5, 0)));
}

TEST_CASE("the side that is not taken gets no gradient, however infinite its slope") {
  const Eigen::ArrayXd zeros = Eigen::ArrayXd::Zero(3);
  const Eigen::ArrayXd ones = Eigen::ArrayXd::Ones(3);
  CHECK(equal(grad([](const auto& a) { return sum(where(a > 0, sqrt(a), a)); })(zeros), ones));
  const auto named = [](const auto& a) {
    const auto root = sqrt(a);
    const auto quotient = 1 / a;
    return sum(where(a > 0, root * quotient, a));
  };
  CHECK(equal(grad(named)(zeros), ones));
  CHECK(equal(grad([](const auto& a) { return sum(where(a > 0, log(a) / a, 2.0)); })(zeros), zeros));
  CHECK(grad([](const auto& a) { return where(a > 0, sqrt(a), a); })(0.0) == 1.0);
  const auto untaken = [&](const auto& a) { return sum(where(ones > 2, sqrt(a), ones)); };
  CHECK(grad([&](const auto& a) { return sum(where(zeros > 1, sqrt(a), zeros + 1)); })(0.0) == 0.0);
  CHECK(equal(grad(untaken)(zeros), zeros));
}

TEST_CASE("second derivatives pass through where") {
  const auto loss = [](const auto& a) { return sum(where(a > 0, a * a * a, exp(a))); };
  Eigen::VectorXd second(5);
  for (int k = 0; k < 5; ++k) second[k] = x[k] > 0 ? 6 * x[k] : std::exp(x[k]);
  const Eigen::MatrixXd found = hessian(loss)(x);
  CHECK((found - Eigen::MatrixXd(second.asDiagonal())).norm() < 1e-12);
}

}  // namespace
}  // namespace grove::test
