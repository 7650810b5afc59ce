#include "autodiff/operations/arrangement/order.hpp"

#include <cmath>

#include "autodiff/autodiff.hpp"
#include "tests/autodiff/agreement.hpp"
#include "tests/catch.hpp"

namespace grove::test {
namespace {

using Eigen::VectorXd;
const double nan = std::nan("");

VectorXd example() { return (VectorXd(6) << 3, -1, 2, -1, 5, 0.5).finished(); }

TEST_CASE("sort, argsort and top_k order a vector: equal elements in their order, NaN at its end") {
  const VectorXd x = example();
  CHECK(sort(x) == (VectorXd(6) << -1, -1, 0.5, 2, 3, 5).finished());
  CHECK(argsort(x) == std::vector<Eigen::Index>{1, 3, 5, 2, 0, 4});
  CHECK(sort(x.transpose()).cols() == 6);
  CHECK(sort(VectorXd()).size() == 0);
  CHECK(argsort(Eigen::Vector3d(nan, 1, 0)) == std::vector<Eigen::Index>{2, 1, 0});
  CHECK(argsort(Eigen::Vector3i(3, 1, 2)) == std::vector<Eigen::Index>{1, 2, 0});
  const auto [values, indices] = top_k(x, 3);
  CHECK(values == Eigen::Vector3d(5, 3, 2));
  CHECK(indices == std::vector<Eigen::Index>{4, 0, 2});
  CHECK(top_k(Eigen::Vector3d(1, nan, 2), 2).indices == std::vector<Eigen::Index>{1, 2});
  CHECK(top_k(Eigen::Vector3d(1, 1, 1), 2).indices == std::vector<Eigen::Index>{0, 1});
  CHECK(top_k(x, 0).values.size() == 0);
  CHECK_THROWS_WITH(top_k(x, 7), "top_k: 7 elements asked for of a vector of 6");
}

// numpy.quantile's values
TEST_CASE("quantile and median interpolate between neighbours") {
  const VectorXd x = example();
  CHECK(median(x) == 1.25);
  CHECK(quantile(x, 0) == -1);
  CHECK(quantile(x, 1) == 5);
  CHECK(quantile(x, 0.3) == -0.25);
  CHECK(quantile(Eigen::Matrix<double, 1, 1>(7.0), 0.4) == 7);
  CHECK(std::isnan(median(Eigen::Vector3d(1, nan, 2))));
  CHECK_THROWS_WITH(median(VectorXd()), Catch::Matchers::Contains("median"));
  CHECK_THROWS_WITH(quantile(x, 1.5), "quantile: q must lie in [0, 1], got 1.5");
  CHECK_THROWS_WITH(quantile(x, nan), "quantile: q must lie in [0, 1], got nan");
}

TEST_CASE("derivatives go to the elements where they end up") {
  const VectorXd x = (VectorXd(5) << 3, -1, 2, 0.1, 5).finished();
  const VectorXd w = VectorXd::LinSpaced(5, 1, 3);
  CHECK(grad([&](const auto& p) { return dot(sort(p), w); })(x) == (VectorXd(5) << 2.5, 1, 2, 1.5, 3).finished());
  CHECK(grad([](const auto& p) { return median(p) + quantile(p, 0.9); })(x).isApprox(
      (VectorXd(5) << 0.4, 0, 1, 0, 0.6).finished()));
  const auto loss = [&](const auto& p) {
    const auto [values, indices] = top_k(p, 2);
    return sum(square(sort(p)).array() * w.array()) + values(0) * values(1) + square(median(p));
  };
  CHECK(second_order_disagreement({}, loss, x) == "");
}

}  // namespace
}  // namespace grove::test
