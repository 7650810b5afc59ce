// The losses of the example programs, and of every model, have one value and one derivative in all modes.
#include <Eigen/Dense>
#include <string>
#include <vector>

#include "autodiff/autodiff.hpp"
#include "models/models.hpp"
#include "tests/autodiff/agreement.hpp"
#include "tests/catch.hpp"

using Eigen::MatrixXd;
using Eigen::Vector2d;
using Eigen::VectorXd;
using grove::test::disagreement;
using grove::test::second_order_disagreement;
namespace models = grove::models;

namespace {

template <class T = double>
struct Spring {
  T stiffness, length;
};
template <class T = double>
struct Chain {
  std::vector<Spring<T>> springs;
  grove::Vector<T> positions;
  std::string material;
};
template <class T = double>
struct Line {
  grove::Vector<T> weight;
  T bias;
};

const MatrixXd x =
    MatrixXd::NullaryExpr(7, 3, [](Eigen::Index i, Eigen::Index j) { return std::sin(double(3 * i + 7 * j)); });
const VectorXd y = VectorXd::LinSpaced(7, -1, 2);

}  // namespace

TEST_CASE("losses of the examples: a function, a struct of structs, a regression by hand") {
  CHECK(disagreement(
            {}, [](const auto& t) { return exp(-t) * sin(3 * t); }, 0.7) == "");
  const auto energy = [](const auto& chain) {
    auto sum = grove::scalar_t<decltype(chain)>(0);
    for (std::size_t i = 0; i < chain.springs.size(); ++i) {
      const auto k = static_cast<Eigen::Index>(i);
      auto stretch = chain.positions[k] - chain.springs[i].length;
      if (i > 0) stretch -= chain.positions[k - 1];
      sum += 0.5 * chain.springs[i].stiffness * stretch * stretch;
    }
    return sum;
  };
  CHECK(disagreement({}, energy, Chain<>{{{2.0, 1.0}, {3.0, 0.5}}, Vector2d(1.2, 1.9), "steel"}) == "");
  const auto loss = [](const auto& p, const MatrixXd& inputs, const VectorXd& targets) {
    return grove::mean(grove::square((inputs * p.weight).array() + p.bias - targets.array()));
  };
  CHECK(disagreement({}, loss, Line<>{VectorXd::LinSpaced(3, -1, 1), 0.3}, x, y) == "");
}

TEST_CASE("losses of the models") {
  const auto error = models::mean_squared_error;
  CHECK(second_order_disagreement({}, error, models::LinearRegression<>{VectorXd::LinSpaced(3, -1, 1), 0.3}, x, y) ==
        "");
  CHECK(second_order_disagreement({}, error, models::ExponentialDecay<>{5.0, 0.8, 1.0}, y, y) == "");
  const VectorXd labels = (y.array() > 0).cast<double>();
  const models::LogisticRegression<> logistic{VectorXd::LinSpaced(3, -1, 1), 0.3};
  CHECK(second_order_disagreement({}, models::log_loss, logistic, x, labels) == "");
  CHECK(second_order_disagreement({}, error, models::make_mlp({3, 4, 1}, 3), x, MatrixXd(y)) == "");
}

TEST_CASE("landscapes") {
  CHECK(second_order_disagreement({}, models::Rosenbrock{}, Vector2d(-0.7, 0.4)) == "");
  CHECK(second_order_disagreement({}, models::Saddle{}, Vector2d(-0.7, 0.4)) == "");
  CHECK(second_order_disagreement({}, models::DoubleWell{}, Vector2d(-0.7, 0.4)) == "");
  CHECK(second_order_disagreement({}, models::Ackley{}, Vector2d(-0.7, 0.4)) == "");
  CHECK(second_order_disagreement({}, models::Himmelblau{}, Vector2d(-0.7, 0.4)) == "");
  CHECK(second_order_disagreement({}, models::Beale{}, Vector2d(-0.7, 0.4)) == "");
  CHECK(second_order_disagreement({}, models::random_wells(4, 1), Vector2d(-0.7, 0.4)) == "");
}
