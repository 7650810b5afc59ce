// A loss of Grove's minimised by NLopt, with bounds.
#include <nlopt.hpp>

#include <fmt/format.h>

#include "decay.hpp"

int main() {
  const Measured data;
  auto f = grove::flat(squares, Decay<>{1, 1}, data);

  nlopt::opt solver(nlopt::LD_LBFGS, static_cast<unsigned>(f.size()));
  solver.set_min_objective([](unsigned, const double* x, double* gradient,
                              void* loss) { return (*static_cast<decltype(f)*>(loss))(x, gradient); },
                           &f);
  solver.set_lower_bounds(0.1);
  solver.set_xtol_rel(1e-8);
  const Eigen::VectorXd start = f.start();
  std::vector<double> x(start.data(), start.data() + start.size());
  double value = 0;
  solver.optimize(x, value);

  const Decay<> best = f.params(x.data());
  fmt::print("height {:.5f}, rate {:.5f}, after {} evaluations\n", best.height, best.rate, solver.get_numevals());
  return is_right(best) ? 0 : 1;
}
