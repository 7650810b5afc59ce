// expect: RegisteredWithGroveTree
// Parameters of an aggregate with a base class.
#include <autodiff/autodiff.hpp>

struct Shape {
  double width = 0;
};
struct Box : Shape {
  double depth = 0;
};
#ifdef GROVE_FIXED
GROVE_TREE(Box, width, depth);
#endif

double size(const Box& box) { return grove::tree::squared_norm(box); }
