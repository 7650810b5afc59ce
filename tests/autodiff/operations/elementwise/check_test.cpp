// What is checked of every elementwise primitive, and that the checks see a wrong slope.
#include "tests/autodiff/operations/elementwise/check.hpp"

#include <cmath>

#include "tests/catch.hpp"

namespace grove::test {
namespace {

constexpr int points = 6;  // also the number of elements of the array operands

double point(double low, double high, int k) { return low + (high - low) * (k + 0.5) / points; }

bool close(double a, double b, double tolerance) {
  return std::abs(a - b) <= tolerance * std::max({1.0, std::abs(a), std::abs(b)});
}

/// The derivative of a smooth function, with error O(h⁴).
template <class F>
double central_difference(const F& f, double x) {
  const double h = 1e-3 * std::max(1.0, std::abs(x));
  return (8 * (f(x + h) - f(x - h)) - (f(x + 2 * h) - f(x - 2 * h))) / (12 * h);
}

/// The checks of one row; each notes the first thing that is wrong.
class Findings {
 public:
  explicit Findings(const char* name) : name_(name) {}
  void expect(const char* what, double x, double found, double expected, double tolerance) {
    if (!close(found, expected, tolerance) && text_.empty())
      text_ = fmt::format("{}: {} at {}: found {:.17g}, expected {:.17g}", name_, what, x, found, expected);
  }
  template <class X, class Y>
  void expect_all(const char* what, const X& found, const Y& expected, double tolerance) {
    for (Eigen::Index k = 0; k < expected.size(); ++k) {
      const double value = static_cast<double>(found.reshaped()(k));
      expect(what, static_cast<double>(k), value, expected.reshaped()(k), tolerance);
    }
  }
  std::string text() const { return text_; }

