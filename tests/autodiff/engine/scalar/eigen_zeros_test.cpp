// Eigen's direct solvers where values are zero but their derivatives are not: structured matrices and right-hand sides.
// (eigen-solve-zero-rhs, eigen-qr-diagonal)
#include <Eigen/Dense>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "autodiff/derivatives/grad.hpp"
#include "autodiff/derivatives/hessian.hpp"
#include "autodiff/derivatives/jvp.hpp"
#include "tests/catch.hpp"

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

template <class T>
using Square = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
template <class T>
using Column = Eigen::Matrix<T, Eigen::Dynamic, 1>;

/// A⁻¹ b in one of the ways that Eigen has. The first few stand for the others in the modes that compile slowly.
constexpr int few = 3, all = 12;
template <int Count, class T>
Column<T> solved(int solver, const Square<T>& a, const Column<T>& b) {
  if (solver == 0) return a.householderQr().solve(b);
  if (solver == 1) return a.partialPivLu().solve(b);
  if (solver == 2) return Square<T>(a.transpose() * a).llt().solve(a.transpose() * b);
  if constexpr (Count == all) {
    const Square<T> normal = a.transpose() * a;
    const Column<T> right = a.transpose() * b;
    if (solver == 3) return a.fullPivLu().solve(b);
    if (solver == 4) return a.transpose().partialPivLu().transpose().solve(b);
    if (solver == 5) return a.colPivHouseholderQr().solve(b);
    if (solver == 6) return a.fullPivHouseholderQr().solve(b);
    if (solver == 7) return a.completeOrthogonalDecomposition().solve(b);
    if (solver == 8) return a.inverse() * b;
    if (solver == 9) return normal.ldlt().solve(right);
    const Square<T> l = normal.llt().matrixL();
    if (solver == 10) {
      Column<T> x = l.template triangularView<Eigen::Lower>().solve(right);
      l.transpose().template triangularView<Eigen::Upper>().solveInPlace(x);
      return x;
    }
    Eigen::Matrix<T, 1, Eigen::Dynamic> x = right.transpose();
    l.transpose().template triangularView<Eigen::Upper>().template solveInPlace<Eigen::OnTheRight>(x);
    return l.template triangularView<Eigen::Lower>().template solve<Eigen::OnTheRight>(x).transpose();
  }
  return b;
}

/// Σ wᵢ xᵢ² + w·x of (A | b): with x = A⁻¹ b and λ = A⁻ᵀ ℓ'(x) the gradient is (-λ xᵀ | λ).
VectorXd weights(Index n) { return VectorXd::LinSpaced(n, -1.3, 0.9); }
MatrixXd closed_form(const MatrixXd& p) {
  const Index n = p.rows();
  const MatrixXd inverse = p.leftCols(n).inverse();
  const VectorXd w = weights(n), x = inverse * p.col(n);
  const VectorXd lambda = inverse.transpose() * (2 * w.cwiseProduct(x) + w);
  MatrixXd gradient(n, n + 1);
  gradient << -lambda * x.transpose(), lambda;
  return gradient;
}

std::vector<std::pair<std::string, MatrixXd>> structures() {
  MatrixXd generic(3, 3), permutation = MatrixXd::Zero(3, 3), swap = MatrixXd::Zero(2, 2), arrow(4, 4);
  generic << 4, 1, .5, 1, 3, -.2, .7, .2, 2;
  permutation(0, 1) = permutation(1, 2) = permutation(2, 0) = 1;
  swap(0, 1) = swap(1, 0) = -2;
  arrow << 2, 0, 0, 1, 0, 2, 0, -1, 0, 0, 2, 1, 1, 1, 1, 5;
  const MatrixXd upper = generic.triangularView<Eigen::Upper>(), lower = generic.triangularView<Eigen::Lower>();
  return {{"generic", generic},
          {"identity", MatrixXd::Identity(3, 3)},
          {"diagonal", MatrixXd(Eigen::Vector4d(2, -4, 2, .1).asDiagonal())},
          {"upper", upper},
          {"lower", lower},
          {"permutation", permutation},
          {"swap", swap},
          {"arrow", arrow},
          {"one element", MatrixXd::Constant(1, 1, -3)},
          {"rank one and identity", MatrixXd::Identity(3, 3) + MatrixXd::Ones(3, 3)}};
}

double largest(const MatrixXd& x) { return x.size() == 0 ? 0 : x.cwiseAbs().maxCoeff(); }

}  // namespace

TEST_CASE("Eigen's direct solvers keep the derivatives of zeros") {
  for (const auto& [structure, a] : structures()) {
    const Index n = a.rows();
    for (const int unit : {-1, 0, 1, 2}) {
      MatrixXd p(n, n + 1), direction(n, n + 1);
      p << a, unit < 0 ? VectorXd(VectorXd::Zero(n)) : VectorXd(VectorXd::Unit(n, std::min<Index>(unit, n - 1)));
      for (Index k = 0; k < p.size(); ++k) direction.data()[k] = std::sin(1.0 + 2.3 * double(k));
      const MatrixXd expected = closed_form(p);
      const MatrixXd ahead = p + 1e-5 * direction, behind = p - 1e-5 * direction;
      const MatrixXd second = (closed_form(ahead) - closed_form(behind)) / 2e-5;
      const double scale = 1 + largest(expected);
      for (int solver = 0; solver < all; ++solver) {
        INFO("solver " << solver << " of " << structure << ", right-hand side " << unit);
        const auto loss = [&, n = n](const auto& count, const auto& q) {
          using T = grove::scalar_t<decltype(q)>;
          const Square<T> whole = q;
          const Column<T> x =
              solved<std::remove_cvref_t<decltype(count)>::value, T>(solver, whole.leftCols(n), whole.col(n));
          const Column<T> w = weights(n).cast<T>();
          return T(x.cwiseProduct(x).dot(w) + x.dot(w));
        };
        const auto any = [&](const auto& q) { return loss(std::integral_constant<int, all>(), q); };
        CHECK(largest(grove::grad(any)(p) - expected) < 1e-12 * scale);
        if (solver >= few) continue;
        const auto one = [&](const auto& q) { return loss(std::integral_constant<int, few>(), q); };
        const auto along = grove::jvp(one)(p, direction);
        CHECK(std::abs(along.value - one(p)) < 1e-13 * scale);
        CHECK(std::abs(along.tangent - expected.cwiseProduct(direction).sum()) < 1e-12 * scale);
        CHECK(largest(grove::hvp(one)(p, direction) - second) < 1e-7 * (1 + largest(second)));
      }
    }
  }
}

TEST_CASE("a plain triangle solves for variables that are zero (eigen-solve-zero-rhs)") {
  for (const Index n : {1, 3, 12}) {
    Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> triangle(n, n);
    for (Index k = 0; k < n * n; ++k) triangle.data()[k] = std::sin(1.0 + 1.7 * double(k)) + (k % (n + 1) == 0 ? 4 : 0);
    const VectorXd w = weights(n);
    for (const double first : {0.0, 2.0}) {
      const VectorXd b = first * VectorXd::Unit(n, 0);
      const VectorXd gradient = grove::grad([&](const auto& p) {
        Column<grove::scalar_t<decltype(p)>> x = p;
        triangle.triangularView<Eigen::Lower>().solveInPlace(x);
        auto sum = w(0) * x(0);
        for (Index i = 1; i < n; ++i) sum += w(i) * x(i);
        return sum;
      })(b);
      const VectorXd expected = triangle.transpose().triangularView<Eigen::Upper>().solve(w);
      CHECK(largest(gradient - expected) < 1e-12);
    }
  }
}
