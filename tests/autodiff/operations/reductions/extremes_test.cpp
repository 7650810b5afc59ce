#include "autodiff/operations/reductions/extremes.hpp"

#include "tests/autodiff/derivatives.hpp"

using Eigen::MatrixXd;
using Eigen::VectorXd;
using namespace grove_test;

TEST_CASE("where an extreme is, and its gradient") {
  const MatrixXd a = sample(3, 4);
  const auto extremes = [](const auto& x) {
    Eigen::Index row = -1, col = -1;
    const auto largest = x.maxCoeff(&row, &col);
    int place = -1;
    const auto smallest = x.row(1).minCoeff(&place);
    return largest * (double(row) + 10 * double(col)) + smallest * smallest * (1.0 + place);
  };
  check_agreement(extremes, a);
  int first = -1;
  const auto tie = [&first](const auto& x) { return x.maxCoeff(&first); };
  CHECK(grove::grad(tie)(VectorXd(Eigen::Vector3d(1, 2, 2))) == Eigen::Vector3d(0, 1, 0));
  CHECK(first == 1);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(std::isnan(grove::evaluate(tie, VectorXd(Eigen::Vector3d(1, nan, 2)))));
  CHECK(first == 1);
  CHECK(message_of<grove::ShapeError>([&] { grove::evaluate(tie, VectorXd(0)); }) ==
        "max: needs at least one element, got none");
}

TEST_CASE("finite or not") {
  const auto ask = [](double entry) {
    std::pair<bool, bool> answers;
    grove::evaluate(
        [&](const auto& x) {
          answers = {(x * 1.0).allFinite(), x.hasNaN()};
          return x.sum();
        },
        VectorXd(Eigen::Vector2d(1, entry)));
    return answers;
  };
  CHECK(ask(2) == std::pair(true, false));
  CHECK(ask(std::numeric_limits<double>::infinity()) == std::pair(false, false));
  CHECK(ask(std::numeric_limits<double>::quiet_NaN()) == std::pair(false, true));
}
