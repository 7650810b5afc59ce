// Which sex is a penguin? Logistic regression on real measurements, judged on birds that it has not seen
// (cross-validation).
#include <string>

#include <fmt/format.h>
#include <Eigen/Core>

#include <grove/autodiff.hpp>
#include <grove/models.hpp>
#include <grove/optim.hpp>

namespace models = grove::models;
using models::LogisticRegression;

LogisticRegression<> fit(const Eigen::MatrixXd& x, const Eigen::VectorXd& labels) {
  const LogisticRegression<> start{Eigen::VectorXd::Zero(x.cols()), 0.0};
  return grove::optim::minimize(models::log_loss, start, grove::optim::adam(0.05), {.max_steps = 500}, x, labels)
      .params;
}

/// How many of the labels the model gets right.
Eigen::Index hits(const LogisticRegression<>& model, const Eigen::MatrixXd& x, const Eigen::VectorXd& labels) {
  return ((model(x) > 0.5).cast<double>() == labels.array()).count();
}

int main() {
  const models::Table table = models::read_csv(GROVE_EXAMPLE_DATA "/penguins.csv").drop_missing();
  const auto [x, names] =
      models::design_matrix(table, {"bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g", "species"});
  const Eigen::VectorXd is_male = table.indicator("sex", "male");

  const Eigen::MatrixXd z = models::fit_standardizer(x, names)(x);
  const LogisticRegression<> model = fit(z, is_male);
  grove::gradcheck(models::log_loss, model, z, is_male);

  Eigen::Index right = 0;
  for (const auto& [train, test] : models::k_fold(table.rows(), 5)) {
    const auto standardize = models::fit_standardizer(models::select_rows(x, train), names);
    const auto seen = fit(standardize(models::select_rows(x, train)), models::select_rows(is_male, train));
    right += hits(seen, standardize(models::select_rows(x, test)), models::select_rows(is_male, test));
  }

  for (Eigen::Index j = 0; j < x.cols(); ++j)
    fmt::print("{:<20}{:8.3f}\n", names[static_cast<std::size_t>(j)], model.weight[j]);
  const double share = static_cast<double>(right) / static_cast<double>(table.rows());
  fmt::print("right on {} of {} penguins held back, {:.1f} %\n", right, table.rows(), 100 * share);
  return share > 0.85 ? 0 : 1;
}
