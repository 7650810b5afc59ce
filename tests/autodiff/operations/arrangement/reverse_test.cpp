#include "autodiff/operations/arrangement/reverse.hpp"

#include "tests/autodiff/derivatives.hpp"

using Eigen::MatrixXd;
using namespace grove_test;

TEST_CASE("reverse: whole, by rows and by columns") {
  const MatrixXd a = sample(3, 4);
  const auto members = [](const auto& x) {
    return weigh(x.reverse()) + weigh(x.rowwise().reverse()) + weigh(x.colwise().reverse()) + weigh(x.row(1).reverse());
  };
  check_agreement(members, a);
  check_agreement(members, Eigen::Matrix<double, 2, 3, Eigen::RowMajor>(a.topLeftCorner(2, 3)));
  CHECK(grove::reverse(a) == a.reverse());
  CHECK(grove::reverse(a.rowwise()) == a.rowwise().reverse());
}

TEST_CASE("rows and columns: replicate, normalized, and one after the other") {
  check_agreement([](const auto& x) { return weigh(x.rowwise().replicate(2)) + weigh(x.colwise().replicate(3)); },
                  sample(3, 4));
  check_agreement([](const auto& x) { return weigh(x.rowwise().normalized()) + weigh(x.colwise().normalized()); },
                  sample(3, 4));
  check_agreement(
      [](const auto& x) {
        auto total = x(0, 0) * 0.0;
        for (const auto& row : x.rowwise()) total += row.norm();
        for (const auto& col : x.colwise()) total += col(0) * col(1);
        return total;
      },
      sample(3, 4));
}
