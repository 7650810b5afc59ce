#include "autodiff/operations/elementwise/members.hpp"

#include "autodiff/autodiff.hpp"
#include "tests/autodiff/numeric.hpp"
#include "tests/catch.hpp"

namespace grove::test {
namespace {

const Eigen::ArrayXd x = Eigen::ArrayXd::LinSpaced(4, 0.2, 0.8);
const Eigen::ArrayXd w = Eigen::ArrayXd::LinSpaced(4, 2, -1);

/// The loss has the value that Eigen's members give, and the slopes of that.
template <class F, class X>
void check(const F& loss, const X& at) {
  CHECK(evaluate(loss, at) == Approx(loss(at)).epsilon(1e-14));
  CHECK(gradient_error(loss, at) < 1e-8);
}

TEST_CASE("members of active arrays mean what Eigen's mean") {
  check([](const auto& a) { return (a.abs() + a.abs2() + a.square() + a.cube() + a.sign()).sum(); }, x);
  check([](const auto& a) { return (a.sqrt() + a.rsqrt() + a.exp() + a.expm1() + a.log() + a.log1p()).sum(); }, x);
  check([](const auto& a) { return (a.log10() + a.sin() + a.cos() + a.tan() + a.asin() + a.acos() + a.atan()).sum(); },
        x);
  check([](const auto& a) { return (a.sinh() + a.cosh() + a.tanh() + a.logistic() + a.inverse()).sum(); }, x);
  check([](const auto& a) { return (a.floor() + a.ceil() + a.round() + a.pow(3) + a.pow(1.5)).sum(); }, x);
  check([](const auto& a) { return (a.min(0.5) * w + a.max(w)).sum(); }, x);
}

TEST_CASE("members that plain Eigen leaves to an unsupported module") {
  const auto members = [](const auto& a) {
    return sum(a.erf() + a.erfc() + a.lgamma() + a.digamma() + a.pow(a)) +
           sum(a.log2() + grove::exp2(a) + grove::cbrt(a) + a.asinh() + (a + 1).acosh() + a.atanh());
  };
  const auto functions = [](const auto& a) {
    return sum(erf(a) + erfc(a) + lgamma(a) + digamma(a) + pow(a, a)) +
           sum(log2(a) + exp2(a) + cbrt(a) + asinh(a) + acosh(a + 1) + atanh(a));
  };
  CHECK(evaluate(members, x) == evaluate(functions, x));
  CHECK(gradient_error(members, x) < 1e-8);
}

TEST_CASE("coefficient-wise members of active matrices") {
  const Eigen::Matrix2d m = (Eigen::Matrix2d() << 0.5, 1.2, 0.7, 2).finished();
  const Eigen::Matrix2d n = (Eigen::Matrix2d() << 1, 1.1, 0.3, 3).finished();
  check([&n](const auto& a) { return a.cwiseProduct(n).sum() + a.cwiseQuotient(n).sum() + a.cwiseProduct(a).sum(); },
        m);
  check([&n](const auto& a) { return a.cwiseMin(n).sum() * 2 + a.cwiseMax(n).sum() + a.cwiseMax(1).sum(); }, m);
  check(
      [](const auto& a) {
        return (a.cwiseAbs() + a.cwiseAbs2() + a.cwiseSqrt() + a.cwiseInverse() - a.cwiseSign()).sum();
      },
      m);
}

}  // namespace
}  // namespace grove::test
