// Fused expressions have the values and gradients of the same operations one by one, whatever sizes, views and
// operands.
#include <Eigen/Dense>

#include "autodiff/autodiff.hpp"
#include "tests/catch.hpp"

using Eigen::ArrayXd;
using Eigen::ArrayXXd;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

template <class T = double>
struct Affine {
  grove::Vector<T> weight;
  T bias;
};

/// The mean squared error of X·w + b, its gradient by hand.
grove::ValueAndGrad<double, Affine<>> by_hand(const Affine<>& p, const MatrixXd& x, const VectorXd& y) {
  const VectorXd residual = ((x * p.weight).array() + p.bias - y.array()).matrix();
  const double n = static_cast<double>(y.size());
  return {residual.squaredNorm() / n, {2 / n * x.transpose() * residual, 2 / n * residual.sum()}};
}

double difference(const grove::ValueAndGrad<double, Affine<>>& a, const grove::ValueAndGrad<double, Affine<>>& b) {
  const double scale = 1 + std::abs(b.value) + b.grads.weight.norm() + std::abs(b.grads.bias);
  return (std::abs(a.value - b.value) + (a.grads.weight - b.grads.weight).norm() +
          std::abs(a.grads.bias - b.grads.bias)) /
         scale;
}

// Sums of a cloud of operations on neighbouring parts of x, fused and one by one.
const auto stencil = [](const auto& x) {
  const auto n = x.size();
  const auto left = x.head(n - 2), here = x.segment(1, n - 2), right = x.tail(n - 2);
  return grove::sum(grove::square(right - 2.0 * here + left) - left * right / (3.0 + grove::square(here)));
};
double stencil_one_by_one(const ArrayXd& x, ArrayXd& gradient) {
  gradient.setZero(x.size());
  double total = 0;
  for (Eigen::Index i = 1; i + 1 < x.size(); ++i) {
    const double l = x[i - 1], h = x[i], r = x[i + 1];
    const double bend = r - 2 * h + l, below = 3 + h * h;
    total += bend * bend - l * r / below;
    gradient[i - 1] += 2 * bend - r / below;
    gradient[i] += -4 * bend + 2 * h * l * r / (below * below);
    gradient[i + 1] += 2 * bend - l / below;
  }
  return total;
}

}  // namespace

TEST_CASE("a product in a sum has the gradient of the product alone, in any number of rows and columns") {
  const auto fused = [](const auto& p, const MatrixXd& x, const VectorXd& y) {
    return grove::mean(grove::square((x * p.weight).array() + p.bias - y.array()));
  };
  const auto named = [](const auto& p, const MatrixXd& x, const VectorXd& y) {
    const auto product = x * p.weight;
    const auto residual = product.array() + p.bias - y.array();
    return grove::mean(residual * residual);
  };
  for (const Eigen::Index rows : {1, 3, 4, 7, 8, 9, 12, 15, 16, 17, 31, 100, 4097}) {
    for (const Eigen::Index cols : {0, 1, 2, 3, 4, 5, 7, 10, 130}) {
      const MatrixXd x = MatrixXd::Random(rows, cols);
      const VectorXd y = VectorXd::Random(rows);
      const Affine<> p{VectorXd::Random(cols), 0.3};
      CAPTURE(rows, cols);
      CHECK(difference(grove::value_and_grad(fused)(p, x, y), by_hand(p, x, y)) < 1e-13);
      CHECK(difference(grove::value_and_grad(named)(p, x, y), by_hand(p, x, y)) < 1e-13);
      CHECK(grove::evaluate(fused, p, x, y) == grove::value_and_grad(fused)(p, x, y).value);
    }
  }
}

