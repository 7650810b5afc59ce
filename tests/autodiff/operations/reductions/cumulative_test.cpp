#include "autodiff/operations/reductions/cumulative.hpp"

#include "autodiff/autodiff.hpp"
#include "tests/autodiff/agreement.hpp"
#include "tests/catch.hpp"

namespace grove::test {
namespace {

TEST_CASE("cumsum adds up a vector, each row, each column") {
  const Eigen::Vector3d v(1, 2, 4);
  CHECK(cumsum(v) == Eigen::Vector3d(1, 3, 7));
  const Eigen::Matrix2d m = (Eigen::Matrix2d() << 1, 2, 3, 4).finished();
  CHECK(cumsum(m.rowwise()) == (Eigen::Matrix2d() << 1, 3, 3, 7).finished());
  CHECK(cumsum(m.colwise()) == (Eigen::Matrix2d() << 1, 2, 4, 6).finished());
  CHECK(cumsum(Eigen::VectorXd()).size() == 0);
}

TEST_CASE("cumsum has the right gradients") {
  const Eigen::VectorXd v = Eigen::VectorXd::LinSpaced(4, -1, 2);
  CHECK(first_order_disagreement(
            {}, [](const auto& x) { return sum(pow(cumsum(x), 3)) + sum(sin(cumsum(x.transpose()))); }, v) == "");
  const Eigen::MatrixXd m = (Eigen::MatrixXd(2, 3) << 0.5, -1, 2, 1, 3, -0.3).finished();
  const auto loss = [](const auto& x) { return sum(sin(cumsum(x.rowwise()))) + sum(square(cumsum(x.colwise()))); };
  CHECK(first_order_disagreement({}, loss, m) == "");
}

TEST_CASE("cumprod, cummax and cummin run along a vector, each row, each column") {
  const Eigen::Vector4d v(2, -1, 3, 3);
  CHECK(cumprod(v) == Eigen::Vector4d(2, -2, -6, -18));
  CHECK(cummax(v) == Eigen::Vector4d(2, 2, 3, 3));
  CHECK(cummin(v) == Eigen::Vector4d(2, -1, -1, -1));
  const Eigen::Matrix2d m = (Eigen::Matrix2d() << 1, 2, 3, 4).finished();
  CHECK(cumprod(m.rowwise()) == (Eigen::Matrix2d() << 1, 2, 3, 12).finished());
  CHECK(cummax(m.colwise()) == m);
  CHECK(cumprod(Eigen::VectorXd()).size() == 0);
  const double nan = std::nan("");
  CHECK(cummax(Eigen::Vector3d(1, nan, 2)).array().isNaN().count() == 2);
  CHECK(cummin(Eigen::Vector3d(nan, 1, 2)).array().isNaN().count() == 3);
  const auto last = [](const auto& x) { return cummax(x)(2) + cummin(x)(2); };
  for (const Eigen::Vector3d& broken : {Eigen::Vector3d(1, nan, 2), Eigen::Vector3d(nan, 1, 2)}) {
    CHECK(grove::grad(last)(broken).head(2).array().isNaN().any());
    CHECK(grove::jacfwd(last)(broken).reshaped().head(2).array().isNaN().all());
    CHECK(std::isnan(grove::jvp(last)(broken, Eigen::Vector3d(0, 1, 0)).tangent));
  }
}

TEST_CASE("running products and extremes have the right derivatives, at zeros too") {
  const auto loss = [](const auto& x) {
    return sum(sin(cumprod(x))) + sum(square(cummax(x))) + sum(pow(cummin(x.transpose()), 3));
  };
  for (const Eigen::VectorXd v :
       {Eigen::Vector4d(0.5, -1, 2, 0.3), Eigen::Vector4d(0.4, 0, 1.1, -0.2), Eigen::Vector4d(0, 0.7, 0, 2)}) {
    // 0 and 0.7 apart, so that differences see no kink
    const bool ties = v(0) == v(2);
    CHECK(second_order_disagreement({.differences = !ties}, loss, v) == "");
  }
  // Π w.r.t. each of two zeros, by hand: d(x₀ + x₀x₁ + x₀x₁x₂) = (1 + x₁ + x₁x₂, x₀ + x₀x₂, x₀x₁)
  CHECK(grad([](const auto& x) { return sum(cumprod(x)); })(Eigen::Vector3d(0, 2, 0)) == Eigen::Vector3d(3, 0, 0));
  CHECK(grad([](const auto& x) { return sum(cummax(x)); })(Eigen::Vector3d(1, 1, 0)) == Eigen::Vector3d(2, 1, 0));
  CHECK(jacfwd([](const auto& x) { return sum(cummax(x)); })(Eigen::Vector3d(1, 1, 0)) == Eigen::RowVector3d(2, 1, 0));
}

}  // namespace
}  // namespace grove::test
