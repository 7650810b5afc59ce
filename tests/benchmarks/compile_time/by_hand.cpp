// A linear regression with its gradient written by hand.
#if __has_include(<fmt/base.h>)
#include <fmt/format.h>
#else
#include <fmt/core.h>
#endif

#include <Eigen/Dense>

struct Line {
  Eigen::VectorXd w;
  double b;
};

int main() {
  const Eigen::MatrixXd x = Eigen::MatrixXd::Random(20, 3);
  const Eigen::VectorXd y = Eigen::VectorXd::Random(20);
  const Line p{Eigen::VectorXd::Zero(3), 0.0};
  const Eigen::VectorXd r = ((x * p.w).array() + p.b - y.array()).matrix();
  const double value = r.squaredNorm() / 20;
  const Line grads{2.0 / 20 * (x.transpose() * r), 2.0 / 20 * r.sum()};
  fmt::print("{} {}\n", value, grads.b);
}
