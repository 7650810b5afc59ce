// The harness that judges derivatives finds what it is there to find.
#include "tests/autodiff/agreement.hpp"

#include "autodiff/autodiff.hpp"
#include "tests/catch.hpp"

using Catch::Matchers::Contains;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using grove::test::disagreement;
using grove::test::first_order_disagreement;

namespace {

template <class T = double>
struct Model {
  grove::Matrix<T> weight;
  T bias;
};

const Model<> model{(MatrixXd(2, 3) << 0.5, -1, 2, 1, 3, -0.3).finished(), 0.7};
const VectorXd data = VectorXd::LinSpaced(3, -1, 2);

// x², which recordings see with a slope that is off by 1e-5 at 3, or as its tangent there.
template <bool WrongSlope, class T>
T square_with_fault(const T& x) {
  if constexpr (std::is_same_v<T, double>) {
    return x * x;
  } else if constexpr (WrongSlope) {
    return x * x + 1e-5 * (x - 3.0);
  } else {
    return x * 6.0 - 9.0;
  }
}

}  // namespace

TEST_CASE("a right loss and a right function agree in all modes") {
  const auto loss = [](const auto& p, const auto& x) {
    const auto y = grove::tanh((p.weight * x).array() + p.bias).eval();
    return grove::sum(y * y) / 3.0 + p.bias * p.bias;
  };
  CHECK(disagreement({}, loss, model, data) == "");
  CHECK(first_order_disagreement({}, loss, model, data) == "");
  CHECK(disagreement(
            {}, [](const auto& p) { return (p.weight * p.weight.transpose() * p.bias).eval(); }, model) == "");
  CHECK(disagreement(
            {}, [](const auto& x) { return x.sum(); }, VectorXd()) == "");
}

TEST_CASE("what is wrong is found, by differences of the plain value") {
  const auto slope = [](const auto& x) { return square_with_fault<true>(x); };
  CHECK_THAT(first_order_disagreement({}, slope, 3.0), Contains("a difference of plain values 6"));
  const auto second = [](const auto& x) { return square_with_fault<false>(x); };
  CHECK(first_order_disagreement({}, second, 3.0) == "");
  CHECK_THAT(disagreement({}, second, 3.0), Contains("the second derivative for entries 0 and 0 is 0"));
  const auto value = [](const auto& x) { return x + (std::is_same_v<decltype(x), const double&> ? 1e-9 : 0.0); };
  CHECK_THAT(first_order_disagreement({}, value, 3.0), Contains("the plain value and"));
  const auto kink = [](const auto& x) { return grove::relu(x); };
  CHECK_THAT(first_order_disagreement({}, kink, 0.0), Contains("is 0, a difference of plain values 0.5"));
  CHECK(disagreement({.differences = false}, kink, 0.0) == "");
}

TEST_CASE("an error is an answer where the plain function throws, or where a derivative may refuse") {
  const auto refusing = [](const auto& x) {
    if constexpr (!std::is_same_v<decltype(x), const double&>) throw grove::Error("no");
    return x * 2.0;
  };
  CHECK_THAT(disagreement({}, refusing, 1.0), Contains("throws: no"));
  CHECK(disagreement({.may_refuse = true}, refusing, 1.0) == "");
  const auto always = [](const auto& x) {
    throw grove::Error("never");
    return x * 2.0;
  };
  CHECK(disagreement({}, always, 1.0) == "");
}
