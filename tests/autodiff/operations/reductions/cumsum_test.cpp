#include "autodiff/operations/reductions/cumsum.hpp"

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

}  // namespace
}  // namespace grove::test
