#include "autodiff/operations/linear_algebra/eigh.hpp"

#include "tests/autodiff/derivatives.hpp"

using Eigen::MatrixXd;
using Eigen::VectorXd;
using namespace grove_test;

namespace {

MatrixXd symmetric(Eigen::Index n) {
  const MatrixXd a = sample(n, n);
  return a + a.transpose();
}

// A quantity of the vectors that does not depend on their signs.
template <class V>
auto squares(const V& vectors) {
  return weigh(grove::square(vectors.array()).matrix());
}

}  // namespace

TEST_CASE("eigh: values and vectors") {
  const MatrixXd a = symmetric(4);
  check_derivatives([](const auto& x) { return weigh(grove::eigh(x).values); }, a);
  check_derivatives([](const auto& x) { return squares(grove::eigh(x).vectors); }, a);
  const auto both = [](const auto& x) {
    const auto [values, vectors] = grove::eigh(x);
    return grove::sum((vectors * values.asDiagonal()).col(1)) * vectors(2, 1) + squares(vectors);
  };
  check_derivatives(both, a);
  const Eigen::Matrix3d a3 = a.topLeftCorner<3, 3>();
  check_derivatives(both, a3);
  const auto [values, vectors] = grove::eigh(a);
  CHECK((vectors * values.asDiagonal() * vectors.transpose() - a).norm() < 1e-12);
  CHECK(grove::eigh(MatrixXd(0, 0)).values.size() == 0);
}

TEST_CASE("eigh: of the symmetric part") {
  MatrixXd a = symmetric(3);
  a(0, 2) += 0.3;
  check_derivatives([](const auto& x) { return weigh(grove::eigh(x).values); }, a);
}

TEST_CASE("eigh: gradients of values do not divide by gaps") {
  const MatrixXd identity = MatrixXd::Identity(3, 3);
  const auto sum_of_squares = [](const auto& x) { return grove::sum(grove::square(grove::eigh(x).values)); };
  CHECK(relative_difference(grove::grad(sum_of_squares)(identity), 2 * identity) < 1e-14);
  const MatrixXd direction = symmetric(3);
  const auto forward = grove::jvp([](const auto& x) { return grove::sum(grove::eigh(x).values); })(identity, direction);
  CHECK(forward.tangent == Approx(direction.trace()));
}

TEST_CASE("eigh: vectors of separate values, next to equal ones") {
  // The largest value is simple, the others are equal; its vector has a derivative.
  Eigen::Vector3d u(1, 2, -2);
  const MatrixXd a = u.normalized() * u.normalized().transpose() * 4 + MatrixXd::Identity(3, 3);
  const auto top = [](const auto& x) { return squares(grove::eigh(x).vectors.rightCols(1)); };
  CHECK(gradient_error(top, a) < 1e-7);
  // So has the projector on the space of the two equal ones.
  const auto projector = [](const auto& x) {
    const auto vectors = grove::eigh(x).vectors;
    return weigh(vectors.leftCols(2) * vectors.leftCols(2).transpose());
  };
  CHECK(gradient_error(projector, a) < 1e-7);
}

TEST_CASE("eigh: where a gap is needed and is zero") {
  const MatrixXd identity = MatrixXd::Identity(3, 3);
  const std::string message =
      "eigh: eigenvalues 0 and 1 are equal, so the vectors have no derivative there; use the values alone, or perturb "
      "the matrix";
  const auto vectors = [](const auto& x) { return weigh(grove::eigh(x).vectors); };
  CHECK(message_of<grove::Error>([&] { grove::grad(vectors)(identity); }) == message);
  // exp(A) by its spectrum: its derivative exists, but not from the derivatives of values and vectors.
  const auto spectral = [](const auto& x) {
    const auto [values, v] = grove::eigh(x);
    return weigh(v * grove::exp(values).asDiagonal() * v.transpose());
  };
  CHECK(message_of<grove::Error>([&] { grove::grad(spectral)(identity); }) == message);
  const auto values = [](const auto& x) { return grove::sum(grove::square(grove::eigh(x).values)); };
  CHECK(message_of<grove::Error>([&] { grove::hessian(values)(identity); }) == message);
}

TEST_CASE("eigh says what does not fit") {
  const MatrixXd wide = sample(2, 3);
  CHECK(message_of<grove::ShapeError>([&] { grove::eigh(wide); }) == "eigh: needs a square matrix, got 2×3");
  MatrixXd bad = symmetric(3);
  bad(1, 1) = std::nan("");
  CHECK(message_of<grove::Error>([&] { grove::eigh(bad); }) ==
        "eigh: the iteration does not converge; is there a NaN or an infinity in the matrix?");
}
