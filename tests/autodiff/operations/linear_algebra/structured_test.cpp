// Linear algebra at inputs with structure, where algorithms skip work: every operation at zeros, identities, diagonals,
// triangles, permutations, repeated values, matrices of rank one or two, equal elements, one element and none, with
// right-hand sides of zeros too. Values are Eigen's; derivatives of all modes agree with each other and with
// differences of plain values, or an Error says that there are none.
#include <Eigen/Dense>

#include "autodiff/autodiff.hpp"
#include "tests/autodiff/agreement.hpp"
#include "tests/autodiff/derivatives.hpp"

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using grove_test::sample;

namespace {

enum Operation {
  solve,
  solve_zeros,
  solve_lower,
  solve_upper,
  inverse,
  determinant,
  logdet,
  cholesky,
  llt_solve,
  llt_solve_zeros,
  qr,
  eigh_values,
  svd_values,
  quadratic_form,
  kron,
  outer,
  expm,
  operations
};

MatrixXd right_hand_side(Index n, bool zeros) { return zeros ? MatrixXd::Zero(n, 2) : sample(n, 2, 0.4); }

/// A number to which each element contributes in its own way.
template <class M>
auto score(const M& m) {
  const MatrixXd weights = sample(m.rows(), m.cols(), 0.9);
  return grove::sum(grove::square((m - weights).array()));
}

template <class X>
auto apply(Operation which, const X& x) {
  using R = std::remove_cvref_t<decltype(grove::sum(x))>;
  const Index n = x.rows();
  const bool zeros = which == solve_zeros || which == llt_solve_zeros;
  const MatrixXd b = right_hand_side(n, zeros);
  switch (which) {
    case solve:
    case solve_zeros:
      return R(score(grove::solve(x, b)));
    case solve_lower:
      return R(score(grove::solve_lower(x, b)));
    case solve_upper:
      return R(score(grove::solve_upper(x, b)));
    case inverse:
      return R(score(grove::inverse(x)));
    case determinant:
      return R(grove::determinant(x));
    case logdet:
      return R(grove::logdet(x));
    case cholesky:
      return R(score(grove::cholesky(x)));
    case llt_solve:
    case llt_solve_zeros:
      return R(score(grove::llt_solve(x, b)));
    case qr: {
      const auto [q, r] = grove::qr(x);
      return R(score(q) + score(r));
    }
    case eigh_values:
      return R(grove::sum(grove::square(grove::eigh(x).values.array())));
    case svd_values:
      return R(grove::sum(grove::square(grove::svd(x).values.array())));
    case quadratic_form:
      return R(grove::quadratic_form(x, b.col(0)) + grove::quadratic_form(x, VectorXd(0 * b.col(0))));
    case kron:
      return R(score(grove::kron(x, x)));
    case outer:
      return n == 0 ? R(grove::sum(x)) : R(score(grove::outer(x.col(0), x.col(0))));
    default:
      return R(score(grove::expm(x)));
  }
}

/// The same by Eigen alone.
double by_eigen(Operation which, const MatrixXd& x) {
  const Index n = x.rows();
  const MatrixXd b = right_hand_side(n, which == solve_zeros || which == llt_solve_zeros);
  const MatrixXd symmetric = (x + x.transpose()) / 2;
  const auto value = [](const MatrixXd& m) { return (m - sample(m.rows(), m.cols(), 0.9)).squaredNorm(); };
  if (n == 0) return which == determinant ? 1 : 0;
  switch (which) {
    case solve:
    case solve_zeros:
      return value(x.fullPivLu().solve(b));
    case solve_lower:
      return value(x.triangularView<Eigen::Lower>().solve(b));
    case solve_upper:
      return value(x.triangularView<Eigen::Upper>().solve(b));
    case inverse:
      return value(x.fullPivLu().inverse());
    case determinant:
      return x.fullPivLu().determinant();
    case logdet:
      return std::log(std::abs(x.fullPivLu().determinant()));
    case cholesky:
      return value(symmetric.llt().matrixL());
    case llt_solve:
    case llt_solve_zeros:
      return value(symmetric.llt().solve(b));
    case qr: {
      const Eigen::HouseholderQR<MatrixXd> factors(x);
      MatrixXd q = factors.householderQ(), r = factors.matrixQR().triangularView<Eigen::Upper>();
      for (Index k = 0; k < n; ++k) {
        if (r(k, k) < 0) r.row(k) *= -1, q.col(k) *= -1;
      }
      return value(q) + value(r);
    }
    case eigh_values:
      return symmetric.squaredNorm();
    case svd_values:
      return x.squaredNorm();
    case quadratic_form:
      return b.col(0).dot(x * b.col(0));
    case kron: {
      MatrixXd k(n * n, n * n);
      for (Index j = 0; j < n; ++j) {
        for (Index i = 0; i < n; ++i) k.block(i * n, j * n, n, n) = x(i, j) * x;
      }
      return value(k);
    }
    case outer:
      return value(x.col(0) * x.col(0).transpose());
    default: {
      const Eigen::SelfAdjointEigenSolver<MatrixXd> e(symmetric);
      return value(e.eigenvectors() * e.eigenvalues().array().exp().matrix().asDiagonal() *
                   e.eigenvectors().transpose());
    }
  }
}

struct Input {
  const char* name;
  MatrixXd x;
};
const std::vector<Input> inputs = [] {
  const MatrixXd full = sample(3, 3), identity = MatrixXd::Identity(3, 3);
  const VectorXd u{{1, -2, 0.5}}, v{{0.5, 1, 3}};
  MatrixXd permutation(3, 3), zero_column = full;
  permutation << 0, 1, 0, 0, 0, 1, 1, 0, 0;
  zero_column.col(1).setZero();
  const MatrixXd lower = full.triangularView<Eigen::Lower>(), upper = full.triangularView<Eigen::Upper>();
  return std::vector<Input>{
      {"zeros", MatrixXd::Zero(3, 3)},
      {"identity", identity},
      {"twice the identity", 2 * identity},
      {"diagonal", VectorXd{{1, 2, 3}}.asDiagonal()},
      {"diagonal with a negative", VectorXd{{1, -2, 3}}.asDiagonal()},
      {"diagonal with a zero", VectorXd{{1, 0, 3}}.asDiagonal()},
      {"lower triangle", lower},
      {"upper triangle", upper},
      {"permutation", permutation},
      {"rank one, symmetric", u * u.transpose()},
      {"rank one", u * v.transpose()},
      {"rank two", u * v.transpose() + v * u.transpose()},
      {"a column of zeros", zero_column},
      {"repeated values", identity + u * u.transpose()},
      {"all equal", MatrixXd::Constant(3, 3, 0.7)},
      {"block diagonal", (MatrixXd(3, 3) << 2, 1, 0, 1, 3, 0, 0, 0, 1).finished()},
      {"one element", MatrixXd::Constant(1, 1, 0.7)},
      {"a zero", MatrixXd::Zero(1, 1)},
      {"nothing", MatrixXd(0, 0)},
  };
}();

/// What throws for plain numbers too, as it has no value.
bool has_value(Operation which, const MatrixXd& x) {
  try {
    apply(which, x);
    return true;
  } catch (const grove::Error&) {
    return false;
  }
}

}  // namespace

