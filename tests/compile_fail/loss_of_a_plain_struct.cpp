// expect: it takes a plain double, matrix, Eigen::MatrixBase or struct where it must take
// A loss that takes a struct of plain numbers by its own name.
#include <autodiff/autodiff.hpp>

struct Line {
  double slope, intercept;
};

Line derivative(const Line& line) {
#ifdef GROVE_FIXED
  const auto loss = [](const auto& p) {
    auto& [slope, intercept] = p;
    return slope * slope + intercept;
  };
#else
  const auto loss = [](const Line& p) { return p.slope * p.slope + p.intercept; };
#endif
  return grove::grad(loss)(line);
}
