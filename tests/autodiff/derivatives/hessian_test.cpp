// Forward mode, Jacobians, products with the Hessian, and Hessians.
// Headers: autodiff/derivatives/{jacobian,jvp}.hpp
#include <Eigen/Dense>

#include "autodiff/autodiff.hpp"
#include "tests/autodiff/agreement.hpp"
#include "tests/catch.hpp"

using Catch::Matchers::Contains;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

template <class T = double>
struct Model {
  grove::Matrix<T> weight;
  grove::Vector<T> bias;
  T scale;
};

Model<> example() {
  return {
      MatrixXd::NullaryExpr(2, 3, [](Eigen::Index i, Eigen::Index j) { return 0.4 * double(i) - 0.25 * double(j); }),
      VectorXd::LinSpaced(2, -0.5, 0.5), 1.25};
}

const auto residuals = [](const auto& p, const MatrixXd& x) {
  auto h = tanh(p.weight * x.col(0) + p.bias);
  auto k = exp((p.weight * x.col(1)).array() * p.scale).matrix();
  return (h.array() * k.array() + p.scale).matrix().eval();
};
const auto loss = [](const auto& p, const MatrixXd& x) { return residuals(p, x).squaredNorm() * p.scale; };

}  // namespace

TEST_CASE("jvp agrees with the gradient, for scalar, vector and tree results") {
  const Model<> p = example();
  const MatrixXd x =
      MatrixXd::NullaryExpr(3, 2, [](Eigen::Index i, Eigen::Index j) { return 0.3 * double(i + 1) - 0.2 * double(j); });
  const Model<> direction = grove::tree::map([](const auto& leaf) { return leaf * 0.7 + 0.1; }, p);
  const auto [value, tangent] = grove::jvp(loss)(p, direction, x);
  const auto expected = grove::value_and_grad(loss)(p, x);
  CHECK(value == expected.value);
  CHECK(tangent == Approx(grove::tree::dot(expected.grads, direction)).epsilon(1e-13));

  const auto vector = grove::jvp(residuals)(p, direction, x);
  const MatrixXd jacobian = grove::jacobian(residuals)(p, x);
  CHECK(vector.tangent.isApprox(jacobian * grove::tree::flatten(direction), 1e-13));

  const auto tree = grove::jvp([](auto a) { return std::pair{a * a, Eigen::Vector2d(1, 2) * a}; })(3.0, 2.0);
  CHECK(tree.value.first == 9.0);
  CHECK(tree.tangent.first == 12.0);
  CHECK(tree.tangent.second.isApprox(Eigen::Vector2d(2, 4)));
}

TEST_CASE("Jacobians by forward and by reverse mode agree") {
  const Model<> p = example();
  const MatrixXd x = MatrixXd::Constant(3, 2, 0.4);
  const MatrixXd forward = grove::jacfwd(residuals)(p, x), reverse = grove::jacrev(residuals)(p, x),
                 chosen = grove::jacobian(residuals)(p, x);
  CHECK(forward.rows() == 2);
  CHECK(forward.cols() == 9);
  CHECK(forward.isApprox(reverse, 1e-13));
  CHECK(chosen.isApprox(reverse, 1e-13));
  const MatrixXd tall =
      grove::jacobian([](auto t) { return (VectorXd::LinSpaced(4, 0.0, 1.0).array() * t).sin(); })(2.0);
  CHECK(tall.rows() == 4);
  CHECK(tall(3, 0) == Approx(std::cos(2.0)));
  const VectorXd row = grove::jacobian(loss)(p, x).transpose();
  CHECK(row.isApprox(grove::tree::flatten(grove::grad(loss)(p, x)), 1e-13));
}

TEST_CASE("value_and_jacobian gives both, into existing storage too, in the mode that the sizes ask for") {
  const Model<> p = example();
  const MatrixXd x = MatrixXd::Constant(3, 2, 0.4);
  const auto [value, jacobian] = grove::value_and_jacobian(residuals)(p, x);
  CHECK(value.isApprox(grove::jvp(residuals)(p, p, x).value, 1e-15));
  CHECK(jacobian.isApprox(grove::jacrev(residuals)(p, x), 1e-13));

  // Sizes known at compile time: 2×5 by forward mode at once, 1×9 by reverse mode, a tree of 18 by two groups of
  // columns.
  const auto turn = [](const auto& q) {
    const auto& [angle, v] = q;
    using std::cos;
    return (v * cos(angle)).head(2).eval();
  };
  const std::pair<double, Eigen::Vector4d> at{0.7, {1.0, 2.0, 3.0, 4.0}};
  Eigen::Vector2d turned;
  Eigen::Matrix<double, 2, 5> forward;
  using Turned = decltype(grove::value_and_jacobian(turn)(at).value);
  static_assert(std::is_same_v<Turned, typename Turned::PlainObject>, "a value is Eigen's own");
  grove::value_and_jacobian_into(turn, at, turned, forward);
  CHECK(turned.isApprox(std::cos(0.7) * Eigen::Vector2d(1, 2)));
  CHECK(forward.isApprox(grove::jacrev(turn)(at), 1e-14));
  CHECK(forward(1, 0) == Approx(-2 * std::sin(0.7)));

  double norm = 0;
  Eigen::RowVectorXd row;
  const Eigen::Vector<double, 9> nine = Eigen::Vector<double, 9>::LinSpaced(1.0, 9.0);
  grove::value_and_jacobian_into([](const auto& v) { return v.squaredNorm(); }, nine, norm, row);
  CHECK(norm == Approx(285.0));
  CHECK(row.transpose().isApprox(2 * nine));

  std::pair<Eigen::Matrix<double, 3, 6>, double> tree;
  MatrixXd wide;
  const Eigen::Matrix<double, 3, 6> eighteen = Eigen::Matrix<double, 3, 6>::Random();
  const auto squares = [](const auto& m) { return std::pair((m.array() * m.array()).matrix().eval(), m.sum()); };
  grove::value_and_jacobian_into(squares, eighteen, tree, wide);
  CHECK(tree.first.isApprox(eighteen.array().square().matrix()));
  CHECK(tree.second == Approx(eighteen.sum()));
  CHECK(wide.topRows(18).isApprox(MatrixXd((2 * eighteen).reshaped().asDiagonal())));
  CHECK(wide.row(18) == Eigen::RowVectorXd::Ones(18));

  Eigen::Matrix<double, 3, 5> wrong;
  CHECK_THROWS_WITH(grove::value_and_jacobian_into(turn, at, turned, wrong), "jacobian: 3×5 and 2×5 differ");
}

