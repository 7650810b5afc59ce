// A user's program with Grove as one header.
#include <grove.hpp>

static_assert(GROVE_VERSION >= 100);

int main() {
  const auto cube = [](const auto& x) { return x * x * x; };
  return grove::grad(cube)(2.0) == 12 ? 0 : 1;
}
