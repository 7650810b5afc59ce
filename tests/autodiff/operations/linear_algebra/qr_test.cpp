#include "autodiff/operations/linear_algebra/qr.hpp"

#include "tests/autodiff/derivatives.hpp"

using Eigen::MatrixXd;
using namespace grove_test;

namespace {

const auto factors = [](const auto& x) {
  const auto [q, r] = grove::qr(x);
  return weigh(q) + weigh(r) + q(0, 0) * r(0, 0);
};

}  // namespace

TEST_CASE("qr: tall, square and wide") {
  for (const auto& [rows, cols] : {std::pair(5, 3), std::pair(3, 3), std::pair(3, 5)}) {
    const MatrixXd a = sample(rows, cols);
    check_agreement(factors, a);
    const auto [q, r] = grove::qr(a);
    CHECK((q * r - a).norm() < 1e-12);
    CHECK((q.transpose() * q - MatrixXd::Identity(3, 3)).norm() < 1e-12);
    CHECK(r.diagonal().minCoeff() > 0);
    CHECK(r.triangularView<Eigen::StrictlyLower>().toDenseMatrix().norm() == 0);
  }
}

TEST_CASE("qr: one factor alone, static sizes") {
  const Eigen::Matrix<double, 4, 2> a = sample(4, 2);
  check_agreement([](const auto& x) { return weigh(grove::qr(x).q); }, a);
  check_agreement([](const auto& x) { return weigh(grove::qr(x).r); }, a);
}

TEST_CASE("qr: of a triangular matrix, where Householder vectors vanish") {
  const MatrixXd a = sample(3, 3).triangularView<Eigen::Upper>();
  check_agreement(factors, a);
}

TEST_CASE("qr: dependent columns have factors but no derivatives") {
  MatrixXd a = sample(4, 3);
  a.col(1) = 2 * a.col(0);
  CHECK((grove::qr(a).q * grove::qr(a).r - a).norm() < 1e-12);
  CHECK_THAT(message_of<grove::Error>([&] { grove::grad(factors)(a); }),
             Catch::Matchers::StartsWith("qr: the columns are linearly dependent (r(1,1) is zero)"));
}
