// The same linear regression with Grove's gradient.
#include <autodiff/autodiff.hpp>

template <class T = double>
struct Line {
  grove::Vector<T> w;
  T b;
};

int main() {
  const Eigen::MatrixXd x = Eigen::MatrixXd::Random(20, 3);
  const Eigen::VectorXd y = Eigen::VectorXd::Random(20);
  const auto loss = [](const auto& p, const auto& inputs, const auto& targets) {
    return grove::mean(grove::square((inputs * p.w).array() + p.b - targets.array()));
  };
  const auto [value, grads] = grove::value_and_grad(loss)(Line<>{Eigen::VectorXd::Zero(3), 0.0}, x, y);
  fmt::print("{} {}\n", value, grads.b);
}
