// Reductions: values against Eigen, gradients, edges.
#include "autodiff/operations/reductions/reductions.hpp"

#include <Eigen/Dense>

#include "autodiff/autodiff.hpp"
#include "tests/autodiff/agreement.hpp"
#include "tests/catch.hpp"

using Eigen::MatrixXd;
using Eigen::VectorXd;
using grove::test::first_order_disagreement;

namespace {

const double inf = std::numeric_limits<double>::infinity();

MatrixXd example() {
  MatrixXd x(3, 4);
  x << 0.5, -1.2, 2.0, 0.1, 1.5, 0.3, -0.7, 0.9, -2.5, 0.8, 1.1, -0.4;
  return x;
}

template <class F>
void check(F f) {
  CHECK(grove::test::second_order_disagreement({}, f, example()) == "");
}

// A vector result, weighted so that every entry counts differently.
const auto weigh = [](const auto& v) {
  auto s = v[0] * 0.0;
  for (Eigen::Index k = 0; k < v.size(); ++k) s += v[k] * v[k] * double(k + 1);
  return s;
};

}  // namespace

TEST_CASE("whole reductions have the right gradients in first and second order") {
  check([](const auto& x) { return x.sum() * x.sum(); });
  check([](const auto& x) { return x.mean() * x.mean(); });
  check([](const auto& x) { return x.prod(); });
  check([](const auto& x) { return x.maxCoeff() * x.minCoeff(); });
  check([](const auto& x) { return x.norm(); });
  check([](const auto& x) { return x.squaredNorm(); });
  check([](const auto& x) {
    return x.template lpNorm<1>() * x.template lpNorm<2>() * x.template lpNorm<Eigen::Infinity>();
  });
  check([](const auto& x) { return x.template lpNorm<3>() * x.stableNorm(); });
  check([](const auto& x) { return grove::logsumexp(x); });
  check([](const auto& x) { return grove::variance(x); });
  check([](const auto& x) { return x.row(0).dot(x.row(1)) + x.col(1).dot(x.col(2)) * grove::dot(x, x); });
  check([](const auto& x) { return x.leftCols(3).trace() * x.sum(); });
  check([](const auto& x) {
    return grove::sum(x.array() * x.array()) + grove::mean(grove::square(x)) * grove::prod(x.row(0));
  });
}

TEST_CASE("reductions by rows and by columns") {
  check([](const auto& x) { return weigh(x.rowwise().sum()) + weigh(x.colwise().sum()); });
  check([](const auto& x) { return weigh(x.rowwise().mean()) + weigh(x.colwise().mean()); });
  check([](const auto& x) { return weigh(x.rowwise().prod()) + weigh(x.colwise().prod()); });
  check([](const auto& x) { return weigh(x.rowwise().maxCoeff()) + weigh(x.colwise().minCoeff()); });
  check([](const auto& x) { return weigh(x.rowwise().norm()) + weigh(x.colwise().squaredNorm()); });
  check([](const auto& x) { return weigh(x.rowwise().template lpNorm<1>()) + weigh(grove::sum(x.colwise())); });
  check([](const auto& x) { return weigh(grove::logsumexp(x.rowwise())) + weigh(grove::logsumexp(x.colwise())); });
  check([](const auto& x) { return weigh(grove::variance(x.rowwise())) + weigh(grove::mean(x.colwise())); });
}

TEST_CASE("static sizes and row-major storage reduce alike") {
  const auto all = [](const auto& x) {
    return x.sum() * x.prod() + x.maxCoeff() + grove::logsumexp(x) * x.norm() + weigh(x.rowwise().norm()) +
           weigh(x.colwise().prod()) + weigh(grove::variance(x.rowwise()));
  };
  const MatrixXd x = example();
  CHECK(first_order_disagreement({}, all, Eigen::Matrix<double, 3, 4>(x)) == "");
  CHECK(first_order_disagreement({}, all, Eigen::Matrix<double, 3, 4, Eigen::RowMajor>(x)) == "");
}

