// A loss of Grove's minimised by dlib, which asks for the value and the gradient by two functions.
#include <dlib/optimization.h>

#include <fmt/format.h>

#include "decay.hpp"

using Column = dlib::matrix<double, 0, 1>;

int main() {
  const Measured data;
  auto f = grove::flat(squares, Decay<>{1, 1}, data);

  const auto value = [&](const Column& x) { return f(x.begin(), nullptr); };
  const auto gradient = [&](const Column& x) {
    Column g(x.size());
    f(x.begin(), g.begin());
    return g;
  };
  const Eigen::VectorXd start = f.start();
  Column x = dlib::mat(start.data(), start.size());
  dlib::find_min(dlib::bfgs_search_strategy(), dlib::objective_delta_stop_strategy(1e-14), value, gradient, x, 0);

  const Decay<> best = f.params(x.begin());
  fmt::print("height {:.5f}, rate {:.5f}\n", best.height, best.rate);
  return is_right(best) ? 0 : 1;
}
