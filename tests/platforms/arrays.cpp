// Operations on arrays: broadcasting, reductions, linear algebra, special functions.
#include <autodiff/derivatives/grad.hpp>
#include <autodiff/operations/operations.hpp>
#include <numbers>

#include "smoke.hpp"

int main() {
  const Eigen::MatrixXd a = (Eigen::MatrixXd(2, 2) << 4, 1, 1, 3).finished();
  const Eigen::VectorXd b = Eigen::Vector2d(1, 2);
  const auto energy = [&](const auto& m) { return grove::dot(b, grove::solve(m, b)); };
  const Eigen::VectorXd u = a.inverse() * b;
  smoke::expect("solve", (grove::grad(energy)(a) + u * u.transpose()).norm() < 1e-12);
  smoke::expect("log det",
                (grove::grad([](const auto& m) { return grove::logdet(m); })(a) - a.inverse()).norm() < 1e-12);
  smoke::expect("log-sum-exp", smoke::near(grove::grad([](const auto& z) { return grove::logsumexp(z); })(b)[0],
                                           1 / (1 + std::exp(1.0))));
  smoke::expect("erf", smoke::near(grove::grad([](const auto& z) { return erf(z); })(0.3),
                                   std::numbers::inv_sqrtpi * 2 * std::exp(-0.09)));
  smoke::expect("shapes that do not fit",
                smoke::throws<grove::ShapeError>(
                    [&] { grove::grad([&](const auto& z) { return grove::sum(a * z); })(Eigen::VectorXd(3)); }, "2×2"));
  return smoke::failures;
}
