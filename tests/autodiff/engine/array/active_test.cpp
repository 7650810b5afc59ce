// Active matrices: shapes, views, elements, conversions, and what is refused.
#include "autodiff/engine/array/active.hpp"

#include <Eigen/Dense>

#include "autodiff/autodiff.hpp"
#include "autodiff/numeric.hpp"
#include "tests/catch.hpp"

using Eigen::MatrixXd;
using Eigen::VectorXd;
using grove::test::gradient_error;

namespace {

MatrixXd example(Eigen::Index rows, Eigen::Index cols) {
  return MatrixXd::NullaryExpr(
      rows, cols, [](Eigen::Index i, Eigen::Index j) { return 0.3 + 0.2 * double(i) - 0.15 * double(j * j); });
}

// Weights every element differently, so that a misplaced gradient shows.
const auto weighted = [](const auto& view) {
  auto s = view(0, 0) * 0.0;
  for (Eigen::Index j = 0; j < view.cols(); ++j) {
    for (Eigen::Index i = 0; i < view.rows(); ++i) s += view(i, j) * view(i, j) * double(1 + i + 10 * j);
  }
  return s;
};

/// The gradient of a weighted view, elementwise and as arrays; the view of the plain matrix must have the same values.
template <class View, class M>
void check_view(View view, const M& x) {
  const auto by_elements = [&](const auto& m) { return weighted(view(m)); };
  const auto by_arrays = [&](const auto& m) {
    auto v = view(m);
    auto w = (v * 2.0).eval();
    return w.squaredNorm() + v.sum();
  };
  CHECK(gradient_error(by_elements, x) < 1e-8);
  CHECK(gradient_error(by_arrays, x) < 1e-8);
  grove::grad([&](const auto& m) {
    CHECK(grove::value_of(view(m)).matrix() == MatrixXd(view(x).matrix()));
    return m.sum();
  })(x);
}

}  // namespace

TEST_CASE("views of matrices of both storage orders, fixed and dynamic") {
  const auto check_all = [](const auto& x) {
    check_view([](const auto& m) { return m.row(1); }, x);
    check_view([](const auto& m) { return m.col(2); }, x);
    check_view([](const auto& m) { return m.block(1, 1, 2, 3); }, x);
    check_view([](const auto& m) { return m.template block<2, 2>(0, 1); }, x);
    check_view([](const auto& m) { return m.topRows(2); }, x);
    check_view([](const auto& m) { return m.diagonal(1); }, x);
    check_view([](const auto& m) { return m.template diagonal<-1>(); }, x);
    check_view([](const auto& m) { return m.bottomRows(1); }, x);
    check_view([](const auto& m) { return m.middleRows(1, 2); }, x);
    check_view([](const auto& m) { return m.leftCols(2); }, x);
    check_view([](const auto& m) { return m.rightCols(3); }, x);
    check_view([](const auto& m) { return m.middleCols(1, 2); }, x);
    check_view([](const auto& m) { return m.transpose(); }, x);
    check_view([](const auto& m) { return m.transpose().row(2); }, x);
    check_view([](const auto& m) { return m.transpose().block(1, 0, 2, 2).transpose(); }, x);
    check_view([](const auto& m) { return m.diagonal(); }, x);
    check_view([](const auto& m) { return m.row(1).segment(1, 2); }, x);
    check_view([](const auto& m) { return m.row(1).transpose().tail(2); }, x);
    check_view([](const auto& m) { return m.block(0, 1, 3, 2).col(1).head(2); }, x);
    check_view([](const auto& m) { return m.topRightCorner(2, 2).diagonal(); }, x);
    check_view([](const auto& m) { return m.col(0).template head<2>(); }, x);
    check_view([](const auto& m) { return m.array().row(0); }, x);
  };
  const MatrixXd x = example(3, 4);
  check_all(x);
  const auto check_some = [](const auto& m) {
    check_view([](const auto& v) { return v.row(1); }, m);
    check_view([](const auto& v) { return v.col(2); }, m);
    check_view([](const auto& v) { return v.block(1, 1, 2, 3).transpose(); }, m);
    check_view([](const auto& v) { return v.transpose().row(2).segment(1, 2); }, m);
    check_view([](const auto& v) { return v.topRightCorner(2, 2).diagonal(); }, m);
  };
  check_some(Eigen::Matrix<double, 3, 4>(x));
  check_some(Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>(x));
}

TEST_CASE("a view refers to its parent: nothing is copied or recorded") {
  const VectorXd x = VectorXd::Ones(100);
  grove::grad([](const auto& v) { return v.head(50).segment(10, 20).sum(); })(x);
  CHECK(grove::tape_stats().operations == 1);
}

TEST_CASE("out-of-range views and elements are errors with numbers") {
  const auto loss_of = [](auto view) { return [view](const auto& m) { return view(m).sum(); }; };
  const MatrixXd x = example(2, 3);
  CHECK_THROWS_WITH(grove::grad(loss_of([](const auto& m) { return m.row(2); }))(x), "row: index 2 is outside [0, 2)");
  CHECK_THROWS_WITH(grove::grad(loss_of([](const auto& m) { return m.col(-1); }))(x),
                    "col: index -1 is outside [0, 3)");
  CHECK_THROWS_AS(grove::grad(loss_of([](const auto& m) { return m.block(1, 1, 2, 2); }))(x), grove::ShapeError);
  CHECK_THROWS_WITH(grove::grad([](const auto& m) { return m(0, 3); })(x), "column: index 3 is outside [0, 3)");
  CHECK_THROWS_WITH(grove::grad([](const auto& v) { return v.head(4).sum(); })(VectorXd(3)),
                    "head: [0, 4) is outside [0, 3)");
  CHECK_THROWS_AS(grove::grad([](const auto& v) { return v.tail(4).sum(); })(VectorXd(3)), grove::ShapeError);
}

