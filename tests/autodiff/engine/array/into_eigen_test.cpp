#include "autodiff/engine/array/into_eigen.hpp"

#include <functional>

#include "autodiff/derivatives/grad.hpp"
#include "autodiff/derivatives/hessian.hpp"
#include "tests/catch.hpp"

using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

constexpr int forms = 13;

/// Active arrays written into Eigen's matrices; for plain numbers Eigen alone does the same.
template <class P>
auto written(int form, const P& x) {
  using T = grove::scalar_t<P>;
  const MatrixXd q = MatrixXd{{1, -2}, {0.5, 3}};
  Eigen::MatrixX<T> z = Eigen::MatrixX<T>::Zero(2, 2);
  Eigen::VectorX<T> y(2);
  y << T(1), T(2);
  if (form == 0) z.col(0) = x;
  if (form == 1) z.col(0) << x;
  if (form == 2) z.row(1) += x.transpose();
  if (form == 3) z.row(1) -= 3 * x.transpose() + x.transpose();
  if (form == 4) z.block(0, 1, 2, 1) -= x.array().square().matrix();
  if (form == 5) z.row(0) = x;  // as in Eigen a vector lies down by itself
  if (form == 6) z.row(1).head(1) = x.tail(1);
  if (form == 7) y.noalias() = q * x + x;
  if (form == 8) y.noalias() += q * x;
  if (form == 9) y = 2 * x;
  if (form == 10) y -= x.array().sin().matrix();
  if (form == 11) {
    y.resize(5);
    y << 1.0, x, x[1], 2;
  }
  if (form == 12) {
    z.array().col(1) += x.array();
    z.diagonal() -= x;
    y.noalias() -= x;
  }
  return T(z.squaredNorm() + 2 * z.sum() + y.squaredNorm() * y.sum());
}

template <class P>
auto constructed(int form, const P& x) {
  using T = grove::scalar_t<P>;
  const T a = x[0], b = x[1];
  if (form == 0) return T(grove::Vector<T, 2>(a, b).squaredNorm());
  if (form == 1) return T(grove::Vector<T, 3>(a, 1.0, 2).squaredNorm() + a * b);
  if (form == 2) return T(grove::RowVector<T, 4>(2, a, b, 1.0).squaredNorm());
  if (form == 3) return T(grove::Vector<T>{{a, b, a}}.squaredNorm());
  const grove::Matrix<T, 2, 2> m{{a, b}, {b, 1.0}};
  const grove::Matrix<T> n{{a, 2.0, b}, {b, 1.0, a}};
  return T((m * n).squaredNorm());
}

void check(const std::function<double(const VectorXd&)>& plain, double value, const VectorXd& gradient,
           const VectorXd& at) {
  CHECK(value == Approx(plain(at)).epsilon(1e-14));
  for (Eigen::Index i = 0; i < at.size(); ++i) {
    VectorXd up = at, down = at;
    up[i] += 1e-5;
    down[i] -= 1e-5;
    CHECK(gradient[i] == Approx((plain(up) - plain(down)) / 2e-5).epsilon(1e-8).margin(1e-8));
  }
}

}  // namespace

// blocks-of-eigen-matrix
TEST_CASE("active arrays are assigned and added to parts of Eigen matrices of variables") {
  for (const VectorXd& at : {VectorXd{{0.3, -0.8}}, VectorXd{{0.0, 0.0}}, VectorXd{{1.0, 1.0}}}) {
    for (int form = 0; form < forms; ++form) {
      INFO("form " << form);
      const auto loss = [form](const auto& x) { return written(form, x); };
      const auto [value, gradient] = grove::value_and_grad(loss)(at);
      check(loss, value, gradient, at);
      const MatrixXd hessian = grove::hessian(loss)(at);
      VectorXd up = at, down = at;
      up[1] += 1e-5;
      down[1] -= 1e-5;
      const VectorXd second = (grove::grad(loss)(up) - grove::grad(loss)(down)) / 2e-5;
      CHECK((hessian.col(1) - second).norm() < 1e-7);
    }
  }
}

TEST_CASE("active vectors and matrices are made from variables and numbers") {
  const VectorXd at{{0.3, -0.8}};
  for (int form = 0; form < 5; ++form) {
    INFO("form " << form);
    const auto loss = [form](const auto& x) { return constructed(form, x); };
    const auto [value, gradient] = grove::value_and_grad(loss)(at);
    check(loss, value, gradient, at);
  }
}

TEST_CASE("a part takes only its own shape") {
  const auto loss = [](const auto& x) {
    using T = grove::scalar_t<decltype(x)>;
    Eigen::MatrixX<T> z = Eigen::MatrixX<T>::Zero(3, 2);
    z.col(0) += x;
    return T(z.sum());
  };
  CHECK_THROWS_WITH(grove::grad(loss)(VectorXd{{1.0, 2.0}}), "assignment: a part of 3×1 cannot take 2×1");
}
