// expect: a parameter struct template has a member that stays plain when its scalar is replaced
// A member of a parameter template that is no variable inside the loss.
#include <autodiff/autodiff.hpp>

template <class T = double>
struct Decay {
  T rate;
#ifdef GROVE_FIXED
  grove::tree::Static<double> start;
#else
  double start;
#endif
};

Decay<> derivative(const Decay<>& x) {
  const auto loss = [](const auto& p) { return p.rate * 2.0; };
  return grove::grad(loss)(x);
}
