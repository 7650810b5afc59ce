// gradcheck: what it passes, and what it reports.
#include <autodiff/gradcheck/gradcheck.hpp>
#include <autodiff/gradcheck/of_gradient.hpp>
#include <autodiff/operations/operations.hpp>

#include "smoke.hpp"

int main() {
  const auto loss = [](const auto& p) { return grove::sum(exp(p.array()) * sin(p.array())); };
  const Eigen::VectorXd at = Eigen::Vector3d(0.1, -2, 1);
  smoke::expect("a right gradient", static_cast<bool>(grove::gradcheck_report(loss, at)));
  const auto wrong = [](const Eigen::VectorXd& p) {
    return Eigen::VectorXd((p.array().exp() * (p.array().sin() - p.array().cos())).matrix());
  };
  smoke::expect("a wrong one",
                smoke::throws<grove::GradcheckError>([&] { grove::gradcheck_gradient(loss, wrong, at); }, "wrong"));
  return smoke::failures;
}
