// Primitives with gradients written by hand, and the mistakes that hands make in them.
#pragma once

#include <Eigen/Dense>
#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace mutation {

using Params = std::vector<Eigen::MatrixXd>;
using Value = std::function<Eigen::MatrixXd(const Params&)>;
using Pullback = std::function<Params(const Params&, const Eigen::MatrixXd& y_bar)>;

struct Shape {
  Eigen::Index rows;
  Eigen::Index cols;
  bool dominant = false;  // diagonally dominant, so that it can be inverted
};

// A mistake that only this primitive can have.
struct Bug {
  std::string kind;
  Pullback pullback;
};

struct Primitive {
  std::string name;
  std::vector<Shape> shapes;
  double low, high;  // interior of the domain
  Value value;
  Pullback pullback;
  std::vector<Bug> bugs = {};
};

using Function = double (*)(double);
using BinaryFunction = double (*)(double, double);

inline Eigen::MatrixXd each(const Eigen::MatrixXd& x, Function f) { return x.unaryExpr(f); }
inline Eigen::MatrixXd each(const Eigen::MatrixXd& x, const Eigen::MatrixXd& y, BinaryFunction f) {
  return x.binaryExpr(y, f);
}

inline double logistic(double x) { return 1 / (1 + std::exp(-x)); }
inline constexpr double root_pi = 1.7724538509055160;

// `dropped` is the slope with one term forgotten.
inline Primitive elementwise(std::string name, double low, double high, Function f, Function slope, Function dropped) {
  const auto pull_with = [](Function s) {
    return [s](const Params& p, const Eigen::MatrixXd& y_bar) -> Params { return {each(p[0], s).cwiseProduct(y_bar)}; };
  };
  return {std::move(name),
          {{2, 2}},
          low,
          high,
          [f](const Params& p) { return each(p[0], f); },
          pull_with(slope),
          {{"dropped term", pull_with(dropped)}}};
}

inline Primitive binary(std::string name, double low, double high, BinaryFunction f, BinaryFunction left,
                        BinaryFunction right, BinaryFunction dropped) {
  const auto pull_with = [](BinaryFunction l, BinaryFunction r) {
    return [l, r](const Params& p, const Eigen::MatrixXd& y_bar) -> Params {
      return {each(p[0], p[1], l).cwiseProduct(y_bar), each(p[0], p[1], r).cwiseProduct(y_bar)};
    };
  };
  return {std::move(name),
          {{2, 2}, {2, 2}},
          low,
          high,
          [f](const Params& p) { return each(p[0], p[1], f); },
          pull_with(left, right),
          {{"dropped term", pull_with(left, dropped)}}};
}

