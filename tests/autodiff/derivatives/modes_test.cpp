// One meaning in every mode: what stops a derivative, and rules of the user's own, under grad, jacrev, jacfwd,
// jacobian, vjp, jvp, hvp and hessian alike.
// Headers: autodiff/operations/values/{stop_gradient,value_of}.hpp
#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>
#include <vector>

#include "autodiff/autodiff.hpp"
#include "tests/catch.hpp"

using Eigen::MatrixXd;
using Eigen::Vector3d;
using Eigen::VectorXd;
using grove::stop_gradient;
using grove::value_of;

namespace {

template <class T = double>
struct Params {
  grove::Vector<T> w;
  T k;
};

double difference(const MatrixXd& a, const MatrixXd& b) {
  if (a.rows() != b.rows() || a.cols() != b.cols()) return INFINITY;
  return a.size() == 0 ? 0 : (a - b).cwiseAbs().maxCoeff() / (1 + b.cwiseAbs().maxCoeff());
}

template <class T>
MatrixXd flat(const T& t) {
  return grove::tree::flatten(t).template cast<double>();
}

/// The tree with 1 as its k-th number and 0 elsewhere.
template <class P>
P unit(const P& like, Eigen::Index k) {
  auto vector = grove::tree::flatten(like);
  vector.setZero();
  vector[k] = 1;
  return grove::tree::unflatten(vector, like);
}

/// First derivatives of a loss in every mode.
template <class F, class P>
double first_order_error(const F& f, const P& at, const VectorXd& gradient) {
  const MatrixXd row = gradient.transpose();
  const double value = f(at);
  const auto both = grove::value_and_grad(f)(at);
  double error = std::abs(both.value - value) + std::abs(grove::evaluate(f, at) - value);
  error += difference(flat(both.grads), gradient);
  error += difference(grove::jacrev(f)(at).template cast<double>(), row);
  error += difference(grove::jacfwd(f)(at).template cast<double>(), row);
  error += difference(grove::jacobian(f)(at).template cast<double>(), row);
  const auto reverse = grove::vjp(f)(at);
  error += std::abs(reverse.value - value) + difference(flat(reverse.pullback(1)), gradient);
  for (Eigen::Index k = 0; k < gradient.size(); ++k) {
    const auto forward = grove::jvp(f)(at, unit(at, k));
    error += std::abs(forward.value - value) + std::abs(forward.tangent - gradient[k]);
  }
  return error;
}

/// First and second derivatives in every mode.
template <class F, class P>
double error_of(const F& f, const P& at, const VectorXd& gradient, const MatrixXd& hessian) {
  double error = first_order_error(f, at, gradient);
  error += difference(grove::hessian(f)(at).template cast<double>(), hessian);
  for (Eigen::Index k = 0; k < gradient.size(); ++k)
    error += difference(flat(grove::hvp(f)(at, unit(at, k))), hessian.col(k));
  return error;
}

const Vector3d at(0.7, -1.2, 2.3);

}  // namespace

TEST_CASE("case forward-mode-ignores-stop: what is stopped has no tangent in any mode") {
  const MatrixXd none = MatrixXd::Zero(1, 1);
  const auto one = [](double x) { return VectorXd::Constant(1, x).eval(); };
  CHECK(error_of([](const auto& x) { return x * stop_gradient(x); }, 3.0, one(3), none) < 1e-12);
  CHECK(error_of([](const auto& x) { return x * value_of(x); }, 3.0, one(3), none) < 1e-12);
  CHECK(error_of([](const auto& x) { return x + stop_gradient(round(x) - x); }, 0.7, one(1), none) < 1e-12);
  CHECK(error_of([](const auto& x) { return x * x * stop_gradient(x); }, 3.0, one(18), one(6)) < 1e-12);
  CHECK(error_of([](const auto& x) { return stop_gradient(x * x) + 0.0 * x; }, 3.0, one(0), none) < 1e-12);
  CHECK(error_of([](const auto& x) { return x * stop_gradient(x); }, 3.0F, one(3), none) < 1e-6);
}