TEST_CASE("values agree with Eigen's, on plain and active operands") {
  const MatrixXd x = example();
  CHECK(grove::sum(x) == Approx(x.sum()));
  CHECK(grove::variance(x) == Approx((x.array() - x.mean()).square().mean()));
  CHECK(grove::logsumexp(x) == Approx(std::log(x.array().exp().sum())));
  CHECK(grove::sum(x.rowwise()).isApprox(x.rowwise().sum()));
  CHECK(grove::max(x.colwise()).isApprox(x.colwise().maxCoeff()));
  grove::grad([&](const auto& m) {
    CHECK(grove::value_of(m.rowwise().norm()).isApprox(x.rowwise().norm()));
    CHECK(grove::value_of(m.colwise().prod()).isApprox(x.colwise().prod()));
    CHECK(m.norm().value() == Approx(x.norm()));
    CHECK(m.maxCoeff() == x.maxCoeff());
    return m.sum();
  })(x);
}

TEST_CASE("edges: zeros, ties, infinities, NaN, empty") {
  const auto gradient = [](auto f, const VectorXd& x) { return VectorXd(grove::grad(f)(x)); };
  const auto norm = [](const auto& v) { return v.norm(); };
  CHECK(gradient(norm, VectorXd::Zero(3)) == VectorXd::Zero(3));
  const auto max = [](const auto& v) { return v.maxCoeff(); };
  CHECK(gradient(max, Eigen::Vector4d(1, 3, 3, 2)) == Eigen::Vector4d(0, 0.5, 0.5, 0));
  const auto min = [](const auto& v) { return v.minCoeff(); };
  CHECK(gradient(min, Eigen::Vector4d(1, 3, 1, 1)).isApprox(Eigen::Vector4d(1, 0, 1, 1) / 3));
  const auto prod = [](const auto& v) { return v.prod(); };
  CHECK(gradient(prod, Eigen::Vector3d(2, 0, 5)) == Eigen::Vector3d(0, 10, 0));
  CHECK(gradient(prod, Eigen::Vector3d(0, 0, 5)) == Eigen::Vector3d(0, 0, 0));
  const auto l1 = [](const auto& v) { return v.template lpNorm<1>(); };
  CHECK(gradient(l1, Eigen::Vector3d(-2, 0, 5)) == Eigen::Vector3d(-1, 0, 1));
  const auto stable = [](const auto& v) { return v.stableNorm() + v.template lpNorm<4>(); };
  CHECK(grove::evaluate(stable, Eigen::Vector2d(3e200, 0)) == 6e200);
  CHECK(gradient(stable, Eigen::Vector2d(3e200, 0)).isApprox(Eigen::Vector2d(2, 0)));
  CHECK(gradient(stable, Eigen::Vector2d(0, 0)) == Eigen::Vector2d(0, 0));
  CHECK(grove::evaluate(stable, Eigen::Vector2d(-inf, 0)) == inf);
  const auto lse = [](const auto& v) { return grove::logsumexp(v); };
  CHECK(gradient(lse, Eigen::Vector3d(1e3, 1e3, -inf)).isApprox(Eigen::Vector3d(0.5, 0.5, 0)));
  CHECK(grove::evaluate(lse, VectorXd::Constant(2, 1e308).eval()) == Approx(1e308));
  CHECK(grove::evaluate(lse, VectorXd::Constant(2, -inf).eval()) == -inf);
  CHECK(grove::evaluate(lse, VectorXd(0)) == -inf);
  CHECK(grove::evaluate(prod, VectorXd(0)) == 1.0);
  CHECK(grove::evaluate(norm, VectorXd(0)) == 0.0);
  CHECK(std::isnan(grove::evaluate(max, Eigen::Vector3d(1, std::nan(""), 2))));
  CHECK_THROWS_WITH(grove::evaluate(max, VectorXd(0)), "max: needs at least one element, got none");
  CHECK_THROWS_AS(grove::evaluate([](const auto& v) { return v.mean(); }, VectorXd(0)), grove::ShapeError);
  CHECK_THROWS_WITH(grove::evaluate([](const auto& v) { return v.dot(VectorXd::Ones(2)); }, VectorXd(3)),
                    "dot: 3×1 and 2×1 differ");
}
