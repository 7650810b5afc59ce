// Several instances at once: lists of trees, examples, Hessians, float.
#include <Eigen/Dense>
#include <cmath>
#include <vector>

#include "autodiff/autodiff.hpp"
#include "tests/catch.hpp"

using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

/// n points of three numbers, some negative, no two alike.
MatrixXd points(Eigen::Index n) {
  return MatrixXd::NullaryExpr(
      n, 3, [](Eigen::Index i, Eigen::Index j) { return 1.3 * std::sin(1.7 * double(i) + 0.9 * double(j) + 0.4); });
}

/// The same function one by one: vmap looks for a derivative function, which this is not.
template <class F>
auto singly(F f) {
  return grove::vmap([f](const auto&... args) { return f(args...); });
}

int calls = 0;
template <class T = double>
struct Line {
  grove::Vector<T> weight;
  T bias;
  int degree = 1;
};

}  // namespace

TEST_CASE("lists of trees, of one structure and of several; examples", "[vmap]") {
  const auto loss = [](const auto& p, const auto& x, const auto& y) {
    ++calls;
    const auto r = exp(p.weight.dot(x)) + p.bias * double(p.degree) - y;
    return r * r;
  };
  const MatrixXd w = points(12);
  std::vector<Line<>> lines;
  for (Eigen::Index i = 0; i < 12; ++i) lines.push_back({w.row(i).transpose(), w(i, 0) - 1});
  const VectorXd x = Eigen::Vector3d(0.2, -0.4, 0.3);
  const auto check = [&](int expected) {
    calls = 0;
    const std::vector<Line<>> grads = grove::vmap(grove::grad(loss))(lines, x, 0.5);
    CHECK(calls == expected);
    const auto alone = singly(grove::grad(loss))(lines, x, 0.5);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      CHECK(grads[i].weight.isApprox(alone[i].weight, 1e-14));
      CHECK(grads[i].bias == Approx(alone[i].bias));
      CHECK(grads[i].degree == lines[i].degree);
    }
  };
  check(2);
  lines[2].degree = 3;  // a branch may depend on it
  check(9);

  calls = 0;
  const std::vector<Line<>> each = grove::vmap<1, 2>(grove::grad(loss))(lines[0], w, VectorXd(w.col(1)));
  CHECK(calls == 2);
  CHECK(each[7].weight.isApprox(grove::grad(loss)(lines[0], VectorXd(w.row(7)), w(7, 1)).weight, 1e-14));
}

TEST_CASE("Hessians and float in packs", "[vmap]") {
  const auto loss = [](const auto& p) {
    ++calls;
    return exp(p(0) * p(1)) + p(2) * p(2) * p(0);
  };
  const MatrixXd w = points(9);
  calls = 0;
  const std::vector<MatrixXd> hessians = grove::vmap(grove::hessian(loss))(w);
  CHECK(calls == 3);  // for two columns and one more of eight points, and all columns of the ninth
  const double a = w(4, 0), b = w(4, 1), e = std::exp(a * b);
  const Eigen::Matrix3d expected{
      {b * b * e, (1 + a * b) * e, 2 * w(4, 2)}, {(1 + a * b) * e, a * a * e, 0}, {2 * w(4, 2), 0, 2 * a}};
  CHECK(hessians[4].isApprox(expected, 1e-14));
  CHECK(hessians[8].isApprox(grove::hessian(loss)(VectorXd(w.row(8))), 1e-14));

  const Eigen::MatrixXf small = w.cast<float>();
  const Eigen::MatrixXf slopes = grove::vmap(grove::grad(loss))(small);
  CHECK(slopes(4, 0) == Approx(b * e + w(4, 2) * w(4, 2)).epsilon(1e-5));
}