TEST_CASE("arrays, trees and Eigen's own matrices are stopped in every mode") {
  const MatrixXd none = MatrixXd::Zero(3, 3);
  const VectorXd x = at;
  CHECK(error_of([](const auto& v) { return v.dot(stop_gradient(v * 2.0)); }, x, 2 * x, none) < 1e-12);
  CHECK(error_of([](const auto& v) { return v.dot(stop_gradient(v)); }, at, x, none) < 1e-12);
  CHECK(error_of([](const auto& v) { return v.dot(value_of(v)); }, x, x, none) < 1e-12);
  CHECK(error_of([](const auto& v) { return v.dot(value_of(v * 2.0)); }, at, 2 * x, none) < 1e-12);
  CHECK(error_of([](const auto& v) { return v.tail(2).dot(stop_gradient(v.head(2))); }, x, Vector3d(0, 0.7, -1.2),
                 none) < 1e-12);
  CHECK(error_of(
            [](const auto& v) {
              using T = grove::scalar_t<decltype(v)>;
              Eigen::Matrix<T, 3, 1> own;
              for (int i = 0; i < 3; ++i) own[i] = v[i] * v[i];
              const auto fixed = stop_gradient(own);
              const auto plain = value_of(own);
              return own[0] * fixed[1] + own[2] * plain[2] + fixed[0];
            },
            x, Vector3d(2 * x[0] * x[1] * x[1], 0, 2 * std::pow(x[2], 3)),
            Vector3d(2 * x[1] * x[1], 0, 2 * x[2] * x[2]).asDiagonal()) < 1e-12);
  const Params<> p{x.head(2), x[2]};
  CHECK(error_of(
            [](const auto& q) {
              const auto fixed = stop_gradient(q);
              const Params<> plain = value_of(q);
              return q.w.dot(fixed.w) * fixed.k + q.k * plain.w.sum();
            },
            p, Vector3d(x[0] * x[2], x[1] * x[2], x[0] + x[1]), none) < 1e-12);
  CHECK(error_of([](const auto& v) { return v[0] * stop_gradient(v)[1] * v[2]; }, std::vector<double>{2, 3, 5},
                 Vector3d(15, 0, 6), (MatrixXd(3, 3) << 0, 0, 3, 0, 0, 0, 3, 0, 0).finished()) < 1e-12);
}

TEST_CASE("case value-of-in-hessian: values for branches, sorting and scaling are plain numbers in every mode") {
  const VectorXd x = at;
  const VectorXd e = (x.array() - 2.3).exp();
  CHECK(error_of(
            [](const auto& p) {
              const double top = value_of(p).maxCoeff();
              return grove::sum(exp(p.array() - top));
            },
            x, e, e.asDiagonal()) < 1e-12);
  const auto ranked = [](const auto& p) {
    const VectorXd values = value_of(p);
    std::vector<double> sorted(values.begin(), values.end());
    std::sort(sorted.begin(), sorted.end());
    auto sum = 0.0 * p[0];
    for (Eigen::Index i = 0; i < p.size(); ++i) {
      const double value = value_of(p[i]);
      const auto rank = std::lower_bound(sorted.begin(), sorted.end(), value) - sorted.begin();
      if (value > 0) sum += static_cast<double>(rank) * p[i] * p[i];
    }
    return sum;
  };
  CHECK(error_of(ranked, x, Vector3d(2 * 0.7, 0, 4 * 2.3), Vector3d(2, 0, 4).asDiagonal()) < 1e-12);
  CHECK(first_order_error([](const auto& p) { return p.sum() * static_cast<float>(value_of(p).maxCoeff()); },
                          Eigen::VectorXf(x.cast<float>()), VectorXd::Constant(3, 2.3)) < 1e-5);
}

TEST_CASE("inside map and fuse values are plain and stopped numbers have no tangent") {
  const VectorXd x = at;
  const auto half = [](const auto& a) { return value_of(a) > 0.0 ? a * stop_gradient(a) : a * a * value_of(a); };
  const VectorXd slope = Vector3d(0.7, 2 * 1.2 * 1.2, 2.3);
  const MatrixXd curvature = Vector3d(0, -2 * 1.2, 0).asDiagonal();
  CHECK(error_of([&](const auto& v) { return grove::sum(grove::map(half, v)); }, x, slope, curvature) < 1e-12);
  CHECK(error_of([&](const auto& v) { return grove::fuse(half, v[0]) + half(v[1]) + grove::fuse(half, v[2]); }, x,
                 slope, curvature) < 1e-12);
}

