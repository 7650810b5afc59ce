#include "autodiff/operations/linear_algebra/svd.hpp"

#include "tests/autodiff/derivatives.hpp"

using Eigen::MatrixXd;
using namespace grove_test;

namespace {

// Quantities that do not depend on the signs of the vectors.
const auto vectors = [](const auto& x) {
  const auto [u, values, v] = grove::svd(x);
  return weigh(grove::square(u.array()).matrix()) + weigh(grove::square(v.array()).matrix()) +
         u(0, 1) * v(1, 1) * values[0];
};

}  // namespace

TEST_CASE("svd: tall, square and wide") {
  for (const auto& [rows, cols] : {std::pair(4, 3), std::pair(3, 3), std::pair(3, 4)}) {
    const MatrixXd a = sample(rows, cols);
    check_derivatives([](const auto& x) { return weigh(grove::svd(x).values); }, a);
    check_derivatives(vectors, a);
    const auto [u, values, v] = grove::svd(a);
    CHECK((u * values.asDiagonal() * v.transpose() - a).norm() < 1e-12);
  }
}

TEST_CASE("svd: equal values") {
  const MatrixXd identity = MatrixXd::Identity(3, 3);
  const auto squares = [](const auto& x) { return grove::sum(grove::square(grove::svd(x).values)); };
  CHECK(relative_difference(grove::grad(squares)(identity), 2 * identity) < 1e-14);
  // The orthogonal factor of the polar decomposition needs no gap.
  const auto polar = [](const auto& x) {
    const auto f = grove::svd(x);
    return weigh(f.u * f.v.transpose());
  };
  CHECK(gradient_error(polar, identity) < 1e-8);
  CHECK(message_of<grove::Error>([&] { grove::grad(vectors)(identity); }) ==
        "svd: singular values 0 and 1 are equal, so the vectors have no derivative there; use the values alone, or "
        "perturb the matrix");
}

TEST_CASE("svd: a zero value") {
  MatrixXd a = sample(4, 2);
  a.col(1) = a.col(0);
  const auto first = [](const auto& x) { return weigh(grove::square(grove::svd(x).u.col(0).array()).matrix()); };
  CHECK(gradient_error(first, a) < 1e-8);
  const auto second = [](const auto& x) { return weigh(grove::square(grove::svd(x).u.col(1).array()).matrix()); };
  CHECK(message_of<grove::Error>([&] { grove::grad(second)(a); }) ==
        "svd: singular values 1 is zero, so its vectors have no derivative there; use the values alone, or perturb the "
        "matrix");
}

// Here, since Eigen's own decompositions take long to compile.
TEST_CASE("factors need no derivative of a constant") {
  const MatrixXd a = sample(3, 3);
  const auto constants = [&](const auto& x) {
    const auto [q, r] = grove::qr(a);
    return (q * x).squaredNorm() + grove::determinant(a) * x(0, 0) + grove::svd(a).values[0];
  };
  check_derivatives(constants, a);
}
