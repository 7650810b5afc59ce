// evaluate: the plain value of whatever a function of trees returns.
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "autodiff/derivatives/grad.hpp"
#include "autodiff/derivatives/jacobian.hpp"
#include "tests/catch.hpp"

using grove::evaluate;

namespace {

template <class T>
struct Outcome {
  T loss;
  grove::Vector<T> residuals;
  int count;
};

template <class Expected, class Actual>
void require_type(const Actual&) {
  STATIC_REQUIRE(std::is_same_v<Actual, Expected>);
}

const Eigen::ArrayXd x = Eigen::ArrayXd::LinSpaced(5, 1, 2);
const Eigen::Vector2d at(1, 2);

}  // namespace

TEST_CASE("residuals are plain arrays of the kind that the function returns (evaluate-of-residuals)") {
  const auto as_array = [](const auto& b, const Eigen::ArrayXd& data) { return b[0] * exp(-b[1] * data) - 1; };
  const auto as_matrix = [&](const auto& b, const Eigen::ArrayXd& data) { return as_array(b, data).matrix(); };
  const auto r = evaluate(as_matrix, at, x);
  require_type<Eigen::VectorXd>(r);
  const auto a = evaluate(as_array, at, x);
  require_type<Eigen::ArrayXd>(a);
  REQUIRE(r.size() == 5);
  CHECK((a.matrix().array() == r.array()).all());
  for (Eigen::Index i = 0; i < 5; ++i) CHECK(r[i] == Approx(std::exp(-2 * x[i]) - 1).epsilon(1e-15));
  CHECK((grove::value_and_jacobian(as_matrix)(at, x).value.array() == r.array()).all());
  require_type<Eigen::Matrix2d>(evaluate([](const auto& b) { return b * b.transpose(); }, at));
  require_type<Eigen::VectorXf>(evaluate([](const auto& b) { return b.head(1); }, Eigen::VectorXf(at.cast<float>())));
  require_type<double>(evaluate([](const auto& b) { return b.transpose() * b; }, at));
  CHECK(evaluate([](const auto& b) { return b.head(0); }, Eigen::VectorXd(at)).size() == 0);
}

TEST_CASE("a matrix of variables, a plain array and the parameters themselves have values too") {
  const auto of_variables = [](const auto& b) {
    using T = grove::scalar_t<decltype(b)>;
    return Eigen::Matrix<T, 2, 1>(b[0], b[0] * b[1]);
  };
  const auto value = evaluate(of_variables, at);
  require_type<Eigen::Vector2d>(value);
  CHECK(value == Eigen::Vector2d(1, 2));
  CHECK(evaluate([](const auto&) { return Eigen::VectorXd(Eigen::Vector3d(1, 2, 3)); }, at)[2] == 3);
  CHECK(evaluate([](const auto& b) { return b; }, at) == at);
}

TEST_CASE("a tree of results is a tree of plain numbers") {
  const auto tree = evaluate(
      [](const auto& b) {
        using T = grove::scalar_t<decltype(b)>;
        return Outcome<T>{b[0] + b[1], b * 2.0, 3};
      },
      at);
  require_type<Outcome<double>>(tree);
  CHECK(tree.loss == 3);
  CHECK(tree.residuals == Eigen::Vector2d(2, 4));
  CHECK(tree.count == 3);
  CHECK(evaluate([](const auto& b) { return std::vector{b[0], b[1]}; }, at) == std::vector<double>{1, 2});
  const auto [head, last, all] = evaluate([](const auto& b) { return std::tuple{b.head(1), b[1], b + b}; }, at);
  CHECK(head[0] == 1);
  CHECK(last == 2);
  CHECK(all == Eigen::Vector2d(2, 4));
}

TEST_CASE("a pair of value and aux is a plain pair") {
  const auto with_residuals = [](const auto& b, const Eigen::ArrayXd& data) {
    auto r = b[0] * exp(-b[1] * data) - 1;
    return std::pair{mean(square(r)), r};
  };
  const auto both = evaluate(with_residuals, at, x);
  require_type<std::pair<double, Eigen::ArrayXd>>(both);
  CHECK(both.first == grove::value_and_grad(with_residuals, grove::has_aux)(at, x).value.first);
  CHECK(both.second.square().mean() == Approx(both.first).epsilon(1e-15));
  CHECK(evaluate(
            [](const auto& b) {
              return std::pair{b[0] * b[1], std::string("words")};
            },
            at) == std::pair{2.0, std::string("words")});
}

TEST_CASE("inside a loss the values still depend on its parameters") {
  const auto outer = [](const auto& q) {
    return evaluate([](const auto& z) { return z.array().square().matrix(); }, q).sum();
  };
  CHECK(grove::grad(outer)(at) == Eigen::Vector2d(2, 4));
}