TEST_CASE("a rule of the user's own is the derivative in every mode") {
  // The rules are those of x ↦ a x + k with other slopes, so that nobody can have looked at the function.
  const auto pulled = grove::custom_vjp([](const auto& v) { return (v * 2.0).eval(); },
                                        [](const auto& v) { return std::pair((v * 2.0).eval(), 0); },
                                        [](int, const auto& c) { return (c * 5.0).eval(); });
  const auto pushed =
      grove::custom_jvp([](const auto& v) { return (v * 2.0).eval(); },
                        [](const auto& v, const auto& t) { return std::pair((v * 2.0).eval(), (t * 5.0).eval()); });
  const VectorXd x = at;
  const auto linear = [](const auto& rule) { return [&rule](const auto& v) { return grove::sum(rule(v)) + v[0]; }; };
  const MatrixXd none = MatrixXd::Zero(3, 3);
  CHECK(error_of(linear(pulled), x, Vector3d(6, 5, 5), none) < 1e-12);
  CHECK(error_of(linear(pushed), x, Vector3d(6, 5, 5), none) < 1e-12);
  CHECK(grove::jacfwd(pulled)(x) == MatrixXd(MatrixXd::Identity(3, 3) * 5));
  CHECK(grove::jacrev(pushed)(at) == MatrixXd(MatrixXd::Identity(3, 3) * 5));
  CHECK(grove::jacobian(pulled)(at) == MatrixXd(MatrixXd::Identity(3, 3) * 5));
  const auto reversed = grove::custom_vjp([](const auto& y) { return y * 1.0; },
                                          [](const auto& y) {
                                            return std::pair{y * 1.0, 0};
                                          },
                                          [](const auto&, const auto& c) { return -c; });
  CHECK(error_of([&](const auto& y) { return reversed(y); }, 1.0, VectorXd::Constant(1, -1), MatrixXd::Zero(1, 1)) ==
        0);
}

TEST_CASE("right rules, of trees and several arguments, agree with the function itself in every mode") {
  const auto f = [](const auto& w, const auto& k) { return (w * (k * k)).eval(); };
  const auto pulled = grove::custom_vjp(
      f, [f](const auto& w, const auto& k) { return std::pair(f(w, k), std::pair(w, k)); },
      [](const auto& r, const auto& c) {
        const auto& [w, k] = r;
        return std::tuple((c * (k * k)).eval(), w.dot(c) * 2.0 * k);
      });
  const auto pushed = grove::custom_jvp(f, [f](const auto& x, const auto& t) {
    const auto& [w, k] = x;
    const auto& [w_dot, k_dot] = t;
    return std::pair(f(w, k), (w_dot * (k * k) + w * (2.0 * k * k_dot)).eval());
  });
  const Params<> p{at, 0.6};
  const auto loss = [](const auto& function) {
    return [&function](const auto& q) {
      auto s = q.k * q.w[0];  // a statement before the call keeps its derivative
      const auto y = function(q.w, q.k);
      return grove::sum(y.array() * y.array()) * s + grove::sum(function(q.w.tail(2) * s, 2.0)) * q.k;
    };
  };
  const auto right = [](const auto& q) {
    auto s = q.k * q.w[0];
    const auto y = (q.w * (q.k * q.k)).eval();
    return grove::sum(y.array() * y.array()) * s + grove::sum(q.w.tail(2) * s * 4.0) * q.k;
  };
  const VectorXd gradient = flat(grove::grad(right)(p));
  const MatrixXd hessian = grove::hessian(right)(p);
  CHECK(error_of(loss(pulled), p, gradient, hessian) < 1e-12);
  CHECK(error_of(loss(pushed), p, gradient, hessian) < 1e-12);
  // Rules on trees.
  const auto whole = grove::custom_vjp([](const auto& q) { return q.w.sum() * q.k; },
                                       [](const auto& q) { return std::pair(q.w.sum() * q.k, q); },
                                       [](const auto& q, const auto& c) {
                                         auto cotangent = q;
                                         cotangent.w.setConstant(c * q.k);
                                         cotangent.k = c * q.w.sum();
                                         return cotangent;
                                       });
  const auto along = grove::custom_jvp(
      [](const auto& q) { return q.w.sum() * q.k; },
      [](const auto& q, const auto& t) { return std::pair(q.w.sum() * q.k, t.w.sum() * q.k + q.w.sum() * t.k); });
  const auto squared = [](const auto& q) { return q.w.sum() * q.k * (q.w.sum() * q.k); };
  const auto of = [](const auto& rule) {
    return [&rule](const auto& q) {
      const auto y = rule(q);
      return y * y;
    };
  };
  const VectorXd whole_gradient = flat(grove::grad(squared)(p));
  const MatrixXd whole_hessian = grove::hessian(squared)(p);
  CHECK(error_of(of(whole), p, whole_gradient, whole_hessian) < 1e-12);
  CHECK(error_of(of(along), p, whole_gradient, whole_hessian) < 1e-12);
}

