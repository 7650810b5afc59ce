// A whole fit: `minimize` with adam.
#include <grove/autodiff.hpp>
#include <grove/optim.hpp>

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
  const auto fit =
      grove::optim::minimize(loss, Line<>{Eigen::VectorXd::Zero(3), 0.0}, grove::optim::adam(0.1), {}, x, y);
  fmt::print("{} {}\n", fit.value, fit.params.b);
}
