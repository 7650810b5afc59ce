// Compares the programs of jax_programs_<k>_test.cpp with what JAX answered.
#include "tests/autodiff/derivatives/jax_programs.hpp"

#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <sstream>

namespace grove::test::jax_programs {
namespace {

using Eigen::VectorXd;

/// One input of one program, and JAX's answers; for a program of first order without tangent and product.
struct Recorded {
  VectorXd at, value, gradient, tangent, product;
};

VectorXd numbers(std::istream& file) {
  std::string line;
  std::getline(file, line);
  std::istringstream in(line);
  std::vector<double> read;
  for (double x; in >> x;) read.push_back(x);
  return Eigen::Map<VectorXd>(read.data(), static_cast<Eigen::Index>(read.size()));
}

const std::multimap<std::string, Recorded>& recorded() {
  static const auto all = [] {
    std::multimap<std::string, Recorded> cases;
    std::ifstream file("../golden/jax_programs.txt");
    for (std::string word, name; file >> word >> name && file.ignore(1);) {
      Recorded r;
      for (VectorXd* part : {&r.at, &r.value, &r.gradient, &r.tangent, &r.product}) *part = numbers(file);
      cases.emplace(name, r);
    }
    return cases;
  }();
  return all;
}

/// Names the first entry in which `ours` is not JAX's.
std::string difference(const char* what, const VectorXd& ours, const VectorXd& jax, double tolerance) {
  const double all = jax.cwiseAbs().maxCoeff();
  for (Eigen::Index k = 0; k < jax.size(); ++k) {
    if (std::abs(ours[k] - jax[k]) <= tolerance * (std::abs(jax[k]) + 0.01 * all + 1e-3)) continue;
    std::ostringstream out;
    out.precision(17);
    out << what << ' ' << k << " is " << ours[k] << ", JAX says " << jax[k];
    return out.str();
  }
  return "";
}

std::string difference(const Program& program, const Recorded& r) {
  const Inputs<> like{VectorXd(3), VectorXd(3), Eigen::MatrixXd(3, 3), Eigen::MatrixXd(3, 4), 0};
  const Inputs<> at = tree::unflatten(r.at, like);
  const auto number = [](double x) { return VectorXd::Constant(1, x); };
  std::string found = difference("plain value", number(program(at)), r.value, 1e-12);
  const auto [value, gradient] = value_and_grad(program)(at);
  if (found.empty()) found = difference("value", number(value), r.value, 1e-12);
  if (found.empty()) found = difference("gradient", tree::flatten(gradient), r.gradient, 1e-10);
  if (found.empty() && program.second)
    found = difference("Hessian product", tree::flatten(hvp(program)(at, tree::unflatten(r.tangent, like))), r.product,
                       1e-9);
  return found;
}

}  // namespace

std::string Programs::wrong() const {
  std::string result;
  for (const Program& program : programs_) {
    const auto [first, last] = recorded().equal_range(program.name);
    std::string found = first == last ? "nothing recorded" : "";
    for (auto it = first; it != last && found.empty(); ++it) {
      try {
        found = difference(program, it->second);
      } catch (const Error& e) {
        found = std::string("throws: ") + e.what();
      }
    }
    if (!found.empty()) result += std::string(program.name) + ": " + found + "\n";
  }
  return result;
}

}  // namespace grove::test::jax_programs

TEST_CASE("a program that differs from JAX is named, one that was not recorded too") {
  grove::test::jax_programs::Programs add;
  add.first_order("p0", [](const auto& p) { return p.s * 1e6; });
  add.first_order("unknown", [](const auto& p) { return p.s * 1.0; });
  CHECK_THAT(add.wrong(), Catch::Matchers::StartsWith("p0: plain value 0 is") &&
                              Catch::Matchers::EndsWith("unknown: nothing recorded\n"));
}