TEST_CASE("rules on plain doubles have first derivatives in every mode") {
  const auto norm = [](const VectorXd& q) { return q.squaredNorm(); };
  const auto pulled = grove::custom_vjp(
      norm, [](const VectorXd& q) { return std::pair(q.squaredNorm(), q); },
      [](const VectorXd& q, double c) -> VectorXd { return 2 * c * q; });
  const auto pushed = grove::custom_jvp(
      norm, [](const VectorXd& q, const VectorXd& t) { return std::pair(q.squaredNorm(), 2 * q.dot(t)); });
  const VectorXd x = at;
  CHECK(first_order_error([&](const auto& v) { return pulled(v) * v[0]; }, x,
                          2 * x * x[0] + x.squaredNorm() * Vector3d(1, 0, 0)) < 1e-12);
  CHECK(first_order_error([&](const auto& v) { return pushed(v) * v[0]; }, x,
                          2 * x * x[0] + x.squaredNorm() * Vector3d(1, 0, 0)) < 1e-12);
  // Where no derivative passes they may be used under hessian, too.
  CHECK(error_of([&](const auto& v) { return pulled(value_of(v)) * v[0] + pushed(value_of(v)); }, x,
                 Vector3d(x.squaredNorm(), 0, 0), MatrixXd::Zero(3, 3)) < 1e-12);
}

TEST_CASE("a rule may have infinite slopes where nothing flows") {
  const auto root =
      grove::custom_vjp([](const auto& v) { return v.cwiseSqrt().eval(); },
                        [](const auto& v) { return std::pair(v.cwiseSqrt().eval(), v.cwiseSqrt().eval()); },
                        [](const auto& y, const auto& c) { return (0.5 * c.array() / y.array()).matrix().eval(); });
  const auto loss = [&](const auto& v) { return grove::sum(root(v.head(2))) + v[2]; };
  const Vector3d zero(4, 9, 0);
  CHECK(first_order_error(loss, zero, Vector3d(0.25, 1.0 / 6, 1)) < 1e-12);
}

TEST_CASE("inside a nested derivative the enclosing one passes what stops the inner one") {
  const auto inner = [](const auto& f) { return [f](const auto& x) { return grove::grad(f)(x); }; };
  const auto stopped = inner([](const auto& y) { return y * y * stop_gradient(y); });  // 2x², with slope 4x
  CHECK(first_order_error(stopped, 3.0, VectorXd::Constant(1, 12)) < 1e-12);
  const auto valued = inner([](const auto& y) { return y * y * value_of(y); });
  CHECK(first_order_error(valued, 3.0, VectorXd::Constant(1, 12)) < 1e-12);
  const auto pulled =
      grove::custom_vjp([](const auto& y) { return y * y * y; }, [](const auto& y) { return std::pair(y * y * y, y); },
                        [](const auto& y, const auto& c) { return c * (3.0 * y * y); });
  const auto pushed =
      grove::custom_jvp([](const auto& y) { return y * y * y; },
                        [](const auto& y, const auto& t) { return std::pair(y * y * y, t * (3.0 * y * y)); });
  CHECK(first_order_error(inner([&](const auto& y) { return pulled(y) * y; }), 2.0, VectorXd::Constant(1, 48)) < 1e-12);
  CHECK(first_order_error(inner([&](const auto& y) { return pushed(y) * y; }), 2.0, VectorXd::Constant(1, 48)) < 1e-12);
  // With a variable of the enclosing loss among the arguments, in either place.
  const auto product = grove::custom_vjp(
      [](const auto& a, const auto& b) { return a * a * b; },
      [](const auto& a, const auto& b) { return std::pair(a * a * b, std::pair(a, b)); },
      [](const auto& r, const auto& c) { return std::tuple(c * (2.0 * r.first * r.second), c * (r.first * r.first)); });
  const auto first = [&](const auto& x) {  // d/dy x² y = x²
    return grove::grad([&](const auto& y) { return product(x, y); })(x * 1.0);
  };
  CHECK(first_order_error(first, 3.0, VectorXd::Constant(1, 6)) < 1e-12);
  const auto second = [&](const auto& x) {  // d/dy y² x at 2x = 4x²
    return grove::grad([&](const auto& y) { return product(y, x); })(x * 2.0);
  };
  CHECK(first_order_error(second, 3.0, VectorXd::Constant(1, 24)) < 1e-12);
}
