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
  CHECK_THROWS_WITH(fit_standardizer(x),
                    "fit_standardizer: column 1 is 0.1 in every row; leave it out, or pass ConstantColumns::keep");
  CHECK_THROWS_WITH(fit_standardizer(x, {"a", "b"}),
                    "fit_standardizer: column 'b' is 0.1 in every row; leave it out, or pass ConstantColumns::keep");
  x(2, 0) = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH(fit_standardizer(x), "fit_standardizer: column 0 holds a value that is not finite");
}

TEST_CASE("columns of any size, and columns that differ by rounding (standardizer-limits)", "[standardize]") {
  const Eigen::VectorXd y = Eigen::Vector4d(1, 2, 3, 4);
  for (const double size : {1e-300, 1e-200, 1e-3, 1e3, 1e200, 4e307}) {
    const Standardizer standardize = fit_standardizer(size * y);
    CHECK(standardize.scale[0] / size == Approx(std::sqrt(1.25)).epsilon(1e-14));
    CHECK(standardize.mean[0] / size == Approx(2.5).epsilon(1e-14));
  }
  Eigen::MatrixXd x(3, 2);
  x << 0.3, 1, 0.1 + 0.2, 2, 0.3, 3;
  CHECK_THROWS_WITH(fit_standardizer(x), Catch::Matchers::StartsWith("fit_standardizer: column 0 is 0.3 in every row"));
  const Standardizer kept = fit_standardizer(x, {}, grove::models::ConstantColumns::keep);
  CHECK(kept.scale[0] == 1);
  CHECK(kept(x).col(0).cwiseAbs().maxCoeff() < 1e-15);
  CHECK(fit_standardizer(Eigen::MatrixXd::Zero(2, 1), {}, grove::models::ConstantColumns::keep).scale[0] == 1);
  // 1e-6 of the size is a difference, not rounding.
  CHECK(fit_standardizer((1e9 + y.array() * 1e-3).matrix()).scale[0] == Approx(1e-3 * std::sqrt(1.25)).epsilon(1e-4));
}
