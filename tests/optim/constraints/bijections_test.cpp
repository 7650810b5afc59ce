// Bijections: there and back, the set that they reach, and the determinant by a Jacobian.
// Headers: optim/constraints/{by_path,elementwise_bijections,matrix_bijections,simplex_bijection}.hpp
#include "optim/constraints/by_path.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <Eigen/LU>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "autodiff/derivatives/grad.hpp"
#include "autodiff/derivatives/hessian.hpp"
#include "autodiff/derivatives/jacobian.hpp"
#include "autodiff/gradcheck/gradcheck.hpp"
#include "tests/catch.hpp"

using namespace grove::optim::bijections;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

template <class T = double>
struct Model {
  T scale;
  grove::Vector<T> weights;
  grove::Matrix<T> factor;
  grove::Matrix<T> relation;
  grove::Vector<T> free;
};

/// A bijection of vectors, with its types behind functions; `entries` picks the independent ones of the result.
struct Row {
  std::string name;
  int size;
  std::function<VectorXd(const VectorXd&)> round_trip;
  std::function<MatrixXd(const VectorXd&)> jacobian;  // of the independent entries
  std::function<double(const VectorXd&)> log_det;
};

template <class B, class Entries>
Row row(std::string name, int size, B b, Entries entries) {
  return {std::move(name), size, [b](const VectorXd& x) { return VectorXd(b.inverse(b.forward(x))); },
          [b, entries](const VectorXd& x) {
            return MatrixXd(grove::jacfwd([&](const auto& u) { return entries(b.forward(u)); })(x));
          },
          [b](const VectorXd& x) { return b.log_det_jacobian(x); }};
}

const auto all_of = [](const auto& y) { return y; };
/// The entries below the diagonal, and the diagonal if `with_diagonal` is 1.
template <int with_diagonal>
const auto triangle_of = [](const auto& y) {
  using T = grove::scalar_t<decltype(y)>;
  std::vector<T> list;
  for (Eigen::Index i = 0; i < y.rows(); ++i) {
    for (Eigen::Index j = 0; j < i + with_diagonal; ++j) list.push_back(y(i, j));
  }
  return list;
};

VectorXd some_numbers(int size, double phase) {
  VectorXd x(size);
  for (int i = 0; i < size; ++i) x(i) = 1.5 * std::sin(phase + 2.3 * i);
  return x;
}

}  // namespace

TEST_CASE("bijections go there and back, and know the determinant of their Jacobian") {
  const std::vector<Row> rows{row("positive", 4, positive(), all_of),
                              row("softplus", 4, softplus_positive(), all_of),
                              row("interval", 4, interval(-2, 5), all_of),
                              row("above", 3, interval(-2, inf), all_of),
                              row("below", 3, interval(-inf, 2), all_of),
                              row("line", 3, interval(-inf, inf), all_of),
                              row("simplex", 4, simplex(), [](const auto& y) { return y.head(y.size() - 1); }),
                              row("lower_cholesky", 6, lower_cholesky(), triangle_of<1>),
                              row("correlation", 6, correlation(), triangle_of<0>)};
  for (const Row& r : rows) {
    INFO(r.name);
    for (const double phase : {0.0, 1.0, 2.5}) {
      const VectorXd x = some_numbers(r.size, phase);
      CHECK((r.round_trip(x) - x).cwiseAbs().maxCoeff() < 1e-13);
      const double expected = std::log(std::abs(r.jacobian(x).determinant()));
      CHECK(r.log_det(x) == Approx(expected).epsilon(1e-12).margin(1e-12));
    }
  }
}

TEST_CASE("what comes out lies in the set") {
  for (const double phase : {0.0, 1.0, 2.5}) {
    const VectorXd x = 3 * some_numbers(10, phase);
    const MatrixXd r = correlation().forward(x), l = correlation().cholesky(x);
    REQUIRE(r.rows() == 5);
    CHECK((r - l * l.transpose()).cwiseAbs().maxCoeff() < 1e-15);
    CHECK(r.diagonal().isOnes(0));
    CHECK(Eigen::LLT<MatrixXd>(r).info() == Eigen::Success);
    const VectorXd w = simplex().forward(x);
    CHECK((w.size() == 11 && w.minCoeff() > 0 && std::abs(w.sum() - 1) < 1e-15));
    const MatrixXd c = lower_cholesky().forward(x);
    CHECK((c.rows() == 4 && c.diagonal().minCoeff() > 0 && c(0, 3) == 0));
  }
  CHECK(simplex().forward(VectorXd(0)) == VectorXd::Ones(1));
  CHECK(correlation().forward(VectorXd(0)) == MatrixXd::Ones(1, 1));
  CHECK(lower_cholesky().forward(VectorXd(0)).size() == 0);
}

