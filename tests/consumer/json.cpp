// A user's program with the optional component.
#include <grove/json.hpp>

int main() {
  double x = 0;
  grove::optim::from_json(grove::optim::to_json(2.5), x);
  return x == 2.5 ? 0 : 1;
}
