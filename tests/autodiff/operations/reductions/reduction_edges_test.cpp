// What reductions do at ties, zeros, NaN and infinities, and what second derivatives do at kinks: the tables of
// autodiff/EDGES.md, line by line.  nan-value-zero-gradient.cpp is among them.
#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include "autodiff/autodiff.hpp"
#include "tests/catch.hpp"

namespace grove::test {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

const std::vector<std::string> names = {
    "sum",         "mean",     "cumsum",       "prod", "max",        "min",       "logsumexp", "softmax",
    "log_softmax", "variance", "squared_norm", "norm", "stableNorm", "lpNorm<1>", "lpNorm<3>", "lpNorm<Infinity>"};

/// The reduction of that number of a vector; of operations with vector results one element.
template <class X>
auto whole(std::size_t which, const X& x) {
  using R = std::remove_cvref_t<decltype(grove::sum(x))>;
  switch (which) {
    case 0:
      return R(grove::sum(x));
    case 1:
      return R(grove::mean(x));
    case 2:
      return R(grove::cumsum(x)(x.size() - 1));
    case 3:
      return R(grove::prod(x));
    case 4:
      return R(grove::max(x));
    case 5:
      return R(grove::min(x));
    case 6:
      return R(grove::logsumexp(x));
    case 7:
      return R(grove::softmax(x)(0));
    case 8:
      return R(grove::log_softmax(x)(0));
    case 9:
      return R(grove::variance(x));
    case 10:
      return R(grove::squared_norm(x));
    case 11:
      return R(grove::norm(x));
    case 12:
      return R(x.stableNorm());
    case 13:
      return R(x.template lpNorm<1>());
    case 14:
      return R(x.template lpNorm<3>());
    default:
      return R(x.template lpNorm<Eigen::Infinity>());
  }
}
/// The same of each row (column) k, for x.rowwise() (x.colwise()); element k of the result.
template <class D>
auto along(std::size_t which, const D& x, Eigen::Index k, bool rows, Eigen::Index last) {
  using R = std::remove_cvref_t<decltype(grove::sum(x)(0))>;
  const auto of = [&](const auto& y, Eigen::Index at) { return R(rows ? y(k, at) : y(at, k)); };
  switch (which) {
    case 0:
      return R(grove::sum(x)(k));
    case 1:
      return R(grove::mean(x)(k));
    case 2:
      return of(grove::cumsum(x), last);
    case 3:
      return R(grove::prod(x)(k));
    case 4:
      return R(grove::max(x)(k));
    case 5:
      return R(grove::min(x)(k));
    case 6:
      return R(grove::logsumexp(x)(k));
    case 7:
      return of(grove::softmax(x), 0);
    case 8:
      return of(grove::log_softmax(x), 0);
    case 9:
      return R(grove::variance(x)(k));
    case 10:
      return R(grove::squared_norm(x)(k));
    case 11:
    case 12:
      return R(grove::norm(x)(k));
    case 13:
      return R(x.template lpNorm<1>()(k));
    case 14:
      return R(x.template lpNorm<3>()(k));
    default:
      return R(x.template lpNorm<Eigen::Infinity>()(k));
  }
}

struct Line {
  std::string name;
  std::vector<double> at, value, gradient;
  bool exact_in_forward_mode;
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

/// The lines `| function | at | … |` of a section, in cells.
std::vector<std::vector<std::string>> section(const std::string& title) {
  std::ifstream file("../../autodiff/EDGES.md");
  REQUIRE(file);
  std::vector<std::vector<std::string>> lines;
  bool inside = false;
  for (std::string text; std::getline(file, text);) {
    if (text.rfind("## ", 0) == 0) inside = text == "## " + title;
    if (!inside || text.rfind("| `", 0) != 0) continue;
    std::vector<std::string> cells;
    for (std::size_t begin = 1, end = 0; (end = text.find('|', begin)) != std::string::npos; begin = end + 1)
      cells.push_back(text.substr(begin + 1, end - begin - 2));
    cells[0] = cells[0].substr(1, cells[0].find('`', 1) - 1);
    lines.push_back(cells);
  }
  return lines;
}

bool same(double a, double b, double tolerance = 2e-15) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  return a == b || std::abs(a - b) <= tolerance * std::max(1.0, std::abs(b));
}

}  // namespace

