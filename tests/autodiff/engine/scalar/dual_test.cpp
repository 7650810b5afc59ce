// Forward-mode numbers by themselves, and as Eigen scalars.
#include "autodiff/engine/scalar/dual.hpp"

#include <Eigen/Dense>

#include "autodiff/operations/elementwise/elementwise.hpp"
#include "tests/catch.hpp"

using grove::Dual;

TEST_CASE("arithmetic pushes tangents") {
  const Dual<double> x(3.0, 1.0);
  const auto y = (x * x + 2.0) / (1.0 + x) - x;
  CHECK(y.value == Approx(11.0 / 4.0 - 3.0));
  CHECK(y.tangent[0] == Approx((6.0 * 4.0 - 11.0) / 16.0 - 1.0));
  CHECK((-x).tangent[0] == -1.0);
  Dual<double> z = 2;
  z += x;
  z *= x;
  z -= 1;
  z /= x;
  CHECK(z.value == Approx(14.0 / 3.0));
  CHECK(z.tangent[0] == Approx(1.0 + 1.0 / 9.0));
}

TEST_CASE("a number is exactly zero only if every lane is") {
  CHECK(is_exact_zero(Dual<double, 4>(0.0)));
  for (int lane = 0; lane < 4; ++lane) CHECK_FALSE(is_exact_zero(Dual<double, 4>(0.0, 1.0, lane)));
}

TEST_CASE("lanes are independent directions") {
  const Dual<double, 2> x(3.0, 1.0, 0), y(5.0, 1.0, 1);
  const auto f = x * y * y;
  CHECK(f.tangent[0] == 25.0);
  CHECK(f.tangent[1] == 30.0);
}

TEST_CASE("comparisons look at values") {
  const Dual<double> a(1.0, 5.0), b(2.0, -5.0);
  CHECK(a < b);
  CHECK(b > a);
  CHECK(a <= 1.0);
  CHECK(a == 1.0);
  CHECK(a != b);
  CHECK(isfinite(a));
  CHECK(isnan(Dual<double>(std::nan(""))));
}

TEST_CASE("nesting gives second derivatives") {
  using Inner = Dual<double>;
  using Outer = Dual<Inner>;
  const Outer x(Inner(0.7, 1.0), Inner(1.0));
  const auto y = sin(x * x);
  CHECK(y.tangent[0].tangent[0] == Approx(2 * std::cos(0.49) - 4 * 0.49 * std::sin(0.49)));
}

TEST_CASE("Eigen computes with duals, alone and mixed with plain numbers") {
  using D = Dual<double>;
  Eigen::Matrix<D, 2, 2> a;
  a << D(2.0, 1.0), D(0.5), D(0.5), D(3.0);
  const Eigen::Matrix2d plain = Eigen::Matrix2d::Identity() * 2.0;
  const Eigen::Matrix<D, 2, 2> product = plain * a;
  CHECK(product(0, 0).tangent[0] == 2.0);
  const D determinant = a.determinant();
  CHECK(determinant.value == Approx(5.75));
  CHECK(determinant.tangent[0] == Approx(3.0));
  const Eigen::Matrix<D, 2, 1> solution = a.partialPivLu().solve(Eigen::Matrix<D, 2, 1>(D(1.0), D(0.0)));
  CHECK(solution(0).value == Approx(3.0 / 5.75));
  CHECK(solution(0).tangent[0] == Approx(-9.0 / (5.75 * 5.75)));
  CHECK((a.array() * 2.0).sum().value == Approx(12.0));
}
