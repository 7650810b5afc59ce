// The landscapes' known minima are minima.
#include <models/landscapes.hpp>

#include <autodiff/autodiff.hpp>
#include <autodiff/gradcheck/gradcheck.hpp>
#include <models/figures/figure.hpp>

#include "tests/catch.hpp"

using namespace grove::models;

namespace {

/// The largest slope of `f` at x, by central differences.
template <class F>
double slope(const F& f, const Eigen::VectorXd& x) {
  double largest = 0;
  for (Eigen::Index i = 0; i < x.size(); ++i) {
    const Eigen::VectorXd h = 1e-6 * Eigen::VectorXd::Unit(x.size(), i);
    largest = std::max(largest, std::abs(f(Eigen::VectorXd(x + h)) - f(Eigen::VectorXd(x - h))) / 2e-6);
  }
  return largest;
}

}  // namespace

TEMPLATE_TEST_CASE("known minima have the stated value, no slope, and nothing lower in the box", "[landscapes]",
                   DoubleWell, Rosenbrock, Ackley, Himmelblau, Beale) {
  const TestType f;
  double lowest = std::numeric_limits<double>::infinity();
  for (const Minimum& m : f.minima()) {
    CHECK(f(m.x) == Approx(m.value).margin(1e-12));
    CHECK(slope(f, m.x) < 1e-6);
    lowest = std::min(lowest, m.value);
  }
  CHECK(contours_of(f, f.box(), 201).z.minCoeff() >= lowest - 1e-12);
  CHECK(f(f.start()) > lowest + 0.1);
}

TEMPLATE_TEST_CASE("landscapes have the right gradient and Hessian, in vectors of any kind", "[landscapes]", Saddle,
                   DoubleWell, Rosenbrock, Ackley, Himmelblau, Beale) {
  const TestType f;
  grove::gradcheck(f, f.start());
  grove::gradcheck(f, Eigen::VectorXd(f.start()));
  const Eigen::Vector2d x = f.start();
  const Eigen::Matrix2d hessian = grove::hessian(f)(x);
  const Eigen::Vector2d h(1e-6, 0);
  const Eigen::Vector2d column =
      (grove::grad(f)(Eigen::Vector2d(x + h)) - grove::grad(f)(Eigen::Vector2d(x - h))) / 2e-6;
  CHECK((hessian.col(0) - column).norm() < 1e-6 * (1 + column.norm()));
  CHECK((hessian - hessian.transpose()).norm() <= 1e-14 * hessian.norm());
}

TEST_CASE("the saddle has a stationary point that is no minimum", "[landscapes]") {
  CHECK(slope(Saddle{}, Eigen::Vector2d(0, 0)) == 0);
  CHECK(Saddle{}(Eigen::Vector2d(3, 5)) == -16);
  CHECK(slope(DoubleWell{}, Eigen::Vector2d(0, 0)) < 1e-9);
}

TEST_CASE("Rosenbrock's and Ackley's functions take any dimension", "[landscapes]") {
  CHECK(Rosenbrock{}(Eigen::VectorXd::Ones(7)) == 0);
  CHECK(Rosenbrock{}(Eigen::Vector3d(0, 0, 0)) == 2);
  CHECK(std::abs(Ackley{}(Eigen::VectorXd::Zero(5))) < 1e-12);
}

TEST_CASE("Gaussian wells are what their formula says", "[landscapes]") {
  const GaussianWells one{Eigen::Vector2d(1, -1), Eigen::VectorXd::Constant(1, 0.5), Eigen::VectorXd::Constant(1, 2)};
  CHECK(one(Eigen::Vector2d(1, -1)) == -2);
  CHECK(one(Eigen::Vector2d(1.5, -1)) == Approx(-2 * std::exp(-1)));
  const GaussianWells many = random_wells(8, 3);
  CHECK(many.depths.sum() == Approx(1));
  CHECK(many.centres.cwiseAbs().maxCoeff() <= 3);
  CHECK(many.centres == random_wells(8, 3).centres);
  double by_hand = 0;
  const Eigen::Vector2d x(0.3, -0.7);
  for (Eigen::Index p = 0; p < 8; ++p)
    by_hand -= many.depths[p] * std::exp(-((x - many.centres.col(p)) / many.widths[p]).squaredNorm());
  CHECK(many(x) == Approx(by_hand));
  grove::gradcheck(many, x);
}

TEST_CASE("points of the wrong dimension are errors", "[landscapes]") {
  CHECK_THROWS_WITH(Saddle{}(Eigen::VectorXd::Zero(3)), "Saddle: a point must have 2 elements, got 3");
  CHECK_THROWS_WITH(Rosenbrock{}(Eigen::VectorXd::Zero(1)), "Rosenbrock: a point must have 2 elements or more, got 1");
  CHECK_THROWS_WITH(random_wells(8, 1)(Eigen::Vector3d(1, 2, 3)), "GaussianWells: a point must have 2 elements, got 3");
  CHECK_THROWS_WITH(GaussianWells{}(Eigen::Vector2d(1, 2)),
                    "GaussianWells: 0 centres, 0 widths and 0 depths; as many of each are needed, one at least");
}