inline std::vector<Primitive> elementwise_primitives() {
  using std::cos, std::exp, std::log, std::sin, std::sqrt, std::tan, std::tanh;
  return {
      elementwise(
          "exp(2x)", -2, 2, [](double x) { return exp(2 * x); }, [](double x) { return 2 * exp(2 * x); },
          [](double x) { return exp(2 * x); }),
      elementwise(
          "log", 0.1, 5, [](double x) { return log(x); }, [](double x) { return 1 / x; }, [](double) { return 1.0; }),
      elementwise(
          "sqrt", 0.1, 5, [](double x) { return sqrt(x); }, [](double x) { return 0.5 / sqrt(x); },
          [](double x) { return 1 / sqrt(x); }),
      elementwise(
          "square", -2, 2, [](double x) { return x * x; }, [](double x) { return 2 * x; }, [](double x) { return x; }),
      elementwise(
          "power 1.7", 0.2, 3, [](double x) { return std::pow(x, 1.7); },
          [](double x) { return 1.7 * std::pow(x, 0.7); }, [](double x) { return std::pow(x, 0.7); }),
      elementwise(
          "reciprocal", 0.3, 3, [](double x) { return 1 / x; }, [](double x) { return -1 / (x * x); },
          [](double x) { return -1 / x; }),
      elementwise(
          "sin", -3, 3, [](double x) { return sin(x); }, [](double x) { return cos(x); }, [](double) { return 1.0; }),
      elementwise(
          "x cos x", -3, 3, [](double x) { return x * cos(x); }, [](double x) { return cos(x) - x * sin(x); },
          [](double x) { return cos(x); }),
      elementwise(
          "tan", -1.2, 1.2, [](double x) { return tan(x); }, [](double x) { return 1 + tan(x) * tan(x); },
          [](double) { return 1.0; }),
      elementwise(
          "tanh", -2, 2, [](double x) { return tanh(x); }, [](double x) { return 1 - tanh(x) * tanh(x); },
          [](double) { return 1.0; }),
      elementwise(
          "atan", -2, 2, [](double x) { return std::atan(x); }, [](double x) { return 1 / (1 + x * x); },
          [](double x) { return 1 / (x * x); }),
      elementwise(
          "asin", -0.9, 0.9, [](double x) { return std::asin(x); }, [](double x) { return 1 / sqrt(1 - x * x); },
          [](double) { return 1.0; }),
      elementwise(
          "sinh", -2, 2, [](double x) { return std::sinh(x); }, [](double x) { return std::cosh(x); },
          [](double x) { return exp(x) / 2; }),
      elementwise(
          "log1p", -0.5, 3, [](double x) { return std::log1p(x); }, [](double x) { return 1 / (1 + x); },
          [](double x) { return 1 / x; }),
      elementwise(
          "expm1", -2, 2, [](double x) { return std::expm1(x); }, [](double x) { return exp(x); },
          [](double x) { return std::expm1(x); }),
      elementwise(
          "logistic", -4, 4, [](double x) { return logistic(x); },
          [](double x) { return logistic(x) * (1 - logistic(x)); }, [](double x) { return logistic(x); }),
      elementwise(
          "softplus", -4, 4, [](double x) { return std::log1p(exp(x)); }, [](double x) { return logistic(x); },
          [](double x) { return exp(x); }),
      elementwise(
          "silu", -4, 4, [](double x) { return x * logistic(x); },
          [](double x) { return logistic(x) * (1 + x * (1 - logistic(x))); }, [](double x) { return logistic(x); }),
      elementwise(
          "erf", -2, 2, [](double x) { return std::erf(x); }, [](double x) { return 2 / root_pi * exp(-x * x); },
          [](double x) { return 2 / root_pi * exp(x); }),
      elementwise(
          "relu", -2, 2, [](double x) { return x > 0 ? x : 0; }, [](double x) { return x > 0 ? 1.0 : 0.0; },
          [](double) { return 1.0; }),
      elementwise(
          "abs", -2, 2, [](double x) { return std::abs(x); }, [](double x) { return x > 0 ? 1.0 : -1.0; },
          [](double) { return 1.0; }),
      binary(
          "product", -2, 2, [](double x, double y) { return x * y; }, [](double, double y) { return y; },
          [](double x, double) { return x; }, [](double, double) { return 1.0; }),
      binary(
          "quotient", 0.3, 3, [](double x, double y) { return x / y; }, [](double, double y) { return 1 / y; },
          [](double x, double y) { return -x / (y * y); }, [](double, double y) { return -1 / (y * y); }),
      binary(
          "power", 0.3, 2, [](double x, double y) { return std::pow(x, y); },
          [](double x, double y) { return y * std::pow(x, y - 1); },
          [](double x, double y) { return std::pow(x, y) * log(x); },
          [](double x, double y) { return std::pow(x, y); }),
      binary(
          "atan2", 0.3, 2, [](double x, double y) { return std::atan2(x, y); },
          [](double x, double y) { return y / (x * x + y * y); },
          [](double x, double y) { return -x / (x * x + y * y); }, [](double x, double y) { return -x / (y * y); }),
      binary(
          "hypot", 0.3, 2, [](double x, double y) { return std::hypot(x, y); },
          [](double x, double y) { return x / std::hypot(x, y); },
          [](double x, double y) { return y / std::hypot(x, y); }, [](double, double y) { return y; }),
      binary(
          "logaddexp", -2, 2, [](double x, double y) { return log(exp(x) + exp(y)); },
          [](double x, double y) { return logistic(x - y); }, [](double x, double y) { return logistic(y - x); },
          [](double, double y) { return exp(y); }),
  };
}

}  // namespace mutation
