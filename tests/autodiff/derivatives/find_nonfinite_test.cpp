#include "autodiff/derivatives/find_nonfinite.hpp"

#include <Eigen/Core>
#include <limits>

#include "tests/catch.hpp"

using Eigen::MatrixXd;
using Eigen::VectorXd;
using grove::NonFiniteIn;

namespace {

template <class T = double>
struct Model {
  grove::Matrix<T> weight;
  T scale;
};

const Model<> at{(MatrixXd(2, 2) << 1, 2, 3, 4).finished(), 0.5};

const auto loss = [](const auto& p, const VectorXd& x) {
  const auto h = (p.weight * x).eval();
  return grove::sum(log(h.array() - 3.0)) + sqrt(p.scale);
};

}  // namespace

TEST_CASE("find_nonfinite: nothing to find, and what is wrong with a value") {
  const VectorXd good = VectorXd::Constant(2, 3), bad = VectorXd::Unit(2, 0);
  CHECK_FALSE(grove::find_nonfinite(loss, at, good));
  CHECK(grove::find_nonfinite(loss, at, good).string() == "value and gradient are finite");
  // h = (1, 3): log(-2) comes first, log(0) second.
  const grove::NonFinite found = grove::find_nonfinite(loss, at, bad);
  CHECK(found.in == NonFiniteIn::value);
  CHECK(found.operation == "log");
  CHECK(std::isnan(found.result));
  REQUIRE(found.operands.size() == 1);
  CHECK(found.operands[0].value == -2);
  CHECK(found.string() ==
        "the value: log(-2) = nan, -2 from - of + and a constant; depends on weight(0, 0), weight(0, 1)");
}

TEST_CASE("find_nonfinite: what is wrong with a gradient, a parameter, a constant") {
  const VectorXd good = VectorXd::Constant(2, 3);
  Model<> zero = at;
  zero.scale = 0;
  const grove::NonFinite found = grove::find_nonfinite(loss, zero, good);
  CHECK(found.in == NonFiniteIn::gradient);
  CHECK(found.params == std::vector<std::string>{"scale"});
  CHECK(found.string() == "the gradient: 1 / 0 = inf, 1 from a constant, 0 from + of sqrt; depends on scale");
  zero.weight(1, 0) = std::numeric_limits<double>::quiet_NaN();
  CHECK(grove::find_nonfinite(loss, zero, good).string() == "the parameter weight(1, 0) is nan");
  const VectorXd infinite = VectorXd::Constant(2, std::numeric_limits<double>::infinity());
  const grove::NonFinite data = grove::find_nonfinite(loss, at, infinite);
  CHECK(data.operation == "*");
  CHECK(data.params == std::vector<std::string>{"weight(0, 0)"});
}

TEST_CASE("find_nonfinite: a constant result, a custom rule") {
  const auto none = [](const auto& x) { return std::remove_cvref_t<decltype(x[0])>(std::nan("")); };
  const std::string text = "the result is nan, which no operation on numbers that depend on the parameters made";
  CHECK(grove::find_nonfinite(none, Eigen::Vector2d(1, 2)).string() == text);
  const auto rule = grove::custom_vjp([](const auto& x) { return log(x); },
                                      [](const auto& x) {
                                        return std::pair{log(x), x};
                                      },
                                      [](const auto& x, const auto& c) { return c / x; });
  const auto custom = [rule](const auto& x) { return rule(x[0]) * x[1]; };
  const grove::NonFinite found = grove::find_nonfinite(custom, Eigen::Vector2d(-1, 2));
  CHECK(found.operation == "*");
  CHECK(found.params == std::vector<std::string>{"[1]"});
  CHECK_FALSE(grove::find_nonfinite(custom, Eigen::Vector2d(1, 2)));
}

TEST_CASE("find_nonfinite: only what reaches the result counts") {
  const auto guarded = [](const auto& x) {
    return grove::sum(where(x.array() > 0.0, sqrt(x.array()), 0.0 * x.array()));
  };
  CHECK_FALSE(grove::find_nonfinite(guarded, Eigen::VectorXd(Eigen::Vector2d(-1, 4))));
  CHECK_FALSE(grove::find_nonfinite(guarded, VectorXd()));
  CHECK(grove::grad(guarded)(VectorXd(Eigen::Vector2d(-1, 4)))[1] == 0.25);  // and nothing is observed any more
}
