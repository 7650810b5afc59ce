// What gdb is to show: see expected.txt.
#include <grove/autodiff.hpp>

#include <map>
#include <optional>
#include <vector>

struct Layer {
  Eigen::MatrixXd weight;
  Eigen::Matrix<float, 2, 2, Eigen::RowMajor> fixed;
};
struct Params {
  std::vector<Layer> layers;
  double bias;
  std::map<std::string, Eigen::VectorXd> groups;
  std::optional<double> none;
  int degree;
};
template <class T = double>
struct Line {
  grove::Vector<T> weight;
  T bias;
};

void stop_here() {}

int main() {
  Params params{{{Eigen::MatrixXd{{1, 2, 3}, {4, 5, 6}}, {}}}, 0.5, {{"a", Eigen::VectorXd{{7, 8}}}}, {}, 3};
  params.layers[0].fixed << 1, 2, 3, 4;
  const grove::Dual<double, 2> dual(1.5, 1.0, 1);
  const auto loss = [&](const auto& p) {
    const auto constant = grove::scalar_t<decltype(p)>(2);
    const auto row = p.weight.transpose();
    const auto tail = p.weight.tail(2);
    const auto lazy = p.weight + p.weight;
    const auto sum = p.weight.sum() + p.bias * constant;
    stop_here();
    return sum + row.sum() + tail.sum() + lazy.sum() + dual.value + params.bias;
  };
  const auto grads = grove::grad(loss)(Line<>{Eigen::VectorXd{{1, -2, 0.25}}, 4});
  return grads.bias == 2 ? 0 : 1;
}
