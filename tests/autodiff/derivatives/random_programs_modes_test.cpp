// Random programs in every mode and order.
#include "random_programs.hpp"
#include "tests/autodiff/agreement.hpp"
#include "tests/catch.hpp"

using namespace grove::test;

TEST_CASE("random programs have one value and one derivative in all modes") {
  std::uint64_t random = 7;
  std::string wrong;
  for (int n = 0; n < 1000 && wrong.empty(); ++n) {
    const Program program = random_program(random);
    const Inputs<> at = random_point<double>(random).first;
    const std::string found = disagreement({.differences = !stops(program)}, run, at, program);
    if (!found.empty()) wrong = found + " in\n" + text(program);
  }
  CHECK(wrong == "");
}
