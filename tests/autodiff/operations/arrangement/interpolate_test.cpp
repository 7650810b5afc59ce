#include "autodiff/operations/arrangement/interpolate.hpp"

#include <cmath>

#include "autodiff/autodiff.hpp"
#include "tests/autodiff/agreement.hpp"
#include "tests/catch.hpp"

namespace grove::test {
namespace {

using Eigen::Vector3d;
using Eigen::VectorXd;

const Vector3d at(0, 1, 3), values(1, 2, 0);

// numpy.interp's values
TEST_CASE("interpolate follows the lines between the places, and is constant beyond the ends") {
  CHECK(interpolate((VectorXd(6) << -1, 0, 0.5, 1, 2, 9).finished(), at, values).matrix() ==
        (VectorXd(6) << 1, 1, 1.5, 2, 1, 0).finished());
  CHECK(interpolate(0.25, at, values) == 1.25);
  CHECK(interpolate(2, at, values) == 1);
  CHECK(interpolate(3.0, at, values) == 0);
  CHECK(std::isnan(interpolate(std::nan(""), at, values)));
  const Eigen::Matrix<double, 1, 1> one(4.0);
  CHECK(interpolate(7.0, one, one) == 4);
  CHECK_THROWS_WITH(interpolate(0.0, at, VectorXd::Zero(2)),
                    "interpolate: 3 places and 2 values; there must be as many");
  CHECK_THROWS_WITH(interpolate(0.0, Vector3d(0, 2, 2), values),
                    "interpolate: the places must increase, but element 2 is 2 after 2");
  CHECK_THROWS_AS(interpolate(0.0, VectorXd(), VectorXd()), ShapeError);
}

template <class T>
struct Tables {
  grove::Vector<T> x, at, values;
};

TEST_CASE("interpolate has derivatives in x, in the places and in the values") {
  const Tables<double> p{(VectorXd(5) << -1, 0.5, 0.9, 2.2, 5).finished(), at, values};
  const auto loss = [](const auto& t) {
    return sum(square(interpolate(t.x, t.at, t.values))) + sin(interpolate(t.x(3), t.at, t.values));
  };
  CHECK(second_order_disagreement({}, loss, p) == "");
  const VectorXd slope = grad([](const auto& x) { return sum(interpolate(x, at, values)); })(p.x);
  CHECK(slope == (VectorXd(5) << 0, 1, 1, -1, 0).finished());
}

}  // namespace
}  // namespace grove::test
