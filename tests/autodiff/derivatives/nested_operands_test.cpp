// What an inner function captures beside what it is differentiated by, in every kind of operation: the enclosing level
// lifts by itself, and keeps its derivative. Judged by differences of values. (case nested-with-captured-parameters)
#include <Eigen/Dense>
#include <vector>

#include "autodiff/autodiff.hpp"
#include "tests/catch.hpp"

using Eigen::MatrixXd;
using Eigen::VectorXd;
using namespace grove;

namespace {

template <class T = double>
struct Params {
  Vector<T> w;
  Matrix<T> a;
  T s;
  std::vector<T> list;
};
const Params<> at{VectorXd{{0.3, -0.8, 0.5}},
                  (MatrixXd(3, 3) << 2, 0.3, -0.2, 0.1, 1.5, 0.4, -0.3, 0.2, 1.8).finished(),
                  0.7,
                  {0.2, -0.4}};
const VectorXd direction{{0.5, 1.0, -0.7}};

/// The error of the gradient by the parameters of a product with the Hessian of phi(p, x) by x, at a point that
/// depends on the parameters too; phi captures them.
template <class Phi>
double error_of(const Phi& phi) {
  const auto loss = [&](const auto& p) {
    const Vector<scalar_t<decltype(p)>> x = VectorXd{{0.4, -0.3, 0.9}} + 0.1 * p.w;
    const auto inner = [&](const auto& y) { return phi(p, y); };
    return sum(square(hvp(inner)(x, direction)));
  };
  const VectorXd gradient = tree::flatten(grad(loss)(at));
  const VectorXd p = tree::flatten(at);
  double worst = 0;
  for (Eigen::Index k = 0; k < p.size(); ++k) {
    const double h = 1e-5;
    const VectorXd step = h * VectorXd::Unit(p.size(), k);
    const double up = evaluate(loss, tree::unflatten(p + step, at)),
                 down = evaluate(loss, tree::unflatten(p - step, at));
    worst = std::max(worst, std::abs((up - down) / (2 * h) - gradient[k]) / (1 + std::abs(gradient[k])));
  }
  return worst;
}

}  // namespace

TEST_CASE("nested operands: products, broadcasts, parts, reductions and linear algebra") {
  CHECK(error_of([](const auto& p, const auto& x) {
          return sum(tanh(p.a * x)) + dot(x, p.w) * p.s + (x.transpose() * p.a * x).value() +
                 (p.a.colwise() + x).squaredNorm() + logsumexp(p.a * x + p.w) +
                 sum(p.a.row(0).transpose().array() * x.array() * x.array());
        }) < 1e-7);
  CHECK(error_of([](const auto& p, const auto& x) {
          return sum(square(solve(p.a, x))) + log(determinant(x * x.transpose() + p.a * p.a.transpose()));
        }) < 1e-7);
}

TEST_CASE("nested operands: joins, choices and element functions") {
  CHECK(error_of([](const auto& p, const auto& x) {
          return sum(square(hcat(x, p.w) * stack(p.s, sum(x)))) + sum(square(stack(p.s, x[0], p.list[0] * x[1]))) +
                 sum(where(x.array() > p.w.array(), x.array() * x.array() * p.s, p.w.array() * x.array())) +
                 sum(maximum(x, p.w).array() * x.array()) +
                 sum(map([](const auto& u, const auto& v) { return u * u * v + sin(u); }, x, p.w));
        }) < 1e-7);
}

TEST_CASE("nested operands: names of the inner level, and Eigen's own matrices of either level") {
  CHECK(error_of([](const auto& p, const auto& x) {
          using T = scalar_t<decltype(x)>;
          Matrix<T> m = p.a;
          Vector<T> v = p.w;
          T s = p.s;
          v += x;
          v += p.w;
          s *= x[0];
          s -= p.s;
          if (p.s < x[0]) s /= p.s;
          for (const auto& c : p.list) s += c * x[1];
          return sum(square(m * v)) * s + atan2(x[0], p.s) - p.s / x[2];
        }) < 1e-7);
  CHECK(error_of([](const auto& p, const auto& x) {
          using T = scalar_t<decltype(x)>;
          Eigen::Matrix<T, 3, 3> m;
          m << x, p.w, x.cwiseProduct(p.w);
          m(0, 0) = p.s;
          m(1, 1) += p.w[0];
          const Eigen::Matrix<scalar_t<decltype(p)>, 3, 1> w = p.w;
          const Eigen::Matrix<T, 3, 1> y = x;
          return (m * p.a).squaredNorm() + (w + y).squaredNorm() + (m * w).dot(y) + (w * x.transpose()).sum();
        }) < 1e-7);
}
