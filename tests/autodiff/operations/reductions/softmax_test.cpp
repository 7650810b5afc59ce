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

TEST_CASE("many rows have the values and the gradients of each row") {
  const Eigen::MatrixXd x = 3 * (Eigen::VectorXd::LinSpaced(300 * 5, 0, 900).array().sin()).matrix().reshaped(300, 5);
  const Eigen::MatrixXd c = Eigen::VectorXd::LinSpaced(300 * 5, 0, 70).array().cos().matrix().reshaped(300, 5);
  const auto at_once = [&c](const auto& a) {
    return sum(softmax(a.rowwise()).cwiseProduct(c)) + sum(log_softmax(a.rowwise()).cwiseProduct(c)) +
           sum(square(logsumexp(a.rowwise()))) + sum(square(a.rowwise().sum()));
  };
  const auto by_row = [&c](const auto& a) {
    using T = scalar_t<decltype(a)>;
    T total = 0;
    for (Eigen::Index i = 0; i < c.rows(); ++i) {
      const Vector<T> row = a.row(i).transpose();
      const Eigen::VectorXd ci = c.row(i);
      total += softmax(row).dot(ci) + log_softmax(row).dot(ci) + square(logsumexp(row)) + square(row.sum());
    }
    return total;
  };
  const auto [value, slope] = value_and_grad(at_once)(x);
  const auto [expected, expected_slope] = value_and_grad(by_row)(x);
  CHECK(value == Approx(expected).epsilon(1e-13));
  CHECK((slope - expected_slope).cwiseAbs().maxCoeff() < 1e-12);
}

TEST_CASE("rows with infinite elements have the limits as gradients, and leave other rows alone") {
  Eigen::MatrixXd x = Eigen::MatrixXd::Zero(4, 2);
  x(0, 0) = infinity;
  x.row(1).setConstant(-infinity);
  x(2, 1) = std::numeric_limits<double>::quiet_NaN();
  const Eigen::ArrayXd y = evaluate([](const auto& a) { return logsumexp(a.rowwise()); }, x);
  CHECK(y[0] == infinity);
  CHECK(y[1] == -infinity);
  CHECK(std::isnan(y[2]));
  CHECK(y[3] == Approx(std::log(2)));
  const Eigen::VectorXd used = Eigen::Vector4d(1, 1, 0, 1);
  const Eigen::MatrixXd g = grad([&used](const auto& a) { return logsumexp(a.rowwise()).matrix().dot(used); })(x);
  CHECK(g == (Eigen::MatrixXd(4, 2) << 1, 0, 0.5, 0.5, 0, 0, 0.5, 0.5).finished());
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
