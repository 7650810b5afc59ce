// expect: BindItsMembersOrMakeItATemplate<Line
// A member function of a struct of plain numbers, called inside a loss (case plain-struct-member-function).
#include <autodiff/autodiff.hpp>

#ifdef GROVE_FIXED
template <class T = double>
#else
template <int = 0>
#endif
struct Line {
#ifndef GROVE_FIXED
  using T = double;
#endif
  T slope, intercept;
  T at(double x) const { return slope * x + intercept; }
};

Line<> derivative(const Line<>& line) {
  return grove::grad([](const auto& p) { return p.at(3.0); })(line);
}
