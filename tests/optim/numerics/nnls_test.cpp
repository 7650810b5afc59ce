// Least squares with coefficients that are not negative: against optax, and by the conditions of a minimum.
#include "optim/numerics/nnls.hpp"

#include <Eigen/Core>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>

#include "autodiff/error.hpp"
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

/// The conditions of Karush, Kuhn and Tucker: no coefficient is negative, and none can change for the better.
void check_optimal(const MatrixXd& m, const VectorXd& b) {
  const VectorXd x = nnls(m, b);
  const VectorXd slope = m.transpose() * (b - m * x);
  // Of an ill-conditioned matrix the solution is large, and its residual known to so much.
  const double scale = m.norm() * (b.norm() + m.norm() * x.norm()) + std::numeric_limits<double>::min();
  CHECK(x.minCoeff() >= 0);
  CHECK(slope.maxCoeff() <= 1e-12 * scale);
  CHECK((x.array() * slope.array()).abs().maxCoeff() <= 1e-12 * scale * (1 + x.maxCoeff()));
}

}  // namespace

TEST_CASE("nnls follows optax and ends where no coefficient can change for the better") {
  MatrixXd spectra(4, 3), mixture(4, 2);
  spectra << 1, 0.9, 0.1, 0.2, 0.3, 1, 0.5, 0.6, 0.2, 0.1, 0, 0.7;
  mixture << 1, -0.5, 0.3, 1, 0.8, 0.2, -0.2, 0.9;
  CHECK((nnls(spectra, mixture) - matrix_of(reference("nnls"), 0, 3, 2)).cwiseAbs().maxCoeff() < 1e-8);
  double seed = 0;
  const auto random = [&](double) {
    seed += 2.3;
    return std::sin(seed) * std::cos(3 * seed);
  };
  for (const auto& [rows, cols] : {std::pair{1, 1}, {5, 3}, {3, 6}, {20, 12}, {8, 8}, {4, 1}}) {
    for (const double scale : {1.0, 1e-120, 1e120}) {
      INFO(rows << "×" << cols << ", scale " << scale);
      const MatrixXd m = scale * MatrixXd::Zero(rows, cols).unaryExpr(random);
      check_optimal(m, VectorXd::Zero(rows).unaryExpr(random));
      check_optimal(m.cwiseAbs(), -VectorXd::Ones(rows));
      check_optimal(m, m * VectorXd::Ones(cols));
      MatrixXd twice(rows, 2 * cols);
      twice << m, m;  // no unique solution
      check_optimal(twice, VectorXd::Zero(rows).unaryExpr(random));
    }
  }
  CHECK(nnls(MatrixXd::Zero(3, 2), VectorXd::Ones(3)).isZero(0));
  CHECK(nnls(MatrixXd::Identity(2, 2), VectorXd::Zero(2)).isZero(0));
  CHECK(nnls(MatrixXd(3, 0), VectorXd::Ones(3)).size() == 0);
  const Eigen::VectorXf single = nnls(spectra.cast<float>(), mixture.col(0).cast<float>());
  CHECK((single.cast<double>() - nnls(spectra, mixture.col(0))).norm() < 1e-6);
  CHECK_THROWS_WITH(nnls(a, VectorXd::Ones(3)), "nnls: a has 4 rows and b has 3");
  CHECK_THROWS_AS(nnls(a, VectorXd::Constant(4, inf)), grove::DataError);
}