TEST_CASE("linear algebra of structured matrices: values are Eigen's") {
  for (const auto& [name, x] : inputs) {
    for (int k = 0; k < operations; ++k) {
      const auto which = Operation(k);
      INFO("operation " << which << " of " << name);
      const Eigen::FullPivLU<MatrixXd> lu(x.size() == 0 ? MatrixXd::Identity(1, 1).eval() : x);
      const bool regular = lu.isInvertible(), definite = ((x + x.transpose()) / 2).llt().info() == Eigen::Success;
      const bool full_diagonal = x.size() == 0 || (x.diagonal().array() != 0).all();
      const bool needs_regular = which == solve || which == solve_zeros || which == inverse || which == logdet;
      const bool needs_definite = which == cholesky || which == llt_solve || which == llt_solve_zeros;
      const bool needs_diagonal = which == solve_lower || which == solve_upper;
      const bool expected = !((needs_regular && !regular) || (needs_definite && x.size() != 0 && !definite) ||
                              (needs_diagonal && !full_diagonal));
      // A singular matrix may have a pivot of rounding: no error then, and no right value either.
      if (needs_regular && !regular && has_value(which, x)) continue;
      REQUIRE(has_value(which, x) == expected);
      if (!expected) continue;
      if (x.size() == 0 && which == logdet) CHECK(apply(which, x) == 0);
      const bool rank_deficient_qr = which == qr && !regular;  // the other columns of q are anything
      if (!rank_deficient_qr) CHECK(apply(which, x) == Approx(by_eigen(which, x)).epsilon(1e-12).margin(1e-12));
    }
  }
}

TEST_CASE("linear algebra of structured matrices: derivatives agree in all modes and with differences, or refuse") {
  for (const auto& [name, x] : inputs) {
    for (int k = 0; k < operations; ++k) {
      const auto which = Operation(k);
      if (!has_value(which, x)) continue;
      const bool nearly_singular = (which == solve || which == solve_zeros || which == inverse || which == logdet) &&
                                   x.size() != 0 && !Eigen::FullPivLU<MatrixXd>(x).isInvertible();
      if (nearly_singular) continue;
      INFO("operation " << which << " of " << name);
      // Only these have points with a value and no derivative.
      const bool may_refuse = which == qr || which == eigh_values || which == svd_values;
      const auto loss = [which = which](const auto& y) { return apply(which, y); };
      CHECK(grove::test::disagreement({.may_refuse = may_refuse, .rounding = 1e-10}, loss, x) == "");
    }
  }
}

TEST_CASE("the determinant of a singular matrix has the cofactors as its gradient") {
  const auto det = [](const auto& x) { return grove::determinant(x); };
  const VectorXd u{{1, -2, 0.5, 3}}, v{{0.5, 1, 3, -1}}, w{{2, 0, 1, 1}};
  const MatrixXd rank_three = u * v.transpose() + v * w.transpose() + w * u.transpose(),
                 rank_two = u * v.transpose() + v * w.transpose();
  // By rank n-1: adj(A)ᵀ, n-2: zero, and the second derivatives are 2×2 minors.
  MatrixXd cofactors(4, 4);
  for (Index j = 0; j < 4; ++j) {
    for (Index i = 0; i < 4; ++i) {
      MatrixXd minor(3, 3);
      for (Index c = 0; c < 3; ++c) {
        for (Index r = 0; r < 3; ++r) minor(r, c) = rank_three(r + (r >= i), c + (c >= j));
      }
      cofactors(i, j) = ((i + j) % 2 == 0 ? 1 : -1) * Eigen::Matrix3d(minor).determinant();
    }
  }
  CHECK(grove_test::relative_difference(grove::grad(det)(rank_three), cofactors) < 1e-12);
  CHECK(grove_test::relative_difference(grove::grad(det)(rank_two), MatrixXd::Zero(4, 4)) < 1e-12);
  CHECK(grove_test::hessian_error(det, rank_two) < 1e-8);
  CHECK(grove_test::hessian_error(det, MatrixXd(MatrixXd::Zero(3, 3))) < 1e-8);
}
