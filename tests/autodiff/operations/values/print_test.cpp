#include "autodiff/operations/values/print.hpp"

#include <sstream>

#include "autodiff/autodiff.hpp"
#include "tests/catch.hpp"

TEST_CASE("variables and active arrays print their values") {
  std::string numbers;
  std::ostringstream arrays;
  const auto loss = [&](const auto& x) {
    numbers += fmt::format("{} {:.2f} {:>6}|", x(0), x(0) / 3, x(1));
    arrays << x.transpose() << "; " << 2 * x.transpose() << "; " << x(1) << "|";
    return x.squaredNorm();
  };
  const Eigen::VectorXd at = Eigen::Vector2d(0.5, -2);
  grove::grad(loss)(at);
  grove::hvp(loss)(at, at);
  CHECK(numbers == "0.5 0.17     -2|0.5 0.17     -2|");
  CHECK(arrays.str() == "0.5  -2;  1 -4; -2|0.5  -2;  1 -4; -2|");
}