TEST_CASE("constants and matrices of variables become active matrices") {
  const VectorXd x = VectorXd::LinSpaced(3, 0.5, 1.5);
  const auto mixed = [](const auto& v) {
    using V = grove::scalar_t<decltype(v)>;
    grove::Vector<V> start = VectorXd::Zero(3);
    for (int i = 0; i < 3; ++i) start = start + v * double(i);
    Eigen::Matrix<V, 2, 2> built;
    built << v[0], v[1] * v[2], 1.0, v[0] * v[0];
    grove::Matrix<V> active = built;
    grove::Matrix<V, 2, 2> squared = active * active;
    return start.squaredNorm() + squared(0, 1) * squared(1, 1) + active.transpose().row(0).sum();
  };
  CHECK(gradient_error(mixed, x) < 1e-8);
}

TEST_CASE("products of active and plain matrices in every order and static size") {
  const MatrixXd a = example(3, 3), b = example(3, 2);
  const Eigen::Matrix3d fixed = a;
  const auto check = [](auto f, const auto&... p) { CHECK(gradient_error(f, p...) < 1e-8); };
  const auto value = [](const auto& m) { return weighted(m.eval()); };
  check([&](const auto& m, const MatrixXd& c) { return value(m * c); }, a, b);
  check([&](const auto& m, const MatrixXd& c) { return value(c.transpose() * m); }, a, b);
  check([&](const auto& m, const MatrixXd&) { return value(m * m); }, a, b);
  check([&](const auto& m, const MatrixXd&) { return value(m.transpose() * m * m.transpose()); }, a, b);
  check([&](const auto& m, const MatrixXd& c) { return value(m * c.col(0)) + value(c.col(1).transpose() * m); }, a, b);
  check([&](const auto& m, const MatrixXd& c) { return value(m * (c * 2.0 + c)); }, a, b);
  check([&](const auto& m) { return value(m * m.col(0)) + m.row(1) * m.col(2); }, fixed);
  check([&](const auto& m, const MatrixXd& c) { return value(m * c); }, fixed, b);
  check([&](const auto& v) { return value(v * v.transpose()) + v.transpose() * v; }, VectorXd(a.col(0)));
  check([&](const auto& m, const MatrixXd& c) { return value((m + m) * (c - c * 0.5)); }, a, b);
  check([&](const auto& m) { return value(m.block(0, 0, 2, 3) * m.rightCols(2)); }, a);
  Eigen::MatrixXf single = a.cast<float>();
  CHECK(grove::grad([](const auto& m) { return (m * m).sum(); })(single).isApprox(
      grove::grad([](const auto& m) { return (m * m).sum(); })(a).cast<float>(), 1e-5f));
}

TEST_CASE("an unset matrix is an error, not a null pointer") {
  CHECK_THROWS_AS(grove::grad([](const auto& v) {
                    grove::Vector<grove::scalar_t<decltype(v)>, 3> never;
                    return (v + never).sum();
                  })(Eigen::Vector3d(1, 2, 3)),
                  grove::Error);
}

TEST_CASE("entries of an active vector can be iterated over, and copied into Eigen's matrices of variables") {
  const Eigen::Vector3d x(1, -2, 3);
  const auto by_range = [](const auto& p) {
    grove::scalar_t<decltype(p)> total = 0;
    int k = 0;
    for (const auto& entry : p) total += ++k * fabs(entry);
    for (auto entry : (2 * p).eval()) total += entry * entry;
    return total;
  };
  CHECK(grove::evaluate(by_range, x) == 1 + 4 + 9 + 4 * 14.0);
  CHECK(grove::grad(by_range)(x).isApprox(Eigen::Vector3d(1 + 8, -2 - 16, 3 + 24)));

  const auto by_entries = [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    Eigen::Matrix<T, Eigen::Dynamic, 1> twice(6);
    const Eigen::Matrix<T, 3, 1> once = p;
    const Eigen::Matrix<T, Eigen::Dynamic, 1> product = p * p[0];
    twice << once, product;
    return twice.squaredNorm();
  };
  CHECK(grove::evaluate(by_entries, x) == 28);
  CHECK(grove::grad(by_entries)(x).isApprox(Eigen::Vector3d(2 + 28 + 2, -4 - 4, 6 + 6)));
}

TEST_CASE("Eigen's constants of an active type, and diagonals as matrices, begin a value") {
  const MatrixXd a = example(3, 3);
  const auto loss = [](const auto& m) {
    using T = grove::scalar_t<decltype(m)>;
    grove::Matrix<T> total = grove::Matrix<T>::Zero(3, 3);
    for (const auto& row : m.rowwise()) total += row.transpose() * row;
    total = total + grove::Matrix<T>::Identity(3, 3) + grove::Matrix<T>(m.col(0).asDiagonal());
    const grove::Vector<T, 3> v = grove::Vector<T, 3>::Ones() + grove::Vector<T, 3>::Constant(2.0);
    return total.squaredNorm() + v.dot(m.col(1));
  };
  CHECK(grove::evaluate(loss, a) == Approx(loss(a)));
  CHECK(gradient_error(loss, a) < 1e-8);
}
