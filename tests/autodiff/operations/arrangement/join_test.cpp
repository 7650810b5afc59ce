#include "autodiff/operations/arrangement/join.hpp"

#include <array>
#include <vector>

#include "tests/autodiff/derivatives.hpp"

using Eigen::MatrixXd;
using Eigen::RowVectorXd;
using Eigen::VectorXd;
using namespace grove_test;

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

TEST_CASE("hcat, vcat and stack join active and plain blocks") {
  const MatrixXd a = sample(3, 4), w = sample(3, 2, 0.4);
  check_derivatives([&](const auto& x) { return weigh(grove::hcat(x, w, x * x.transpose())); }, a);
  check_derivatives([&](const auto& x) { return weigh(grove::vcat(w.transpose(), x.leftCols(3), x.rightCols(3))); },
                    MatrixXd(a));
  check_derivatives([](const auto& x) { return weigh(grove::stack(x(0, 1), 2.0, x(0, 1) * x(2, 2))); }, a);
  check_derivatives([&](const auto& x) { return weigh(grove::stack(x.col(0), w.col(1), x.col(1))); }, a);
  check_derivatives([](const auto& x) { return weigh(grove::hcat(std::vector{x.col(0), x.col(2)})); }, a);
  check_derivatives([](const auto& x) { return weigh(grove::stack(std::vector{x(0, 0), x(1, 1) * 2})); }, a);
  CHECK(grove::hcat(a, w).rightCols(2) == w);
  CHECK(grove::vcat(a, a).bottomRows(3) == a);
  CHECK(grove::stack(1.0, 2) == Eigen::Vector2d(1, 2));
  CHECK(grove::stack(a.col(0), a.col(1)) == a.leftCols(2).transpose());
  CHECK(grove::vcat(std::vector{a, a}).topRows(3) == a);
  CHECK(message_of<grove::ShapeError>([&] { grove::hcat(a, w.transpose()); }) ==
        "hcat: operand 1 is 2×3, the first one has 3 rows");
  CHECK(message_of<grove::ShapeError>([&] { grove::vcat(a, a, w); }) ==
        "vcat: operand 2 is 3×2, the first one has 4 columns");
  CHECK(message_of<grove::ShapeError>([] { grove::vcat(std::vector<MatrixXd>{}); }) == "vcat: the list is empty");
}

TEST_CASE("reshaped and replicate keep Eigen's order") {
  const MatrixXd a = sample(3, 4);
  const auto reshape = [&](const auto& x) {
    return weigh(x.reshaped(4, 3)) + weigh(x.reshaped()) + weigh(x.transpose().reshaped(6, 2)) +
           weigh(x.block(0, 1, 2, 3).reshaped(3, 2));
  };
  check_derivatives(reshape, a);
  check_derivatives(reshape, RowMajor(a));
  check_derivatives([](const auto& x) { return weigh(x.replicate(2, 3)) + weigh(x.row(1).replicate(3, 1)); }, a);
  const auto values = [&](const auto& x) {
    CHECK(grove::value_of(x.reshaped(4, 3)) == a.reshaped(4, 3));
    CHECK(grove::value_of(x.transpose().reshaped(6, 2)) == a.transpose().reshaped(6, 2));
    CHECK(grove::value_of(x.replicate(2, 2)) == a.replicate(2, 2));
    return x.sum();
  };
  grove::evaluate(values, a);
  CHECK(message_of<grove::ShapeError>([&] {
          grove::evaluate([](const auto& x) { return x.reshaped(5, 2).sum(); }, a);
        }) == "reshaped: 3×4 has 12 elements, 5×2 has 10");
}

TEST_CASE("x.rowwise() and x.colwise() combine with a vector") {
  const MatrixXd a = sample(3, 4), w = sample(3, 4, 0.9);
  const VectorXd v3 = sample(3, 1), v4 = sample(4, 1, 0.2);
  const auto sums = [&](const auto& x) {
    return weigh(x.rowwise() + v4.transpose()) + weigh(x.colwise() - v3) + weigh(x.rowwise() - v4) +
           weigh(w.rowwise() + x.row(0)) + weigh(x.colwise() - x.col(1));
  };
  const auto products = [&](const auto& x) {
    return weigh((x.array().colwise() * v3.array()).matrix()) +
           weigh((x.array().rowwise() / x.row(1).array()).matrix()) +
           weigh((w.array().colwise() * x.col(0).array()).matrix()) +
           weigh((w.array().rowwise() / (x.row(2).array() + 5)).matrix());
  };
  check_derivatives(sums, a);
  check_derivatives(sums, RowMajor(a));
  MatrixXd away = a.array() + 4;
  check_derivatives(products, away);
  check_derivatives(products, RowMajor(away));
  check_derivatives(sums, Eigen::Matrix<double, 3, 4>(a));
  CHECK(message_of<grove::ShapeError>([&] {
          grove::evaluate([&](const auto& x) { return (x.rowwise() + v3).sum(); }, a);
        }) == "rowwise: 3×4 and 3×1 differ");
}

TEST_CASE("products with diagonal matrices") {
  const MatrixXd a = sample(3, 4), w = sample(3, 4, 0.9);
  const VectorXd v3 = sample(3, 1), v4 = sample(4, 1, 0.2);
  const auto f = [&](const auto& x) {
    return weigh(x.row(0).asDiagonal() * x.transpose()) + weigh(x * v4.asDiagonal()) + weigh(v3.asDiagonal() * x) +
           weigh(x.col(1).asDiagonal() * w) + weigh(w * x.row(2).asDiagonal()) +
           weigh(x.col(1).asDiagonal().toDenseMatrix()) + weigh(Eigen::DiagonalMatrix<double, 3>(v3) * x);
  };
  check_derivatives(f, a);
  CHECK(message_of<grove::ShapeError>([&] {
          grove::evaluate([&](const auto& x) { return (v4.asDiagonal() * x).sum(); }, a);
        }) == "matmul: (4×4)·(3×4): inner dimensions 4 and 3 differ");
}
