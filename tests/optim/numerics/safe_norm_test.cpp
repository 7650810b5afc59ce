// Norms of every order against optax.
#include "optim/numerics/safe_norm.hpp"

#include <Eigen/Core>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>

#include "tests/optim/golden.hpp"

using namespace grove::optim;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

const golden::Row& reference(const std::string& name) {
  static const auto all = golden::cases("numerics.txt");
  return all.at(name);
}

/// Numbers from `first` on, as a matrix row by row.
MatrixXd matrix_of(const golden::Row& row, std::size_t first, Eigen::Index rows, Eigen::Index cols) {
  REQUIRE(row.size() >= first + static_cast<std::size_t>(rows * cols));
  return Eigen::Map<const RowMajor>(row.data() + first, rows, cols);
}

const MatrixXd a = (MatrixXd(4, 3) << 1.5, -2.0, 0.25, 0.5, 3.0, -1.0, -0.75, 0.1, 2.0, 1.0, 1.0, 0.3).finished();

template <class X, class Order>
void check_norm(const std::string& name, const X& x, Order ord) {
  INFO(name);
  const golden::Row& row = reference(name);
  const auto norm = [&](const auto& y) { return safe_norm(y, 1e-3, ord); };
  CHECK(norm(x) == Approx(row[0]).epsilon(1e-13));
  CHECK((grove::grad(norm)(x) - matrix_of(row, 1, x.rows(), x.cols())).cwiseAbs().maxCoeff() < 1e-12);
  const X zero = X::Zero(x.rows(), x.cols());
  CHECK(norm(zero) == 1e-3);
  CHECK(grove::grad(norm)(zero).isZero(0));
}

}  // namespace

TEST_CASE("safe_norm of every order follows optax, and has no gradient at zero") {
  const VectorXd x = a.col(0);
  check_norm("safe_norm_vector_1", x, 1.0);
  check_norm("safe_norm_vector_2", x, 2.0);
  check_norm("safe_norm_vector_3", x, 3.0);
  check_norm("safe_norm_vector_0.5", x, 0.5);
  check_norm("safe_norm_vector_inf", x, inf);
  check_norm("safe_norm_vector_-inf", x, -inf);
  check_norm("safe_norm_matrix_1", a, 1.0);
  check_norm("safe_norm_matrix_-1", a, -1.0);
  check_norm("safe_norm_matrix_2", a, 2.0);
  check_norm("safe_norm_matrix_-2", a, -2.0);
  check_norm("safe_norm_matrix_inf", a, inf);
  check_norm("safe_norm_matrix_-inf", a, -inf);
  check_norm("safe_norm_matrix_nuc", a, nuclear);
  CHECK(safe_norm(-3.0, 1.0, 1.0) == 3);
  CHECK_THROWS_WITH(safe_norm(a, 1.0, 3.0), "safe_norm: ord must be ±1, ±2 or ±infinity for a matrix, got 3");
  CHECK_THROWS_WITH(safe_norm(x, 1.0, std::nan("")), "safe_norm: ord must be a number other than 0, got nan");
  CHECK_THROWS_WITH(safe_norm(x, -1.0, 1.0), "safe_norm: min_norm must not be negative, got -1");
}
