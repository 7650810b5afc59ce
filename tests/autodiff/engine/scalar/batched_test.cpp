// Numbers of several instances: lane by lane what plain numbers do, and one truth value only where all agree.
#include "autodiff/engine/scalar/batched.hpp"

#include <cmath>
#include <limits>
#include <sstream>

#include "tests/catch.hpp"

using grove::detail::Divergence;

namespace {

template <class B>
B lanes_from(double first, double step) {
  B x;
  for (int k = 0; k < B::size; ++k) x.set(k, static_cast<decltype(x[0])>(first + step * k));
  return x;
}

}  // namespace

TEMPLATE_TEST_CASE("arithmetic is that of each lane", "[batched]", (grove::Batched<double, 8>),
                   (grove::Batched<double, 4>), (grove::Batched<float, 16>)) {
  using B = TestType;
  const B x = lanes_from<B>(0.5, 0.25), y = lanes_from<B>(-2, 1.5);
  B sum = x;
  sum += y;
  sum *= 2;
  sum -= x;
  sum /= y;
  for (int k = 0; k < B::size; ++k) {
    CHECK((x + y)[k] == x[k] + y[k]);
    CHECK((x - y)[k] == x[k] - y[k]);
    CHECK((x * y)[k] == x[k] * y[k]);
    CHECK((x / y)[k] == x[k] / y[k]);
    CHECK((-x)[k] == -x[k]);
    CHECK((3 / x)[k] == 3 / x[k]);
    CHECK(sum[k] == ((x[k] + y[k]) * 2 - x[k]) / y[k]);
  }
}

TEST_CASE("a comparison is one truth value where all lanes agree", "[batched]") {
  using B = grove::Batched<double, 8>;
  const B x = lanes_from<B>(0, 1);
  CHECK(bool(x < 8));
  CHECK_FALSE(bool(x > 7));
  CHECK(bool(x >= 0));
  CHECK(bool(x == x));
  CHECK_FALSE(bool(x != x));
  const auto mask = x <= 2;
  CHECK(mask.bits == 7U);
  CHECK(mask[2]);
  CHECK_FALSE(mask[3]);
  grove::detail::lanes_diverged = false;
  CHECK_THROWS_AS(bool(mask), Divergence);
  CHECK(grove::detail::lanes_diverged);
  CHECK_THROWS_AS(x.common(), Divergence);
  CHECK(B(2.5).common() == 2.5);
  const B chosen = grove::detail::select(mask, x, B(-1));
  CHECK(chosen[2] == 2);
  CHECK(chosen[3] == -1);

  B y = 1;
  y.set(3, std::numeric_limits<double>::quiet_NaN());
  CHECK(isnan(y).bits == 8U);
  CHECK(isfinite(y).bits == 0xF7U);
  CHECK((y == y).bits == 0xF7U);
  CHECK_FALSE(bool(isinf(y)));
}

TEST_CASE("exactly zero is zero in each lane", "[batched]") {
  using B = grove::Batched<double, 8>;
  CHECK(is_exact_zero(B(0)));
  CHECK(is_exact_zero(B(-0.0)));
  for (int k = 0; k < 8; ++k) {
    for (const double one : {1.0, -1.0, 5e-324, -5e-324, std::numeric_limits<double>::infinity(),
                             std::numeric_limits<double>::quiet_NaN()}) {
      B x = 0;
      x.set(k, one);
      CHECK_FALSE(is_exact_zero(x));
      x.set((k + 4) % 8, -one);  // the two halves do not cancel
      CHECK_FALSE(is_exact_zero(x));
    }
  }
  std::ostringstream text;
  text << lanes_from<grove::Batched<double, 4>>(1, 0.5);
  CHECK(text.str() == "1|1.5|2|2.5");
}