TEST_CASE("bijections of extreme numbers neither overflow nor lose themselves") {
  const VectorXd w = simplex().forward(VectorXd{{1000, -1000}});
  CHECK(w == Eigen::Vector3d(1, 0, 0));
  CHECK(simplex().log_det_jacobian(VectorXd{{1000, -1000}}) == Approx(-3000));
  CHECK(interval(0, 1).forward(-800.0) == Approx(0).margin(1e-300));
  CHECK(interval(0, 1).log_det_jacobian(-800.0) == Approx(-800));
  CHECK(softplus_positive().forward(1000.0) == 1000);
  CHECK(softplus_positive().inverse(1000.0) == 1000);
  CHECK(softplus_positive().inverse(1e-12) == Approx(std::log(1e-12)));
  CHECK(correlation().log_det_jacobian(VectorXd{{400}}) == Approx(2 * std::log(2.0) - 800).epsilon(1e-14));
  const MatrixXd r = correlation().forward(VectorXd{{1000, -1000, 3}});
  CHECK(r.allFinite());
}

TEST_CASE("bijections of numbers, rows of floats and arrays keep their kind") {
  CHECK(positive().forward(0.5) == std::exp(0.5));
  const Eigen::RowVector2f f = interval(0, 2).forward(Eigen::RowVector2f(0, 0));
  CHECK(f == Eigen::RowVector2f(1, 1));
  const Eigen::ArrayXd a = positive().inverse(Eigen::ArrayXd(Eigen::ArrayXd::Constant(2, 1)));
  CHECK((a == 0).all());
  const Eigen::VectorXf s = simplex().forward(Eigen::VectorXf(Eigen::VectorXf::Zero(1)));
  CHECK(s == Eigen::Vector2f(0.5F, 0.5F));
  CHECK(correlation().log_det_jacobian(Eigen::VectorXf(Eigen::VectorXf::Zero(1))) == 0);
}

TEST_CASE("bijections of a tree are chosen by path, and have derivatives") {
  const auto map = by_path(at("scale", positive()), at("weights", simplex()), at("factor", lower_cholesky()),
                           at([](const grove::tree::Path& p) { return p.ends_with("relation"); }, correlation()));
  const Model<> x{0.3, some_numbers(2, 0), some_numbers(3, 1), some_numbers(3, 2), some_numbers(2, 3)};
  const Model<> y = map.forward(x), back = map.inverse(y);
  CHECK((y.weights.size() == 3 && y.factor.rows() == 2 && y.relation.rows() == 3 && y.free == x.free));
  CHECK((back.relation - x.relation).cwiseAbs().maxCoeff() < 1e-14);
  CHECK(back.scale == Approx(0.3));
  CHECK(map.log_det_jacobian(x) ==
        Approx(positive().log_det_jacobian(0.3) + simplex().log_det_jacobian(x.weights) +
               lower_cholesky().log_det_jacobian(x.factor) + correlation().log_det_jacobian(x.relation)));

  const auto loss = [](const auto& p) {
    return p.scale * (grove::sum(grove::square(p.weights)) + grove::sum(p.free)) + grove::sum(grove::square(p.factor)) +
           grove::sum(p.relation * p.relation);
  };
  const auto log_density = [&](const auto& p) { return constrained(loss, map)(p) - map.log_det_jacobian(p); };
  CHECK_NOTHROW(grove::gradcheck(log_density, x));
  CHECK(grove::hessian(log_density)(x).allFinite());
}

TEST_CASE("bijections say what does not fit") {
  CHECK_THROWS_WITH(interval(1, 1), "interval: lower = 1 must lie below upper = 1");
  CHECK_THROWS_WITH(interval(0, 1).inverse(1.0), "interval: inverse: 1 does not lie in (0, 1)");
  CHECK_THROWS_WITH(positive().inverse(VectorXd{{1, -2}}), "positive: inverse: -2 is not positive");
  CHECK_THROWS_WITH(simplex().inverse(VectorXd{{1, 0}}), "simplex: inverse: 0 is not positive");
  CHECK_THROWS_WITH(lower_cholesky().forward(VectorXd(4)),
                    "lower_cholesky: 4 unconstrained numbers fill no triangle; there must be n (n + 1) / 2");
  CHECK_THROWS_WITH(correlation().forward(VectorXd(2)),
                    "correlation: 2 unconstrained numbers fill no triangle; there must be n (n - 1) / 2");
  CHECK_THROWS_WITH(lower_cholesky().inverse(MatrixXd(2, 3)),
                    "lower_cholesky: inverse: the matrix must be square, got 2×3");
  CHECK_THROWS_WITH(correlation().inverse(MatrixXd{{1, 2}, {2, 1}}),
                    "correlation: inverse: the matrix is not positive definite");
  CHECK_THROWS_WITH(simplex().forward(MatrixXd(2, 2)),
                    "simplex: the unconstrained numbers must be one column, got 2×2");
  const Model<> x{1, VectorXd(1), MatrixXd(1, 1), MatrixXd(1, 1), VectorXd(1)};
  CHECK_THROWS_WITH(by_path(at("weight", positive())).forward(x), Catch::Contains("by_path: rule 0 fits no leaf"));
  CHECK_THROWS_WITH(by_path(at("scale", simplex())).forward(x),
                    "by_path: scale is a number and its bijection needs a vector");
}