TEST_CASE("reductions behave at edges as the table says: whole, by rows and by columns, in all modes") {
  std::vector<int> seen(names.size(), 0);
  const VectorXd ordinary{{0.3, -0.8, 0.5}};
  for (const auto& cells : section("Reductions")) {
    REQUIRE(cells.size() == 5);
    const auto found = std::find(names.begin(), names.end(), cells[0]);
    REQUIRE(found != names.end());
    const auto which = static_cast<std::size_t>(found - names.begin());
    ++seen[which];
    const std::vector<double> at = numbers(cells[1]), gradient = numbers(cells[3]);
    const double value = numbers(cells[2])[0];
    const VectorXd x = Eigen::Map<const VectorXd>(at.data(), Eigen::Index(at.size()));
    REQUIRE(gradient.size() == at.size());
    INFO(cells[0] << " at " << cells[1]);

    const auto f = [which](const auto& y) { return whole(which, y); };
    const bool by_eigen = which >= 12;  // a member of a plain vector is Eigen's
    if (!by_eigen) CHECK(same(f(x), value));
    CHECK(same(evaluate(f, x), value));
    const VectorXd reverse = grad(f)(x), forward = jacfwd(f)(x).transpose();
    const Eigen::VectorXf single = grad(f)(x.cast<float>().eval());
    // Arithmetic with what is not finite reaches the other elements in forward mode, as 0 · inf; these do without.
    const bool selects = which == 4 || which == 5 || which == 6 || which == 12 || which >= 14;
    for (Eigen::Index k = 0; k < x.size(); ++k) {
      const double expected = gradient[std::size_t(k)];
      CHECK(same(reverse[k], expected));
      CHECK(same(double(single[k]), expected, 1e-6));
      CHECK((same(forward[k], expected) || (!selects && !x.allFinite() && std::isnan(forward[k]))));
    }

    // The second row has its own gradient.
    if (x.size() != 3) continue;
    MatrixXd m(2, 3);
    m << x.transpose(), ordinary.transpose();
    const VectorXd other = grad(f)(ordinary);
    const auto by_rows = [which](const auto& y) {
      return along(which, y.rowwise(), 0, true, 2) + along(which, y.rowwise(), 1, true, 2);
    };
    const auto by_cols = [which](const auto& y) {
      return along(which, y.colwise(), 0, false, 2) + along(which, y.colwise(), 1, false, 2);
    };
    const MatrixXd rows = grad(by_rows)(m), cols = grad(by_cols)(MatrixXd(m.transpose()));
    const bool stable = which == 12;  // has no form by rows
    for (Eigen::Index k = 0; k < 3 && !stable; ++k) {
      CHECK(same(rows(0, k), gradient[std::size_t(k)]));
      CHECK(same(rows(1, k), other[k]));
      CHECK(same(cols(k, 0), gradient[std::size_t(k)]));
      CHECK(same(cols(k, 1), other[k]));
    }
  }
  for (const int count : seen) CHECK(count > 0);
}

TEST_CASE("a NaN among the elements never leaves a gradient of zeros") {
  const VectorXd x{{1, std::nan(""), 2}};
  for (std::size_t which = 0; which < names.size(); ++which) {
    INFO(names[which]);
    const auto f = [which](const auto& y) { return whole(which, y); };
    const auto [value, gradient] = value_and_grad(f)(x);
    CHECK(std::isnan(value));
    CHECK(!(gradient.array() == 0).any());
    const VectorXd squared = hvp(f)(x, VectorXd::Ones(3).eval());
    const bool linear = which < 3 || which == 13;
    if (!linear) CHECK(!squared.allFinite());
  }
}

namespace {

/// Functions of two numbers, as of a vector of both.
template <class X>
auto kinked(const std::string& name, const X& x) {
  using T = std::remove_cvref_t<decltype(x(0) * x(1))>;
  if (name == "norm") return T(grove::norm(x));
  if (name == "stableNorm") return T(x.stableNorm());
  if (name == "lpNorm<1>") return T(x.template lpNorm<1>());
  if (name == "lpNorm<3>") return T(x.template lpNorm<3>());
  if (name == "lpNorm<Infinity>") return T(x.template lpNorm<Eigen::Infinity>());
  if (name == "x.rowwise().norm()") return T(grove::norm(x.transpose().rowwise())(0));
  if (name == "x.colwise().norm()") return T(grove::norm(x.colwise())(0));
  if (name == "squared_norm") return T(grove::squared_norm(x));
  if (name == "hypot(a, b)") return T(grove::hypot(x(0), x(1)));
  if (name == "hypot of arrays") return T(grove::hypot(x.head(1), x.tail(1))(0));
  if (name == "max") return T(grove::max(x));
  if (name == "min") return T(grove::min(x));
  if (name == "maximum(a, b)") return T(grove::maximum(x(0), x(1)));
  if (name == "abs(a) + abs(b)") return T(grove::abs(x(0)) + grove::abs(x(1)));
  if (name == "relu(a) + relu(b)") return T(grove::sum(grove::relu(x)));
  FAIL("no function " << name);
  return T(0);
}

}  // namespace

TEST_CASE("second derivatives at kinks are as the table says, in all modes") {
  const auto lines = section("Second derivatives at kinks");
  CHECK(lines.size() > 10);
  for (const auto& cells : lines) {
    REQUIRE(cells.size() == 4);
    INFO(cells[0] << " at " << cells[1]);
    const std::vector<double> at = numbers(cells[1]), expected = numbers(cells[2]);
    const VectorXd x = Eigen::Map<const VectorXd>(at.data(), 2);
    const auto f = [name = cells[0]](const auto& y) { return kinked(name, y); };
    const MatrixXd forward_over_reverse = hessian(f)(x);
    const MatrixXd forward_twice = jacfwd(jacfwd(f))(x);
    MatrixXd reverse_twice(2, 2);
    for (int k = 0; k < 2; ++k)
      reverse_twice.row(k) = grad([&](const auto& y) { return grad(f)(y)(k)*1.0; })(x).transpose();
    for (Eigen::Index k = 0; k < 4; ++k) {
      INFO("element " << k);
      CHECK(same(forward_over_reverse.data()[k], expected[std::size_t(k)]));
      CHECK(same(forward_twice.data()[k], expected[std::size_t(k)]));
      CHECK(same(reverse_twice.data()[k], expected[std::size_t(k)]));
    }
    CHECK(same(grad(f)(x)(0), numbers(cells[3])[0]));
    // A direction in which nothing of the norm moves is no trouble.
    const auto beside = [&](const auto& y) { return f(y.head(2)) + y(2) * y(2); };
    VectorXd longer(3), along_last(3);
    longer << x, 1.5;
    along_last << 0, 0, 1;
    const VectorXd product = hvp(beside)(longer, along_last);
    CHECK((product - 2 * along_last).norm() == 0);
  }
}

}  // namespace grove::test
