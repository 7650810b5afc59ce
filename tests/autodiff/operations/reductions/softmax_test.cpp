#include "autodiff/operations/reductions/softmax.hpp"

#include <cmath>
#include <limits>

#include "autodiff/autodiff.hpp"
#include "tests/autodiff/agreement.hpp"
#include "tests/catch.hpp"

namespace grove::test {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
const Eigen::MatrixXd m = (Eigen::MatrixXd(2, 3) << 0.5, -1, 2, 1, 3, -0.3).finished();
const Eigen::MatrixXd w = (Eigen::MatrixXd(2, 3) << 1, 2, -1, 0.5, 0.3, 4).finished();

TEST_CASE("softmax sums to 1 over everything, each row, each column") {
  CHECK(softmax(m).sum() == Approx(1));
  CHECK((softmax(m.rowwise()).rowwise().sum().array() - 1).abs().maxCoeff() < 1e-15);
  CHECK((softmax(m.colwise()).colwise().sum().array() - 1).abs().maxCoeff() < 1e-15);
  CHECK((log_softmax(m.rowwise()).array() - softmax(m.rowwise()).array().log()).abs().maxCoeff() < 1e-14);
  CHECK((log_softmax(m).array() - (m.array() - logsumexp(m))).abs().maxCoeff() < 1e-14);
}

TEST_CASE("softmax and log_softmax have the right gradients, whole and along rows and columns") {
  const auto loss = [](const auto& x) {
    return sum(softmax(x).cwiseProduct(w)) + sum(softmax(x.rowwise()).cwiseProduct(w)) +
           sum(softmax(x.colwise()).cwiseProduct(w)) + sum(log_softmax(x).cwiseProduct(w)) +
           sum(log_softmax(x.rowwise()).cwiseProduct(w)) + sum(log_softmax((x * 2.0).colwise()).cwiseProduct(w));
  };
  CHECK(first_order_disagreement({}, loss, m) == "");
  CHECK(first_order_disagreement({}, loss, Eigen::Matrix<double, 2, 3>(m)) == "");
  CHECK(first_order_disagreement({}, loss, Eigen::Matrix<double, 2, 3, Eigen::RowMajor>(m)) == "");
}

TEST_CASE("softmax has the right second derivatives") {
  const auto loss = [](const auto& x) {
    return sum(softmax(x.rowwise()).cwiseProduct(w)) + sum(square(log_softmax(x)));
  };
  CHECK(second_order_disagreement({}, loss, m) == "");
}

TEST_CASE("softmax neither overflows nor gives weight to a masked element") {
  const Eigen::ArrayXd x = (Eigen::ArrayXd(5) << 1000, 999, -infinity, -1000, 998).finished();
  const Eigen::ArrayXd y = softmax(x), log_y = log_softmax(x);
  CHECK(y.sum() == Approx(1));
  CHECK(y[2] == 0);
  CHECK(y[3] == 0);
  CHECK(log_y[2] == -infinity);
  CHECK(log_y[1] == Approx(log_y[0] - 1));
  const Eigen::ArrayXd g = grad([](const auto& a) { return softmax(a)(0); })(x);
  CHECK(g.allFinite());
  CHECK(g[2] == 0);
  CHECK(std::isnan(softmax(Eigen::ArrayXd(Eigen::ArrayXd::Constant(2, -infinity)))[0]));
  CHECK(softmax(Eigen::ArrayXd()).size() == 0);
}

}  // namespace
}  // namespace grove::test
