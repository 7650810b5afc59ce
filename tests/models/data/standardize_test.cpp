// Standardising columns.
#include <models/data/standardize.hpp>

#include <limits>

#include "tests/catch.hpp"

using grove::models::fit_standardizer;
using grove::models::Standardizer;

TEST_CASE("standardised columns have mean 0 and standard deviation 1, and come back", "[standardize]") {
  const Eigen::MatrixXd x = (Eigen::MatrixXd::Random(50, 3) * 40).rowwise() + Eigen::RowVector3d(1e3, -7, 0);
  const Standardizer standardize = fit_standardizer(x);
  const Eigen::MatrixXd z = standardize(x);
  CHECK(z.colwise().mean().cwiseAbs().maxCoeff() < 1e-12);
  CHECK((z.colwise().squaredNorm().array() / 50 - 1).abs().maxCoeff() < 1e-12);
  CHECK((standardize.inverse(z) - x).cwiseAbs().maxCoeff() < 1e-10);
}

TEST_CASE("a vector is a matrix of one column", "[standardize]") {
  const Eigen::VectorXd y = Eigen::Vector4d(1, 2, 3, 4);
  const Standardizer standardize = fit_standardizer(y);
  CHECK(standardize.mean[0] == 2.5);
  CHECK(standardize.scale[0] == Approx(std::sqrt(1.25)));
}

TEST_CASE("columns that cannot be standardised are errors", "[standardize]") {
  Eigen::MatrixXd x = Eigen::MatrixXd::Random(4, 2);
  CHECK_THROWS_WITH(fit_standardizer(x.topRows(1)), "fit_standardizer: at least two rows are needed, got 1");
  CHECK_THROWS_WITH(fit_standardizer(x)(Eigen::MatrixXd::Zero(4, 3)), "standardize: fitted to 2 columns, applied to 3");
  x.col(1).setConstant(0.1);
  CHECK_THROWS_WITH(fit_standardizer(x), "fit_standardizer: column 1 is 0.1 in every row; leave it out");
  CHECK_THROWS_WITH(fit_standardizer(x, {"a", "b"}), "fit_standardizer: column 'b' is 0.1 in every row; leave it out");
  x(2, 0) = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH(fit_standardizer(x), "fit_standardizer: column 0 holds a value that is not finite");
}
