#include "autodiff/operations/linear_algebra/linear_algebra.hpp"

#include "tests/autodiff/derivatives.hpp"

using Eigen::MatrixXd;
using Eigen::RowVectorXd;
using Eigen::VectorXd;
using namespace grove_test;

TEST_CASE("outer, trace, quadratic_form, kron") {
  const MatrixXd a = sample(3, 3), b = sample(2, 2, 0.4);
  const VectorXd v = a.col(1);
  const RowVectorXd r = b.row(0);
  check_agreement([&](const auto& x) { return weigh(grove::outer(x, v)) + weigh(grove::outer(r, x)); }, v);
  check_agreement([&](const auto& x) { return weigh(grove::outer(x, x)); }, r);
  check_agreement([](const auto& x) { return grove::trace(x) * x.trace(); }, a);
  check_agreement([&](const auto& x) { return grove::quadratic_form(x, v) * x(0, 0); }, a);
  check_agreement([&](const auto& x) { return grove::quadratic_form(a, x) * x(0); }, v);
  check_agreement([&](const auto& x) { return grove::quadratic_form(x, x.row(0)); }, a);
  check_agreement([&](const auto& x) { return weigh(grove::kron(x, x)) + weigh(grove::kron(a, x)); }, b);
  check_agreement([&](const auto& x) { return weigh(grove::kron(x, a)); }, b);
  CHECK((grove::outer(v, r) - v * r).norm() == 0);
  CHECK(grove::trace(a) == Approx(a.trace()));
  CHECK(grove::quadratic_form(a, v) == Approx(v.dot(a * v)));
  CHECK((grove::kron(a, b).block(2, 4, 2, 2) - a(1, 2) * b).norm() == 0);
  CHECK(message_of<grove::ShapeError>([&] { grove::quadratic_form(a, r); }) ==
        "quadratic_form: (3×3)·(2×1): inner dimensions 3 and 2 differ");
  CHECK(message_of<grove::ShapeError>([&] { grove::trace(sample(2, 3)); }) == "trace: needs a square matrix, got 2×3");
}

TEST_CASE("normalized") {
  const VectorXd v = sample(4, 1);
  check_agreement([](const auto& x) { return weigh(x.normalized()); }, v);
  check_agreement([](const auto& x) { return weigh(grove::normalized(x)); }, sample(2, 3));
  const VectorXd zero = VectorXd::Zero(3);
  CHECK(grove::grad([](const auto& x) { return x.normalized().sum(); })(zero) == VectorXd::Ones(3));
}