TEST_CASE("the Hessian is symmetric and agrees with differences of the gradient and with hvp") {
  const Model<> p = example();
  const MatrixXd x =
      MatrixXd::NullaryExpr(3, 2, [](Eigen::Index i, Eigen::Index j) { return 0.3 * double(i + 1) - 0.2 * double(j); });
  const MatrixXd hessian = grove::hessian(loss)(p, x);
  CHECK(hessian.isApprox(hessian.transpose(), 1e-12));
  const VectorXd at = grove::tree::flatten(p);
  MatrixXd numeric(9, 9);
  for (Eigen::Index k = 0; k < 9; ++k) {
    VectorXd right = at, left = at;
    right[k] += 1e-5;
    left[k] -= 1e-5;
    numeric.col(k) = (grove::tree::flatten(grove::grad(loss)(grove::tree::unflatten(right, p), x)) -
                      grove::tree::flatten(grove::grad(loss)(grove::tree::unflatten(left, p), x))) /
                     2e-5;
  }
  CHECK((hessian - numeric).cwiseAbs().maxCoeff() < 1e-7);
  const Model<> direction = grove::tree::map([](const auto& leaf) { return leaf * 0.7 + 0.1; }, p);
  const Model<> product = grove::hvp(loss)(p, direction, x);
  CHECK(grove::tree::flatten(product).isApprox(hessian * grove::tree::flatten(direction), 1e-12));
}

TEST_CASE("second derivatives of scalars and by nesting agree") {
  const auto f = [](auto x) { return sin(x) * exp(x * x) / (x + 2.0); };
  const double by_hessian = grove::hessian(f)(0.7)(0, 0);
  const double by_nesting = grove::grad([&](auto x) { return grove::grad(f)(x); })(0.7);
  const double by_jvp = grove::jvp([&](auto x) { return grove::grad(f)(x); })(0.7, 1.0).tangent;
  const double by_reverse_over_forward =
      grove::grad([&](auto x) { return grove::jvp(f)(x, decltype(x)(1.0)).tangent; })(0.7);
  CHECK(by_nesting == Approx(by_hessian).epsilon(1e-13));
  CHECK(by_jvp == Approx(by_hessian).epsilon(1e-13));
  CHECK(by_reverse_over_forward == Approx(by_hessian).epsilon(1e-13));
}

TEST_CASE("gradients of gradients of arrays") {
  const auto inner = [](const auto& v) { return (v.array().exp() * v.array().square()).sum() * v[0]; };
  const auto outer = [&](const auto& v) {
    auto g = grove::grad(inner)(v);
    return g.squaredNorm();
  };
  const VectorXd x = VectorXd::LinSpaced(3, 0.2, 0.8);
  CHECK(grove::test::first_order_disagreement({}, outer, x) == "");
}

TEST_CASE("tangents of another structure are refused") {
  CHECK_THROWS_AS(grove::jvp([](const auto& v) { return v.sum(); })(VectorXd(2), VectorXd(3)), grove::StructureError);
  CHECK_THROWS_WITH(grove::hvp([](const auto& v) { return v.sum(); })(VectorXd(2), VectorXd(3)),
                    Contains("hvp") && Contains("2×1") && Contains("3×1"));
}

TEST_CASE("hessian_diagonal: a tree like the parameters with the diagonal of the Hessian") {
  const Model<> p = example();
  const MatrixXd x = MatrixXd::Constant(3, 2, 0.4);
  const Model<> diagonal = grove::hessian_diagonal(loss)(p, x);
  CHECK(grove::tree::flatten(diagonal) == VectorXd(grove::hessian(loss)(p, x).diagonal()));
  const auto cubes = [](const auto& v) { return grove::sum(v.array().cube()) + 0.0 * double(v.size()); };
  const VectorXd v = VectorXd::LinSpaced(11, -1, 2);
  CHECK(grove::hessian_diagonal(cubes)(v).isApprox(6 * v, 1e-14));
  CHECK(grove::hessian_diagonal(cubes)(VectorXd()).size() == 0);
}
