// A function of one point on many: against plain loops and closed forms.
#include <Eigen/Dense>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include "autodiff/autodiff.hpp"
#include "tests/catch.hpp"

using Catch::Matchers::Contains;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

MatrixXd points(Eigen::Index n) {
  return MatrixXd::NullaryExpr(n, 2, [](Eigen::Index i, Eigen::Index j) {
    return std::sin(1.7 * double(i) + 0.9 * double(j)) * (1.0 + 0.2 * double(j));
  });
}

/// x² y + exp(y), with its derivatives.
const auto valley = [](const auto& p) { return p(0) * p(0) * p(1) + exp(p(1)); };
double valley_of(double x, double y) { return x * x * y + std::exp(y); }
Eigen::Vector2d slope_of(double x, double y) { return {2 * x * y, x * x + std::exp(y)}; }
Eigen::Matrix2d curvature_of(double x, double y) { return Eigen::Matrix2d{{2 * y, 2 * x}, {2 * x, std::exp(y)}}; }

template <class T = double>
struct Line {
  grove::Vector<T> weight;
  T bias;
};
const auto squared_error = [](const auto& p, const VectorXd& x, double y) {
  const auto r = p.weight.dot(x) + p.bias - y;
  return r * r;
};

template <class T = double>
struct Place {
  T east, north;
  int zone = 0;
};

}  // namespace

TEST_CASE("rows of a matrix are points: gradients, values with gradients, Hessians", "[vmap]") {
  const MatrixXd x = points(11);
  const MatrixXd slopes = grove::vmap(grove::grad(valley))(x);
  const auto [values, grads] = grove::vmap(grove::value_and_grad(valley))(x);
  const std::vector<MatrixXd> curvatures = grove::vmap(grove::hessian(valley))(x);
  REQUIRE(slopes.rows() == 11);
  REQUIRE(curvatures.size() == 11);
  CHECK(slopes == grads);
  for (Eigen::Index i = 0; i < 11; ++i) {
    CHECK(values(i) == Approx(valley_of(x(i, 0), x(i, 1))).epsilon(1e-14));
    CHECK(slopes.row(i).transpose().isApprox(slope_of(x(i, 0), x(i, 1)), 1e-14));
    CHECK(curvatures[std::size_t(i)].isApprox(curvature_of(x(i, 0), x(i, 1)), 1e-14));
  }
}

TEST_CASE("the result keeps the kind and the order of the batch", "[vmap]") {
  using Rows = Eigen::Array<double, Eigen::Dynamic, 2, Eigen::RowMajor>;
  const Rows x = points(3).array();
  const auto slopes = grove::vmap([](const auto& p) { return (2 * p).eval(); })(x);
  STATIC_REQUIRE((std::is_same_v<decltype(slopes), const Rows>));
  CHECK((slopes == 2 * x).all());
  CHECK(grove::vmap([](double t) { return t * t; })(VectorXd::LinSpaced(3, 1, 3)) == Eigen::Vector3d(1, 4, 9));
  CHECK(grove::vmap([](double t) { return int(t); })(VectorXd::LinSpaced(3, 1, 3)) == Eigen::Vector3i(1, 2, 3));
  const std::vector<bool> signs = grove::vmap([](double t) { return t > 1.5; })(VectorXd::LinSpaced(3, 1, 3));
  CHECK(signs == std::vector<bool>{false, true, true});
}

