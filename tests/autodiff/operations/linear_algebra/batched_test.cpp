#include "autodiff/operations/linear_algebra/batched.hpp"

#include "tests/autodiff/derivatives.hpp"

using Eigen::MatrixXd;
using namespace grove_test;

TEST_CASE("batched_matmul: the products one by one, both sides active") {
  const MatrixXd a = sample(6, 2), b = sample(4, 3, 0.7);  // two of 3×2 and of 2×3
  const MatrixXd y = grove::batched_matmul(a, b, 2);
  CHECK(y.topRows(3) == a.topRows(3) * b.topRows(2));
  CHECK(y.bottomRows(3) == a.bottomRows(3) * b.bottomRows(2));
  CHECK(MatrixXd(grove::batched_matmul_transposed(a, b.leftCols(2), 2)).topRows(3) ==
        a.topRows(3) * b.topLeftCorner(2, 2).transpose());
  CHECK(MatrixXd(grove::batched_matmul(a, b.topRows(2), 1)) == a * b.topRows(2));
  CHECK(grove::batched_matmul(MatrixXd(0, 0), MatrixXd(0, 3), 2).rows() == 0);
}

TEST_CASE("batched_matmul: derivatives") {
  // Attention of two examples of three rows each, all from one matrix of params.
  const MatrixXd x = sample(6, 2);
  const auto loss = [](const auto& p) {
    const auto scores = grove::batched_matmul_transposed(p, p, 2);
    return weigh(grove::batched_matmul(scores, p, 2));
  };
  check_agreement(loss, x);
}

TEST_CASE("batched_matmul: sizes that do not fit") {
  const MatrixXd a = sample(6, 2), b = sample(4, 3);
  CHECK(message_of<grove::ShapeError>([&] { grove::batched_matmul(a, b, 4); }) ==
        "batched_matmul: 6 rows cannot be shared out among 4 matrices");
  CHECK(message_of<grove::ShapeError>([&] { grove::batched_matmul(a, b, 0); }) ==
        "batched_matmul: 6 rows cannot be shared out among 0 matrices");
  CHECK(message_of<grove::ShapeError>([&] { grove::batched_matmul(a, b, 1); }) ==
        "batched_matmul: (6×2)·(4×3): inner dimensions 2 and 4 differ");
  CHECK(message_of<grove::ShapeError>([&] { grove::batched_matmul_transposed(a, b, 2); }) ==
        "batched_matmul_transposed: (3×2)·(3×2): inner dimensions 2 and 3 differ");
}
