// expect: name its members with GROVE_TREE
// Parameters of a class that is no aggregate.
#include <autodiff/autodiff.hpp>

class Weights {
 public:
  Weights() = default;
  double w = 1;
};
#ifdef GROVE_FIXED
GROVE_TREE(Weights, w);
#endif

Weights derivative(const Weights& weights) {
  return grove::grad([](const auto& p) {
    auto& [w] = p;
    return w * w;
  })(weights);
}
