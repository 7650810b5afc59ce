// expect: differ in structure
// Trees whose types have different numbers of members.
#include <autodiff/autodiff.hpp>

struct Line {
  double slope, intercept;
};
struct Parabola {
  double a, b, c;
};

#ifdef GROVE_FIXED
Line sum(const Line& a, const Line& b) { return grove::tree::add(a, b); }
#else
Line sum(const Line& a, const Parabola& b) { return grove::tree::add(a, b); }
#endif
