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
      "eigh: eigenvalues 0 and 1 are equal, so the vectors have no derivative there; use the values alone, spectral or "
      "eigenspace_projector, or perturb the matrix";
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

TEST_CASE("eigh: what depends on the basis of a common space is an error, never zeros") {
  const auto fails = [](const auto& f, const MatrixXd& x) {
    return message_of<grove::Error>([&] { grove::grad(f)(x); }).rfind("eigh: eigenvalues ", 0) == 0;
  };
  const MatrixXd twice = 2 * MatrixXd::Identity(2, 2), pair = Eigen::Vector3d(1, 2, 2).asDiagonal();
  // eigh-equal-values.cpp: the root by its spectrum, where nothing comes to the values.
  CHECK(fails(
      [](const auto& x) {
        const auto e = grove::eigh(x);
        return (e.vectors * e.values.array().sqrt().matrix().asDiagonal() * e.vectors.transpose()).eval()(0, 1);
      },
      twice));
  // Bases along the axes, in which cotangents of the vectors look like those of a projector.
  CHECK(fails([](const auto& x) { return grove::square(grove::eigh(x).vectors(0, 0)); }, twice));
  CHECK(fails([](const auto& x) { return grove::sum(grove::square(grove::eigh(x).vectors.diagonal())); }, twice));
  CHECK(fails([](const auto& x) { return grove::eigh(x).vectors(0, 1) * 1.0; }, pair));
  CHECK(fails([](const auto& x) { return grove::sum(grove::eigh(x).vectors.col(2)); }, pair));
  // The vector of the simple value is none of them.
  CHECK(gradient_error(
            [](const auto& x) { return weigh(grove::square(grove::eigh(x).vectors.col(0).array()).matrix()); }, pair) <
        1e-8);
  // In forward mode there is nobody to tell whether the vectors are used: their tangents are no numbers.
  const auto forward = grove::jvp([](const auto& x) { return grove::eigh(x).vectors(0, 0) * 1.0; });
  CHECK(std::isnan(forward(twice, MatrixXd(MatrixXd::Ones(2, 2))).tangent));
}

TEST_CASE("eigh: nearly equal values are right to some digits, or an error") {
  const auto root = [](const auto& x) {
    const auto e = grove::eigh(x);
    return weigh(e.vectors * e.values.array().sqrt().matrix().asDiagonal() * e.vectors.transpose());
  };
  const auto exact = [](const auto& x) { return weigh(grove::sqrtm(x)); };
  const MatrixXd q = grove::eigh(symmetric(3)).vectors;
  for (double gap = 1e-1; gap > 1e-18; gap /= 10) {
    const MatrixXd x = q * Eigen::Vector3d(1, 1 + gap, 3).asDiagonal() * q.transpose();
    INFO("gap " << gap);
    MatrixXd gradient;
    const bool thrown = message_of<grove::Error>([&] { gradient = grove::grad(root)(x); }) != "nothing thrown";
    CHECK(thrown == (gap < 3e-11));  // 3 eps^(3/4) times the largest
    if (!thrown) CHECK(relative_difference(gradient, grove::grad(exact)(x)) < 1e-3);
  }
}

TEST_CASE("eigh: equal values share the gradient") {
  const MatrixXd identity = MatrixXd::Identity(4, 4);
  const auto largest = [](const auto& x) { return grove::eigh(x).values(x.rows() - 1) * 1.0; };
  CHECK(relative_difference(grove::grad(largest)(identity), identity / 4) < 1e-15);
  CHECK(grove::jvp(largest)(identity, MatrixXd(identity.row(0).asDiagonal())).tangent == Approx(0.25));
}

TEST_CASE("eigh says what does not fit") {
  const MatrixXd wide = sample(2, 3);
  CHECK(message_of<grove::ShapeError>([&] { grove::eigh(wide); }) == "eigh: needs a square matrix, got 2×3");
  MatrixXd bad = symmetric(3);
  bad(1, 1) = std::nan("");
  CHECK(message_of<grove::Error>([&] { grove::eigh(bad); }) ==
        "eigh: the iteration does not converge; is there a NaN or an infinity in the matrix?");
}
