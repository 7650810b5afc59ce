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
        "svd: singular values 0 and 1 are equal, so the vectors have no derivative there; use the values alone, "
        "spectral of AᵀA, or perturb the matrix");
  // What depends on the basis, where nothing comes to the values and the bases lie along the axes.
  const auto fails = [](const auto& f, const MatrixXd& x) {
    return message_of<grove::Error>([&] { grove::grad(f)(x); }).rfind("svd: singular value", 0) == 0;
  };
  const auto root = [](const auto& x) {
    const auto f = grove::svd(x);
    return (f.u * f.values.array().sqrt().matrix().asDiagonal() * f.v.transpose()).eval()(0, 1);
  };
  const auto element = [](const auto& x) { return grove::square(grove::svd(x).u(0, 0)); };
  const MatrixXd wide = 3 * MatrixXd::Identity(2, 4);
  CHECK(fails(root, 2 * identity));
  CHECK(fails(element, 2 * identity));
  CHECK(fails(root, wide));
  CHECK(fails(element, MatrixXd::Zero(3, 2)));
}

TEST_CASE("svd: the sum of the singular values has the subgradient of smallest norm where some are zero") {
  const auto sum = [](const auto& x) { return grove::sum(grove::svd(x).values); };
  const Eigen::Vector4d u = Eigen::Vector4d(1, 2, -2, 4).normalized();
  const Eigen::Vector3d v = Eigen::Vector3d(2, -1, 2).normalized();
  const MatrixXd one = 5 * u * v.transpose(), nothing = MatrixXd::Zero(3, 2);
  CHECK(relative_difference(grove::grad(sum)(one), u * v.transpose()) < 1e-14);
  CHECK(relative_difference(grove::jacfwd(sum)(one).reshaped(4, 3), u * v.transpose()) < 1e-14);
  CHECK(relative_difference(grove::grad(sum)(nothing), nothing) == 0);
  const auto largest = [](const auto& x) { return grove::svd(x).values(0) * 1.0; };
  CHECK(relative_difference(grove::grad(largest)(MatrixXd::Identity(2, 2).eval()), MatrixXd::Identity(2, 2) / 2) <
        1e-15);
}

TEST_CASE("svd: a zero value") {
  MatrixXd a = sample(4, 2);
  a.col(1) = a.col(0);
  const auto first = [](const auto& x) { return weigh(grove::square(grove::svd(x).u.col(0).array()).matrix()); };
  CHECK(gradient_error(first, a) < 1e-8);
  const auto second = [](const auto& x) { return weigh(grove::square(grove::svd(x).u.col(1).array()).matrix()); };
  CHECK(
      message_of<grove::Error>([&] { grove::grad(second)(a); }) ==
      "svd: singular values 1 is zero, so its vectors have no derivative there; use the values alone, spectral of AᵀA, "
      "or perturb the matrix");
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
