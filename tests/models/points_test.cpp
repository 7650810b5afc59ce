// Landscapes and models take a point and many points alike.
#include <models/models.hpp>

#include "tests/catch.hpp"

using namespace grove::models;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

/// The same number in each place, up to some rounding.
bool same(const VectorXd& a, const VectorXd& b) {
  return a.size() == b.size() && (a - b).norm() <= 1e-13 * (1 + b.norm());
}

/// Values and gradients of rows are those of the points.
template <class F>
void check_rows(const F& f, Eigen::Index dimensions) {
  const MatrixXd points = MatrixXd::Random(7, dimensions);
  const auto weight = [](Eigen::Index i) { return 1.0 + static_cast<double>(i); };
  VectorXd values(7);
  MatrixXd slopes(7, dimensions);
  for (Eigen::Index i = 0; i < 7; ++i) {
    const VectorXd point = points.row(i).transpose();
    values[i] = f(point);
    slopes.row(i) = weight(i) * grove::grad(f)(point).transpose();
  }
  const VectorXd weights = VectorXd::NullaryExpr(7, weight);
  CHECK(VectorXd(f(points)) == values);
  CHECK(VectorXd(f(2 * points - points)) == values);
  const auto loss = [&](const auto& rows) { return grove::sum(weights.array() * f(rows)); };
  const auto [value, grads] = grove::value_and_grad(loss)(points);
  CHECK(value == Approx(weights.dot(values)));
  CHECK((grads - slopes).norm() < 1e-13 * slopes.norm());
}

/// A curve at numbers is the curve at a vector, and so is its slope, by its params and by the number.
template <class Model>
void check_curve(const Model& model) {
  const VectorXd t = VectorXd::LinSpaced(5, 0.2, 2);
  VectorXd values(5), slopes(5);
  Model grads = model;
  grove::tree::for_each([](auto& leaf) { leaf *= 0; }, grads);
  for (Eigen::Index i = 0; i < 5; ++i) {
    values[i] = model(t[i]);
    slopes[i] = grove::grad([&](const auto& x) { return model(x); })(t[i]);
    grads = grove::tree::add(grads, grove::grad([&](const auto& m) { return m(t[i]); })(model));
  }
  CHECK(same(VectorXd(model(t)), values));
  const VectorXd h = VectorXd::Constant(5, 1e-5);
  CHECK((VectorXd((model(t + h) - model(t - h)) / 2e-5) - slopes).norm() < 1e-7 * (1 + slopes.norm()));
  const auto sum = [&](const auto& m) { return grove::sum(m(t)); };
  CHECK(same(grove::tree::flatten(grove::grad(sum)(model)), grove::tree::flatten(grads)));
}

/// What a model says of rows is what it says of each row.
template <class Model>
void check_model(const Model& model) {
  const MatrixXd rows = MatrixXd::Random(4, 2);
  const MatrixXd all = model(rows);
  for (Eigen::Index i = 0; i < 4; ++i) CHECK((MatrixXd(model(rows.row(i))) - all.row(i)).norm() < 1e-14);
}

}  // namespace

TEST_CASE("landscapes of rows are those of the points", "[landscapes]") {
  check_rows(Saddle{}, 2);
  check_rows(DoubleWell{}, 2);
  check_rows(Himmelblau{}, 2);
  check_rows(Beale{}, 2);
  check_rows(Rosenbrock{}, 4);
  check_rows(Ackley{}, 3);
  check_rows(random_wells(8, 3), 2);
  CHECK(Saddle{}(MatrixXd(0, 2)).size() == 0);
  CHECK_THROWS_WITH(Saddle{}(MatrixXd::Zero(2, 3).eval()), "Saddle: a point must have 2 elements, got 3");
  CHECK_THROWS_WITH(grove::grad([](const auto& x) { return grove::sum(Saddle{}(x)); })(MatrixXd::Zero(2, 3).eval()),
                    "Saddle: a point must have 2 elements, got 3");
}

TEST_CASE("curves take a number, plain or active, and a vector") {
  check_curve(ExponentialDecay<>{2, 0.7, 0.3});
  check_curve(MichaelisMenten<>{3, 0.4});
  check_curve(LogisticGrowth<>{4, 1.5, 0.8});
  check_curve(GaussianPeaks<>{Eigen::Vector2d(1, 2), Eigen::Vector2d(0.5, 1.5), Eigen::Vector2d(0.3, 0.6), 0.1});
  check_curve(Polynomial<>{Eigen::Vector4d(1, -2, 0.5, 0.25)});
  CHECK_THROWS_WITH(Polynomial<>{}(1.0), "polynomial: there are no coefficients");
}

TEST_CASE("regressions and networks take a row and rows") {
  const Eigen::Vector2d weight(0.4, -1.1);
  check_model(LinearRegression<>{weight, 0.3});
  check_model(LogisticRegression<>{weight, 0.3});
  check_model(PoissonRegression<>{weight, 0.3});
  check_model(NegativeBinomialRegression<>{weight, 0.3, 0.5});
  check_model(CoxRegression<>{weight});
  check_model(DenseLayer<>{MatrixXd::Random(2, 3), Eigen::RowVector3d(1, 2, 3)});
  check_model(MultinomialRegression<>{MatrixXd::Random(2, 3), Eigen::RowVector3d(1, 2, 3)});
  check_model(make_mlp({2, 4, 3}, 1));
  check_model(MlpClassifier<>{make_mlp({2, 4, 3}, 1)});
}