TEST_CASE("a std::vector of trees gives a std::vector of trees, of any shapes", "[vmap]") {
  const std::vector<Line<>> lines{{Eigen::Vector2d(1, -2), 0.5}, {Eigen::Vector2d(0, 3), -1.0}};
  const VectorXd x = Eigen::Vector2d(2, 1);
  const auto [values, grads] = grove::vmap(grove::value_and_grad(squared_error))(lines, x, 0.25);
  STATIC_REQUIRE((std::is_same_v<decltype(values), const std::vector<double>>));
  STATIC_REQUIRE((std::is_same_v<decltype(grads), const std::vector<Line<>>>));
  for (std::size_t i = 0; i < 2; ++i) {
    const double r = lines[i].weight.dot(x) + lines[i].bias - 0.25;
    CHECK(values[i] == r * r);
    CHECK(grads[i].weight == 2 * r * x);
    CHECK(grads[i].bias == 2 * r);
  }
  const std::vector<VectorXd> ragged{VectorXd::Ones(1), VectorXd::Ones(3), VectorXd()};
  const auto doubled = grove::vmap(grove::grad([](const auto& v) { return v.squaredNorm(); }))(ragged);
  CHECK(doubled[1] == VectorXd::Constant(3, 2.0));
  CHECK(doubled[2].size() == 0);
}

TEST_CASE("other positions are batches, too: the gradient of each example", "[vmap]") {
  const Line<> line{Eigen::Vector2d(0.5, -1), 0.1};
  const MatrixXd x = points(5);
  const VectorXd y = x.col(0);
  const std::vector<Line<>> each = grove::vmap<1, 2>(grove::grad(squared_error))(line, x, y);
  for (Eigen::Index i = 0; i < 5; ++i) {
    const double r = x.row(i).dot(line.weight) + line.bias - y(i);
    CHECK(each[std::size_t(i)].weight.isApprox(2 * r * x.row(i).transpose(), 1e-14));
    CHECK(each[std::size_t(i)].bias == Approx(2 * r).epsilon(1e-14));
  }
}

TEST_CASE("a tree of vectors: an instance has numbers, what is no leaf is in each", "[vmap]") {
  const Place<VectorXd> places{VectorXd::LinSpaced(4, 1, 4), VectorXd::LinSpaced(4, -1, 1), 7};
  const auto height = [](const auto& p) { return p.east * p.east * p.north * double(p.zone); };
  const Place<VectorXd> slopes = grove::vmap(grove::grad(height))(places);
  CHECK(slopes.east.isApprox(14 * places.east.cwiseProduct(places.north), 1e-14));
  CHECK(slopes.north.isApprox(7 * places.east.cwiseAbs2(), 1e-14));
  CHECK(slopes.zone == 7);
}

TEST_CASE("products along directions: point and tangent are batches", "[vmap]") {
  const MatrixXd x = points(3), v = points(3).array() + 1;
  const auto [values, tangents] = grove::vmap<0, 1>(grove::jvp(valley))(x, v);
  const MatrixXd products = grove::vmap<0, 1>(grove::hvp(valley))(x, v);
  for (Eigen::Index i = 0; i < 3; ++i) {
    CHECK(values(i) == Approx(valley_of(x(i, 0), x(i, 1))).epsilon(1e-14));
    CHECK(tangents(i) == Approx(slope_of(x(i, 0), x(i, 1)).dot(v.row(i))).epsilon(1e-13));
    CHECK(products.row(i).transpose().isApprox(curvature_of(x(i, 0), x(i, 1)) * v.row(i).transpose(), 1e-13));
  }
}

TEST_CASE("inside a loss, with captured variables and with active batches", "[vmap]") {
  const MatrixXd x = points(4);
  // Σᵢ (wᵀxᵢ)² by w, twice: the batch is data, or depends on the parameters.
  const auto over_data = [&x](const auto& w) {
    return grove::vmap([&w](const VectorXd& row) {
             const auto z = w.dot(row);
             return z * z;
           })(x)
        .sum();
  };
  const auto over_products = [&x](const auto& w) {
    return grove::vmap([](const auto& z) { return z * z; })(x * w).sum();
  };
  const auto through_rows = [&x](const auto& w) {
    const auto scaled = grove::vmap([](const auto& row) { return (2 * row).eval(); })((x * w) * w.transpose());
    return scaled.sum();
  };
  const VectorXd w = Eigen::Vector2d(0.7, -0.3);
  const VectorXd expected = 2 * x.transpose() * (x * w);
  CHECK(grove::grad(over_data)(w).isApprox(expected, 1e-13));
  CHECK(grove::grad(over_products)(w).isApprox(expected, 1e-13));
  const VectorXd s = x.colwise().sum().transpose();
  const VectorXd by_rows = 2 * (s * w.sum() + VectorXd::Constant(2, s.dot(w)));
  CHECK(grove::grad(through_rows)(w).isApprox(by_rows, 1e-13));
}

