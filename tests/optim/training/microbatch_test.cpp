// Functions of large batches, evaluated on small ones.
#include "optim/training/microbatch.hpp"

#include <Eigen/Core>
#include <tuple>

#include "autodiff/autodiff.hpp"
#include "tests/catch.hpp"

using namespace grove::optim;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

const MatrixXd x = MatrixXd::NullaryExpr(12, 3, [](Eigen::Index i, Eigen::Index j) {
  return std::sin(3.0 * static_cast<double>(i) + static_cast<double>(j));
});
const VectorXd y = x * VectorXd::LinSpaced(3, -1, 1) + VectorXd::LinSpaced(12, 0, 1);
const VectorXd params = VectorXd::Ones(3);
const auto sum_of_squares = [](const auto& p, const MatrixXd& a, const VectorXd& b) {
  return grove::sum(grove::square((a * p - b).array()));
};
const auto mean_of_squares = [](const auto& p, const MatrixXd& a, const VectorXd& b) {
  return grove::mean(grove::square((a * p - b).array()));
};

}  // namespace

TEST_CASE("sums and means over microbatches are those over the whole batch") {
  const auto [value, grads] = grove::value_and_grad(sum_of_squares)(params, x, y);
  for (const Eigen::Index size : {1, 3, 4, 12}) {
    INFO(size);
    const auto [sum, grads_of_sum] = microbatch<1, 2>(grove::value_and_grad(sum_of_squares), size)(params, x, y);
    CHECK(sum == Approx(value).epsilon(1e-13));
    CHECK((grads_of_sum - grads).norm() < 1e-12 * grads.norm());
    const auto means = microbatch<1, 2>(grove::value_and_grad(mean_of_squares), size, accumulate_mean);
    const auto [mean, grads_of_mean] = means(params, x, y);
    CHECK(mean == Approx(value / 12).epsilon(1e-13));
    CHECK((grads_of_mean - grads / 12).norm() < 1e-12 * grads.norm());
  }
}

TEST_CASE("results of microbatches are put one below the other") {
  const auto predict = [](const VectorXd& p, const MatrixXd& a) { return VectorXd(a * p); };
  CHECK(microbatch<1>(predict, 4, accumulate_concat)(params, x) == VectorXd(x * params));
  const auto squares = [](const std::vector<int>& v) {
    std::vector<int> result;
    for (int e : v) result.push_back(e * e);
    return result;
  };
  CHECK(microbatch<0>(squares, 2, accumulate_concat)(std::vector<int>{1, 2, 3, 4}) == std::vector<int>{1, 4, 9, 16});
}

TEST_CASE("microbatch says which rows do not fit") {
  const auto f = microbatch<1, 2>(sum_of_squares, 5);
  CHECK_THROWS_WITH(f(params, x, y), "microbatch: 12 rows are no multiple of microbatch_size = 5");
  CHECK_THROWS_WITH(f(params, MatrixXd(0, 3), VectorXd(0)),
                    "microbatch: 0 rows are no multiple of microbatch_size = 5");
  CHECK_THROWS_WITH(f(params, x, VectorXd(3)), "microbatch: the arguments with rows have different numbers of them");
  CHECK_THROWS_WITH(microbatch<0>(sum_of_squares, 0), "microbatch: microbatch_size must be positive, got 0");
}
