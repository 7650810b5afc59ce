// What elementwise primitives do at kinks, poles and infinities: autodiff/EDGES.md, line by line.
#include "autodiff/operations/elementwise/elementwise.hpp"

#include <cmath>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "autodiff/autodiff.hpp"
#include "tests/catch.hpp"

namespace grove::test {
namespace {

using V = Var<double>;
using D = Dual<double, 1>;

struct Unary {
  V (*variable)(const V&);
  D (*dual)(const D&);
  Array<V> (*array)(const Array<V>&);
};
struct Binary {
  V (*variable)(const V&, const V&);
  D (*dual)(const D&, const D&);
  Array<V> (*array)(const Array<V>&, const Array<V>&);
};

template <class F>
Unary unary(F) {
  return {[](const V& x) { return V(F{}(x)); }, [](const D& x) { return D(F{}(x)); },
          [](const Array<V>& x) { return Array<V>(F{}(x)); }};
}
template <class F>
Binary binary(F) {
  return {[](const V& a, const V& b) { return V(F{}(a, b)); }, [](const D& a, const D& b) { return D(F{}(a, b)); },
          [](const Array<V>& a, const Array<V>& b) { return Array<V>(F{}(a, b)); }};
}

const std::map<std::string, Unary> unary_functions = {
    {"abs", unary([](const auto& x) { return abs(x); })},
    {"sign", unary([](const auto& x) { return sign(x); })},
    {"square", unary([](const auto& x) { return square(x); })},
    {"sqrt", unary([](const auto& x) { return sqrt(x); })},
    {"cbrt", unary([](const auto& x) { return cbrt(x); })},
    {"rsqrt", unary([](const auto& x) { return rsqrt(x); })},
    {"exp", unary([](const auto& x) { return exp(x); })},
    {"exp2", unary([](const auto& x) { return exp2(x); })},
    {"expm1", unary([](const auto& x) { return expm1(x); })},
    {"log", unary([](const auto& x) { return log(x); })},
    {"log2", unary([](const auto& x) { return log2(x); })},
    {"log10", unary([](const auto& x) { return log10(x); })},
    {"log1p", unary([](const auto& x) { return log1p(x); })},
    {"sin", unary([](const auto& x) { return sin(x); })},
    {"cos", unary([](const auto& x) { return cos(x); })},
    {"tan", unary([](const auto& x) { return tan(x); })},
    {"asin", unary([](const auto& x) { return asin(x); })},
    {"acos", unary([](const auto& x) { return acos(x); })},
    {"atan", unary([](const auto& x) { return atan(x); })},
    {"sinh", unary([](const auto& x) { return sinh(x); })},
    {"cosh", unary([](const auto& x) { return cosh(x); })},
    {"tanh", unary([](const auto& x) { return tanh(x); })},
    {"asinh", unary([](const auto& x) { return asinh(x); })},
    {"acosh", unary([](const auto& x) { return acosh(x); })},
    {"atanh", unary([](const auto& x) { return atanh(x); })},
    {"erf", unary([](const auto& x) { return erf(x); })},
    {"erfc", unary([](const auto& x) { return erfc(x); })},
    {"erfcx", unary([](const auto& x) { return erfcx(x); })},
    {"lgamma", unary([](const auto& x) { return lgamma(x); })},
    {"digamma", unary([](const auto& x) { return digamma(x); })},
    {"logistic", unary([](const auto& x) { return logistic(x); })},
    {"log_sigmoid", unary([](const auto& x) { return log_sigmoid(x); })},
    {"softplus", unary([](const auto& x) { return softplus(x); })},
    {"relu", unary([](const auto& x) { return relu(x); })},
    {"leaky_relu", unary([](const auto& x) { return leaky_relu(x); })},
    {"elu", unary([](const auto& x) { return elu(x); })},
    {"selu", unary([](const auto& x) { return selu(x); })},
    {"gelu", unary([](const auto& x) { return gelu(x); })},
    {"silu", unary([](const auto& x) { return silu(x); })},
    {"floor", unary([](const auto& x) { return floor(x); })},
    {"ceil", unary([](const auto& x) { return ceil(x); })},
    {"round", unary([](const auto& x) { return round(x); })},
    {"trunc", unary([](const auto& x) { return trunc(x); })},
    {"pow(x, 0)", unary([](const auto& x) { return pow(x, 0); })},
    {"pow(x, 1)", unary([](const auto& x) { return pow(x, 1); })},
    {"pow(x, 2)", unary([](const auto& x) { return pow(x, 2); })},
    {"pow(x, -1)", unary([](const auto& x) { return pow(x, -1); })},
    {"pow(x, 0.0)", unary([](const auto& x) { return pow(x, 0.0); })},
    {"pow(x, 0.5)", unary([](const auto& x) { return pow(x, 0.5); })},
    {"pow(x, 1.0)", unary([](const auto& x) { return pow(x, 1.0); })},
    {"pow(x, 1.5)", unary([](const auto& x) { return pow(x, 1.5); })},
    {"pow(x, 2.0)", unary([](const auto& x) { return pow(x, 2.0); })},
    {"pow(0, x)", unary([](const auto& x) { return pow(0, x); })},
    {"clamp(x, 0, 1)", unary([](const auto& x) { return clamp(x, 0, 1); })},
};
const std::map<std::string, Binary> binary_functions = {
    {"pow", binary([](const auto& a, const auto& b) { return pow(a, b); })},
    {"hypot", binary([](const auto& a, const auto& b) { return hypot(a, b); })},
    {"atan2", binary([](const auto& a, const auto& b) { return atan2(a, b); })},
    {"maximum", binary([](const auto& a, const auto& b) { return maximum(a, b); })},
    {"minimum", binary([](const auto& a, const auto& b) { return minimum(a, b); })},
    {"fmod", binary([](const auto& a, const auto& b) { return fmod(a, b); })},
    {"xlogy", binary([](const auto& a, const auto& b) { return xlogy(a, b); })},
    {"logaddexp", binary([](const auto& a, const auto& b) { return logaddexp(a, b); })},
};

struct Line {
  std::string function;
  std::vector<double> at, value, slopes;
};

std::vector<double> numbers(const std::string& cell) {
  std::vector<double> result;
  for (std::size_t begin = 0; begin <= cell.size();) {
    const std::size_t end = std::min(cell.find(',', begin), cell.size());
    result.push_back(std::stod(cell.substr(begin, end - begin)));
    begin = end + 1;
  }
  return result;
}

/// The lines `| function | at | value | slope | JAX |` of the table.
std::vector<Line> table() {
  std::ifstream file("../../autodiff/EDGES.md");
  REQUIRE(file);
  std::vector<Line> lines;
  for (std::string text; std::getline(file, text);) {
    if (text == "## Arrays") break;
    if (text.rfind("| `", 0) != 0) continue;
    std::vector<std::string> cells;
    for (std::size_t begin = 1, end = 0; (end = text.find('|', begin)) != std::string::npos; begin = end + 1)
      cells.push_back(text.substr(begin + 1, end - begin - 2));
    REQUIRE(cells.size() == 5);
    const std::string& name = cells[0];
    lines.push_back({name.substr(1, name.find('`', 1) - 1), numbers(cells[1]), numbers(cells[2]), numbers(cells[3])});
  }
  return lines;
}

/// Equal, also as infinities, as NaN, or both so small that Eigen's exp may differ.
bool same(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  return a == b || std::abs(a - b) <= 1e-15 * std::abs(b) + 1e-307;
}

TEST_CASE("scalars, duals and arrays behave at edges as the table says") {
  const std::vector<Line> lines = table();
  CHECK(lines.size() > 100);
  for (const auto& [function, at, value, slopes] : lines) {
    INFO(function << " at " << at.front());
    if (at.size() == 1) {
      REQUIRE(unary_functions.count(function) == 1);
      const Unary& f = unary_functions.at(function);
      CHECK(same(evaluate(f.variable, at[0]), value[0]));
      CHECK(same(grad(f.variable)(at[0]), slopes[0]));
      CHECK(same(f.dual(D(at[0], 1.0)).tangent[0], slopes[0]));
      const Eigen::ArrayXd four = Eigen::ArrayXd::Constant(4, at[0]);
      const auto first = [&f](const auto& x) { return f.array(x)(0); };
      CHECK(same(evaluate(first, four), value[0]));
      CHECK(same(grad(first)(four)[0], slopes[0]));
    } else {
      REQUIRE(binary_functions.count(function) == 1);
      const Binary& f = binary_functions.at(function);
      CHECK(same(evaluate([&f, b = at[1]](const auto& a) { return f.variable(a, b); }, at[0]), value[0]));
      const auto [in_a, in_b] = grad<0, 1>(f.variable)(at[0], at[1]);
      CHECK(same(in_a, slopes[0]));
      CHECK(same(in_b, slopes[1]));
      CHECK(same(f.dual(D(at[0], 1.0), D(at[1])).tangent[0], slopes[0]));
      CHECK(same(f.dual(D(at[0]), D(at[1], 1.0)).tangent[0], slopes[1]));
      const Eigen::ArrayXd a = Eigen::ArrayXd::Constant(4, at[0]), b = Eigen::ArrayXd::Constant(4, at[1]);
      const auto first = [&f](const auto& x, const auto& y) { return f.array(x, y)(0); };
      const auto [array_a, array_b] = grad<0, 1>(first)(a, b);
      CHECK(same(array_a[0], slopes[0]));
      CHECK(same(array_b[0], slopes[1]));
    }
  }
}

TEST_CASE("every elementwise function has a line in the table of edges") {
  std::map<std::string, int> seen;
  for (const Line& line : table()) ++seen[line.function];
  for (const auto& [name, f] : unary_functions) CHECK(seen[name] > 0);
  for (const auto& [name, f] : binary_functions) CHECK(seen[name] > 0);
}

}  // namespace
}  // namespace grove::test
