// A user's program, with folders of its own that are called as Grove's (own-models-folder); see CMakeLists.txt.
#include <autodiff/error.hpp>
#include <cmath>
#include <cstdio>
#include <grove/grove.hpp>
#include <models/models.hpp>
#include <optim/optim.hpp>

static_assert(GROVE_VERSION >= 100 && grove::version_major == GROVE_VERSION_MAJOR);

double fitted_slope();

int main() {
  const auto cube = [](const auto& x) { return x * x * x; };
  const double slope = fitted_slope();
  std::printf("%g %g\n", grove::grad(cube)(2.0), slope);
  return grove::grad(cube)(2.0) == 12 && std::abs(slope - OwnModel().slope) < 1e-6 ? 0 : 1;
}