TEST_CASE("an instance that is NaN, or takes another branch, leaves the others alone", "[vmap]") {
  const auto kinked = [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    T sum = 0;
    for (int k = 0; k < 2; ++k) sum += p(k) > 0 ? T(p(k) * p(k)) : T(-p(k));
    return sum;
  };
  MatrixXd x = points(21);
  x(3, 1) = std::numeric_limits<double>::quiet_NaN();
  const MatrixXd slopes = grove::vmap(grove::grad(kinked))(x);
  for (Eigen::Index i = 0; i < 21; ++i) {
    for (Eigen::Index k = 0; k < 2; ++k) CHECK(slopes(i, k) == (x(i, k) > 0 ? 2 * x(i, k) : -1.0));
  }
  x(3, 1) = std::numeric_limits<double>::quiet_NaN();
  const MatrixXd smooth = grove::vmap(grove::grad(valley))(x);
  CHECK(std::isnan(smooth(3, 0)));
  CHECK(smooth.row(2).transpose().isApprox(slope_of(x(2, 0), x(2, 1)), 1e-14));
  CHECK(smooth.row(4).transpose().isApprox(slope_of(x(4, 0), x(4, 1)), 1e-14));
}

TEST_CASE("what is wrong with a batch is said", "[vmap]") {
  const auto sum = grove::vmap<0, 1>([](double a, double b) { return a + b; });
  CHECK_THROWS_WITH(sum(VectorXd::Zero(3), std::vector<double>(2)),
                    "vmap: argument 1 has 2 instances, argument 0 has 3");
  CHECK_THROWS_WITH(sum(VectorXd(), VectorXd()), "vmap: argument 0 is a batch without instances");
  const auto of_tree = grove::vmap([](const auto& p) { return p.east; });
  CHECK_THROWS_WITH(of_tree(Place<VectorXd>{VectorXd::Zero(2), VectorXd::Zero(3)}),
                    "vmap: argument 0: north has 3 rows, east has 2; a batch has one for each instance");
  const auto ragged = grove::vmap([](double t) { return VectorXd(VectorXd::Ones(Eigen::Index(t))); });
  CHECK_THROWS_WITH(ragged(Eigen::Vector3d(2, 2, 1)),
                    Contains("instance 2 gave a vector of 1 elements, instance 0 one of 2"));
}

TEST_CASE("an exception names its instance, and nothing stays recorded", "[vmap]") {
  const auto guarded = [](const auto& p) {
    if (grove::value_of(p(0)) > 0.9) throw std::domain_error("too far east");
    return p(0) * p(1);
  };
  MatrixXd x = MatrixXd::Constant(12, 2, 0.5);
  x(9, 0) = 2;
  try {
    grove::vmap(grove::grad(guarded))(x);
    FAIL("did not throw");
  } catch (const grove::Error& e) {
    CHECK(e.what() == std::string("vmap: instance 9: too far east"));
    CHECK_THROWS_AS(std::rethrow_if_nested(e), std::domain_error);
  }
  const auto misshapen = [](const auto& p) { return (p * p).sum(); };
  CHECK_THROWS_AS(grove::vmap(grove::grad(misshapen))(x), grove::ShapeError);
  CHECK_THROWS_WITH(grove::vmap(grove::grad(misshapen))(x), Contains("vmap: instance 0: "));
  x(9, 0) = 0.5;
  CHECK(grove::vmap(grove::grad(guarded))(x) == x);
}