 private:
  const char* name_;
  std::string text_;
};

constexpr double rounding = 1e-13;
constexpr double difference = 2e-8;
constexpr double single = 2e-4;

Eigen::ArrayXd weights() { return Eigen::ArrayXd::LinSpaced(points, -1, 1.5); }

/// Σ w f(x), for a function of active arrays.
template <class F>
auto weighted(F f) {
  return [f](const auto&... x) { return sum(weights() * f(x...)); };
}

void check_scalars(Findings& findings, const UnaryRow& row, double x) {
  const auto slope_at = [&row](double at) { return grad(row.variable)(at); };
  const double value = row.plain(x), slope = slope_at(x);
  findings.expect("value", x, value, row.reference(x), rounding);
  findings.expect("value of a variable", x, evaluate(row.variable, x), value, 0);
  findings.expect("slope", x, slope, central_difference(row.plain, x), difference);

  const double second = central_difference(slope_at, x);
  const D dual(x, 1.0);
  findings.expect("value of a dual", x, row.dual(dual).value, value, 0);
  findings.expect("tangent", x, row.dual(dual).tangent[0], slope, rounding);
  findings.expect("slope over a dual", x, grad(row.variable_of_dual)(dual).value, slope, rounding);
  findings.expect("second slope", x, grad(row.variable_of_dual)(dual).tangent[0], second, difference);
  const Dual<D, 1> second_dual(dual, D(1));
  findings.expect("tangent of a tangent", x, row.second_dual(second_dual).tangent[0].tangent[0], second, difference);
  const auto inner_gradient = [&row](const V& y) { return grad(row.nested)(y); };
  findings.expect("slope of a slope", x, grad(inner_gradient)(x), second, difference);

  const auto x_single = static_cast<float>(x);
  findings.expect("float", x, static_cast<double>(row.single(x_single)), value, single);
  findings.expect("slope in float", x, static_cast<double>(grad(row.single_variable)(x_single)), slope, single);
}

void check_arrays(Findings& findings, const UnaryRow& row) {
  Eigen::ArrayXd x(points), value(points), slope(points), second(points);
  for (int k = 0; k < points; ++k) {
    x[k] = point(row.low, row.high, k);
    value[k] = row.plain(x[k]);
    const D over_dual = grad(row.variable_of_dual)(D(x[k], 1.0));
    slope[k] = over_dual.value;
    second[k] = over_dual.tangent[0];
  }
  const Eigen::ArrayXd w = weights();
  findings.expect_all("plain array", row.plain_array(x), value, rounding);
  findings.expect_all("plain matrix", row.plain_matrix(x.matrix().cast<float>()), value, single);
  Eigen::ArrayXd found;
  const auto keep_value = [&](const auto& active) {
    const auto y = row.array(active);
    found = value_of(y);
    return sum(y);
  };
  evaluate(keep_value, x);
  findings.expect_all("array", found, value, rounding);
  findings.expect_all("slopes of an array", grad(weighted(row.array))(x), w * slope, rounding);
  const Eigen::ArrayXd direction = w + 2;
  findings.expect_all("second slopes of an array", hvp(weighted(row.array_of_duals))(x, direction),
                      w * second * direction, rounding);

  const Eigen::Matrix<double, 2, 3> fixed = x.matrix().reshaped(2, 3), fixed_weights = w.matrix().reshaped(2, 3);
  const auto of_fixed = [&](const auto& active) { return row.fixed_matrix(active).cwiseProduct(fixed_weights).sum(); };
  findings.expect_all("slopes of a fixed matrix", grad(of_fixed)(fixed), w * slope, rounding);
  const auto of_scalars = [&](const auto& active) {
    Eigen::Array<V, 2, 2> block;
    block << active(0), active(1), active(2), active(3);
    const Eigen::Array<V, 2, 2> y = row.eigen_of_variables(block);
    return y(0, 0) * w[0] + y(0, 1) * w[1] + y(1, 0) * w[2] + y(1, 1) * w[3];
  };
  findings.expect_all("slopes of an Eigen array of variables", grad(of_scalars)(Eigen::ArrayXd(x.head(4))),
                      Eigen::ArrayXd(w.head(4) * slope.head(4)), rounding);
}

/// Value and slopes of a function of two numbers.
struct Slopes {
  double value, a, b;
};
Slopes slopes_at(const BinaryRow& row, double a, double b) {
  const auto [slope_a, slope_b] = grad<0, 1>(row.variable)(a, b);
  return {row.plain(a, b), slope_a, slope_b};
}

void check_scalars(Findings& findings, const BinaryRow& row, double a, double b) {
  const auto [value, slope_a, slope_b] = slopes_at(row, a, b);
  findings.expect("value", a, value, row.reference(a, b), rounding);
  findings.expect("value of variables", a, evaluate(row.variable_plain, a, b), value, 0);
  const auto along_a = [&, y = b](double x) { return row.plain(x, y); };
  const auto along_b = [&, x = a](double y) { return row.plain(x, y); };
  findings.expect("slope in a", a, slope_a, central_difference(along_a, a), difference);
  findings.expect("slope in b", b, slope_b, central_difference(along_b, b), difference);
  findings.expect("slope in a, b plain", a, grad(row.variable_plain)(a, b), slope_a, rounding);
  findings.expect("slope in b, a plain", b, grad<1>(row.plain_variable)(a, b), slope_b, rounding);

  findings.expect("tangent", a, row.dual(D(a, 2.0), D(b, 3.0)).tangent[0], 2 * slope_a + 3 * slope_b, rounding);
  findings.expect("tangent, b plain", a, row.dual_plain(D(a, 2.0), b).tangent[0], 2 * slope_a, rounding);
  findings.expect("tangent, a plain", a, row.plain_dual(a, D(b, 3.0)).tangent[0], 3 * slope_b, rounding);

  const double aa = central_difference([&, y = b](double x) { return slopes_at(row, x, y).a; }, a);
  const double ab = central_difference([&, x = a](double y) { return slopes_at(row, x, y).a; }, b);
  const double bb = central_difference([&, x = a](double y) { return slopes_at(row, x, y).b; }, b);
  const auto [a_by_a, b_by_a] = grad<0, 1>(row.variable_of_dual)(D(a, 1.0), D(b));
  const auto [a_by_b, b_by_b] = grad<0, 1>(row.variable_of_dual)(D(a), D(b, 1.0));
  findings.expect("second slope aa", a, a_by_a.tangent[0], aa, difference);
  findings.expect("second slope ba", a, b_by_a.tangent[0], ab, difference);
  findings.expect("second slope ab", a, a_by_b.tangent[0], ab, difference);
  findings.expect("second slope bb", a, b_by_b.tangent[0], bb, difference);
  const auto inner_slope = [&row](const V& x, const V& y) { return std::get<0>(grad<0, 1>(row.nested)(x, y)); };
  const auto [nested_aa, nested_ab] = grad<0, 1>(inner_slope)(a, b);
  findings.expect("slope of a slope aa", a, nested_aa, aa, difference);
  findings.expect("slope of a slope ab", a, nested_ab, ab, difference);

  const float single_value = row.single(static_cast<float>(a), static_cast<float>(b));
  findings.expect("float", a, static_cast<double>(single_value), value, single);
}

void check_whole_numbers(Findings& findings, const BinaryRow& row) {
  const int a = static_cast<int>(std::floor(row.high_a)), b = static_cast<int>(std::floor(row.high_b));
  const double other = point(row.low_b, row.high_b, 0);
  findings.expect("whole a", a, row.whole_plain(a, other), row.plain(a, other), rounding);
  const double x = point(row.low_a, row.high_a, 1);
  const double slope = static_cast<double>(grad(row.variable_whole)(static_cast<float>(x), b));
  findings.expect("slope in float, whole b", b, slope, slopes_at(row, x, b).a, single);
}

void check_arrays(Findings& findings, const BinaryRow& row) {
  Eigen::ArrayXd x(points), y(points);
  for (int k = 0; k < points; ++k) {
    x[k] = point(row.low_a, row.high_a, k);
    y[k] = point(row.low_b, row.high_b, (k * 5 + 2) % points);
  }
  const Eigen::ArrayXd w = weights();
  const double a = x[2], b = y[3];
  // Columns: elements with elements, elements with b, a with elements.
  Eigen::ArrayX3d value(points, 3), in_a(points, 3), in_b(points, 3);
  for (int k = 0; k < points; ++k) {
    const Slopes at[] = {slopes_at(row, x[k], y[k]), slopes_at(row, x[k], b), slopes_at(row, a, y[k])};
    for (int c = 0; c < 3; ++c) {
      value(k, c) = at[c].value;
      in_a(k, c) = w[k] * at[c].a;
      in_b(k, c) = w[k] * at[c].b;
    }
  }
  const auto number = [](double v) { return Eigen::Array<double, 1, 1>(v); };
  findings.expect_all("plain arrays", row.array_plain(x, y), value.col(0), rounding);
  findings.expect_all("plain array and number", row.array_plain_number(x, b), value.col(1), rounding);
  const auto with_dual = row.array_plain_dual(x, D(b, 1.0));
  findings.expect("plain array and dual", 0, with_dual[0].tangent[0] * w[0], in_b(0, 1), rounding);

  const auto [both_a, both_b] = grad<0, 1>(weighted(row.array_array))(x, y);
  findings.expect_all("two arrays, a", both_a, in_a.col(0), rounding);
  findings.expect_all("two arrays, b", both_b, in_b.col(0), rounding);
  findings.expect_all("b constant", grad(weighted(row.array_constant))(x, y), in_a.col(0), rounding);
  findings.expect_all("a constant", grad<1>(weighted(row.constant_array))(x, y), in_b.col(0), rounding);
  const auto [array_a, scalar_b] = grad<0, 1>(weighted(row.array_variable))(x, b);
  findings.expect_all("array and scalar, a", array_a, in_a.col(1), rounding);
  findings.expect("array and scalar, b", b, scalar_b, in_b.col(1).sum(), rounding);
  const auto [scalar_a, array_b] = grad<0, 1>(weighted(row.variable_array))(a, y);
  findings.expect("scalar and array, a", a, scalar_a, in_a.col(2).sum(), rounding);
  findings.expect_all("scalar and array, b", array_b, in_b.col(2), rounding);
  findings.expect_all("array and number", grad(weighted(row.array_number))(x, b), in_a.col(1), rounding);
  findings.expect_all("number and array", grad<1>(weighted(row.number_array))(a, y), in_b.col(2), rounding);
  const auto of_b = [&](const V& v) { return sum(w * row.constant_variable(x, v)); };
  findings.expect_all("constant array and scalar", number(grad(of_b)(b)), number(in_b.col(1).sum()), rounding);
  const auto of_a = [&](const V& v) { return sum(w * row.variable_constant(v, y)); };
  findings.expect_all("scalar and constant array", number(grad(of_a)(a)), number(in_a.col(2).sum()), rounding);

  using Fixed = Eigen::Matrix2d;
  const Fixed x_fixed = x.head(4).matrix().reshaped(2, 2), y_fixed = y.head(4).matrix().reshaped(2, 2);
  const Fixed w_fixed = w.head(4).matrix().reshaped(2, 2);
  const auto of_fixed = [&](const auto& u, const auto& v) {
    return row.matrix_matrix(u, v).cwiseProduct(w_fixed).sum();
  };
  const auto [fixed_a, fixed_b] = grad<0, 1>(of_fixed)(x_fixed, y_fixed);
  findings.expect_all("fixed matrices, a", fixed_a, in_a.col(0).head(4), rounding);
  findings.expect_all("fixed matrices, b", fixed_b, in_b.col(0).head(4), rounding);

  const auto of_scalars = [&](const V& u, const V& v) {
    const Eigen::Array<V, 2, 2> block = Eigen::Array<V, 2, 2>::Constant(u);
    const Eigen::Array<V, 2, 2> p = row.eigen_of_variables_variable(block, v), q = row.eigen_of_variables(block, p);
    return p(0, 1) + q(1, 0);
  };
  const auto composed = [&](const V& u, const V& v) {
    const V p = row.variable(u, v);
    return p + row.variable(u, p);
  };
  if (std::isfinite(evaluate(composed, a, b))) {
    const auto [found_a, found_b] = grad<0, 1>(of_scalars)(a, b);
    const auto [expected_a, expected_b] = grad<0, 1>(composed)(a, b);
    findings.expect("Eigen arrays of variables, a", a, found_a, expected_a, rounding);
    findings.expect("Eigen arrays of variables, b", b, found_b, expected_b, rounding);
  }

  const Eigen::ArrayXd direction = w + 2;
  const auto of_duals = [&](const auto& u) { return sum(w * row.array_of_duals(u, u * 0 + y)); };
  Eigen::ArrayXd second(points);
  for (int k = 0; k < points; ++k)
    second[k] = std::get<0>(grad<0, 1>(row.variable_of_dual)(D(x[k], 1.0), D(y[k]))).tangent[0];
  findings.expect_all("second slopes of arrays", hvp(of_duals)(x, direction), w * second * direction, rounding);
}

}  // namespace

std::string finding(const UnaryRow& row) {
  Findings findings(row.name);
  for (int k = 0; k < points; ++k) check_scalars(findings, row, point(row.low, row.high, k));
  check_arrays(findings, row);
  return findings.text();
}

std::string finding(const BinaryRow& row) {
  Findings findings(row.name);
  for (int i = 0; i < points; ++i) {
    for (int j = 0; j < points; ++j)
      check_scalars(findings, row, point(row.low_a, row.high_a, i), point(row.low_b, row.high_b, j));
  }
  check_whole_numbers(findings, row);
  check_arrays(findings, row);
  return findings.text();
}

// ---- The checks see mistakes ----------------------------------------------------------------------------------------

namespace {

struct WrongSlope : detail::Row {
  static auto value(const auto& x) { return x * x * x; }
  static auto slope(const auto& x, const auto&) { return x * x * detail::constant(x, 3.0001); }
};
struct WrongSlopeInB : detail::Row {
  static constexpr const char* name = "wrong";
  static auto value(const auto& a, const auto& b) { return a * b; }
  static auto slope_a(const auto&, const auto& b, const auto&) { return b; }
  static auto slope_b(const auto& a, const auto&, const auto&) { return -a; }
};

double cube(double x) { return x * x * x; }
double product(double a, double b) { return a * b; }

TEST_CASE("the checks of elementwise primitives see a wrong value and a wrong slope") {
  const auto right = unary(
      "right", [](const auto& x) { return pow(x, 3); }, cube, 0.5, 2);
  CHECK(finding(right) == "");
  auto other_value = right;
  other_value.reference = [](double x) { return x * x; };
  CHECK(finding(other_value).find("right: value at") == 0);
  const auto wrong = unary(
      "wrong", [](const auto& x) { return detail::elementwise(WrongSlope{}, x); }, cube, 0.5, 2);
  CHECK(finding(wrong).find("wrong: slope at") == 0);
  const auto in_b = binary(
      "wrong", [](const auto& a, const auto& b) { return detail::elementwise(WrongSlopeInB{}, a, b); }, product, 0.5, 2,
      1, 3);
  CHECK(finding(in_b).find("wrong: slope in b at") == 0);
}

}  // namespace
}  // namespace grove::test