TEST_CASE("a product in a sum may be of part of a matrix, local, or one of several") {
  const MatrixXd x = MatrixXd::Random(40, 12);
  const VectorXd w = VectorXd::Random(5);
  const auto check = [&](const auto& loss, const VectorXd& expected) {
    const VectorXd gradient = grove::grad(loss)(w, x);
    CHECK((gradient - expected).norm() < 1e-12 * (1 + expected.norm()));
  };
  const MatrixXd a = x.block(3, 2, 30, 5), b = x.block(0, 4, 30, 5);
  check([](const auto& v, const MatrixXd& m) { return (m.block(3, 2, 30, 5) * v).sum(); },
        a.colwise().sum().transpose());
  check(
      [](const auto& v, const MatrixXd& m) {
        const MatrixXd local = m.block(3, 2, 30, 5);
        auto product = local * v;
        return product.squaredNorm() + product.sum();
      },
      2 * a.transpose() * (a * w) + a.colwise().sum().transpose());
  check(
      [](const auto& v, const MatrixXd& m) {
        return grove::sum((m.block(3, 2, 30, 5) * v).array() * (m.block(0, 4, 30, 5) * v).array());
      },
      a.transpose() * (b * w) + b.transpose() * (a * w));
  check([](const auto& v, const MatrixXd& m) { return (m.block(3, 2, 30, 5) * v - m.col(0).head(30)).squaredNorm(); },
        2 * a.transpose() * (a * w - x.col(0).head(30)));
  check([](const auto& v, const MatrixXd& m) { return (m.transpose().topRows(5).transpose() * v).squaredNorm(); },
        2 * x.leftCols(5).transpose() * (x.leftCols(5) * w));
  check(
      [](const auto& v, const MatrixXd& m) {
        return grove::sum(grove::where((m.leftCols(5) * value_of(v)).array() > 0, (m.leftCols(5) * v).array(), 0.0));
      },
      x.leftCols(5).transpose() * ((x.leftCols(5) * w).array() > 0).cast<double>().matrix());
}

TEST_CASE("second derivatives go through products and stencils") {
  const MatrixXd x = MatrixXd::Random(20, 3);
  const auto quadratic = [](const auto& w, const MatrixXd& m) { return 0.5 * (m * w).squaredNorm(); };
  const MatrixXd hessian = grove::hessian(quadratic)(VectorXd(VectorXd::Random(3)), x);
  CHECK((hessian - x.transpose() * x).norm() < 1e-12);
}

TEST_CASE("neighbours in one array add to the same adjoints") {
  for (const Eigen::Index n : {3, 4, 9, 10, 11, 18, 67}) {
    const ArrayXd x = ArrayXd::Random(n);
    ArrayXd expected;
    const double value = stencil_one_by_one(x, expected);
    const auto [found, gradient] = grove::value_and_grad(stencil)(x);
    CAPTURE(n);
    CHECK(std::abs(found - value) < 1e-12);
    CHECK((gradient - expected).abs().maxCoeff() < 1e-12);
  }
}

TEST_CASE("a fused expression takes rows, blocks, transposes and constants of other types") {
  const ArrayXXd x = ArrayXXd::Random(11, 19);
  const Eigen::Array<float, Eigen::Dynamic, Eigen::Dynamic> factors =
      Eigen::Array<float, Eigen::Dynamic, Eigen::Dynamic>::Random(9, 9);
  const auto loss = [&](const auto& q) {
    const auto a = q.block(1, 2, 9, 9);
    const auto b = q.block(2, 8, 9, 9).transpose();
    const auto row = q.row(3).head(9), last = q.row(10).segment(5, 9);
    return grove::sum(a * b * factors.template cast<double>() - a / (2.5 + grove::square(b))) +
           grove::sum(row * last - row);
  };
  ArrayXXd expected = ArrayXXd::Zero(11, 19);
  for (Eigen::Index j = 0; j < 9; ++j) {
    for (Eigen::Index i = 0; i < 9; ++i) {
      const double a = x(1 + i, 2 + j), b = x(2 + j, 8 + i), f = factors(i, j), below = 2.5 + b * b;
      expected(1 + i, 2 + j) += b * f - 1 / below;
      expected(2 + j, 8 + i) += a * f + 2 * a * b / (below * below);
    }
    expected(3, j) += x(10, 5 + j) - 1;
    expected(10, 5 + j) += x(3, j);
  }
  CHECK((grove::grad(loss)(x) - expected).abs().maxCoeff() < 1e-12);
}

TEST_CASE("fused sums work on arrays of floats") {
  const Eigen::MatrixXf x = Eigen::MatrixXf::Random(37, 3);
  const auto loss = [](const auto& w, const Eigen::MatrixXf& m) {
    return grove::mean(grove::square((m * w).array() - 1.0F)) + w.array().square().sum();
  };
  const Eigen::VectorXf w = Eigen::VectorXf::Random(3);
  const Eigen::VectorXf expected = 2.0F / 37.0F * x.transpose() * ((x * w).array() - 1.0F).matrix() + 2.0F * w;
  CHECK((grove::grad(loss)(w, x) - expected).norm() < 1e-5F);
}
