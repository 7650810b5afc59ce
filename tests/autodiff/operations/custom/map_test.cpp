#include "autodiff/operations/custom/map.hpp"

#include "tests/autodiff/derivatives.hpp"

using Eigen::ArrayXd;
using Eigen::MatrixXd;
using namespace grove_test;

const auto swish = [](const auto& x, const auto& slope) {
  using std::exp;
  return x / (1 + exp(-slope * x));
};

TEST_CASE("map: a scalar function of each element, with scalars and plain operands") {
  const MatrixXd a = sample(3, 2), w = sample(3, 2, 0.7);
  check_agreement([](const auto& x) { return weigh(grove::map(swish, x, x(0, 0))); }, a);
  check_agreement([&](const auto& x) { return weigh(grove::map(swish, w, x(1, 1)).transpose()); }, a);
  check_agreement([&](const auto& x) { return weigh(grove::map(swish, x.leftCols(1), 0.3) * x.topRows(1)); }, a);
  check_agreement([&](const auto& x) { return weigh(grove::map(swish, x.topRows(2).transpose(), x.topRows(2))); }, a);
  CHECK(grove::map(swish, a, 0.3)(2, 1) == swish(a(2, 1), 0.3));
  const auto constant = [](const auto& x) { return grove::map([](const auto&) { return 2.0; }, x).sum() * x(0, 0); };
  CHECK(grove::grad(constant)(a)(0, 0) == 12);
  CHECK(message_of<grove::ShapeError>([&] {
          grove::evaluate([&](const auto& x) { return grove::map(swish, x, w.col(0)).sum(); }, a);
        }) == "map: 3×2 and 3×1 differ");
}

TEST_CASE("map is one node") {
  const auto operations = [](Eigen::Index n) {
    grove::grad([](const auto& x) { return grove::map(swish, x, x(0)).sum(); })(ArrayXd::LinSpaced(n, 0, 1).eval());
    return grove::tape_stats().operations;
  };
  CHECK(operations(1000) == operations(10));
}

TEST_CASE("unaryExpr and binaryExpr take any function, also of captured variables") {
  const MatrixXd a = sample(3, 2), w = sample(3, 2, 0.7);
  check_agreement(
      [&](const auto& x) {
        using T = grove::scalar_t<decltype(x)>;
        const auto scaled = x.unaryExpr([&](const T& e) { return T(e * x(0, 1)); });
        const auto paired = x.binaryExpr(w, [](const auto& e, const auto& f) { return e * e * f; });
        return weigh(scaled) + weigh(paired);
      },
      a);
}
