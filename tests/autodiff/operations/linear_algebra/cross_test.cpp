#include "autodiff/operations/linear_algebra/cross.hpp"

#include <Eigen/Geometry>

#include "tests/autodiff/derivatives.hpp"

using Eigen::MatrixXd;
using Eigen::Vector3d;
using namespace grove_test;

TEST_CASE("the cross product, active and plain, columns and rows") {
  const Vector3d w(0.9, -0.4, 1.6);
  check_agreement(
      [&](const auto& x) {
        const auto a = x.template block<3, 1>(0, 0);
        const auto b = x.template block<3, 1>(0, 1);
        return weigh(a.cross(b)) + weigh(a.cross(w)) + weigh(a.transpose().cross(b.transpose())) + a.cross(b).dot(w);
      },
      sample(3, 2));
  check_agreement([&](const auto& x) { return weigh(grove::cross(w, x.col(0))) + weigh(grove::cross(x.row(0), w)); },
                  sample(3, 3));
  CHECK(grove::cross(w, Vector3d(1, 2, 3)) == w.cross(Vector3d(1, 2, 3)));
  CHECK(message_of<grove::ShapeError>([&] { grove::cross(w, Eigen::Vector2d(1, 2)); }) ==
        "cross: needs two vectors of 3 elements, got 3 and 2");
}
