// The 27 certified problems of nist.txt from both starts, with default options.
#include <fmt/format.h>

#include <cstdint>

#include "optim/least_squares/least_squares.hpp"
#include "optim/optimizers/lbfgs.hpp"
#include "optim/training/minimize.hpp"
#include "tests/catch.hpp"
#include "tests/optim/least_squares/nist.hpp"

using namespace grove::optim;

TEST_CASE("All certified problems are solved from both starts", "[least_squares]") {
  const std::vector<nist::Problem> problems = nist::read_problems();
  REQUIRE(problems.size() == 27);
  int eight = 0;
  double sum = 0;
  std::string table = "problem    start  digits  of errors  evaluations  Jacobians\n";
  for (const nist::Problem& problem : problems) {
    for (int start = 0; start < 2; ++start) {
      INFO(problem.name << ", start " << start + 1);
      const auto fit = least_squares(nist::residuals, problem.starts[start], {}, problem);
      const double digits = nist::digits(problem, fit.params, problem.certified);
      CHECK(fit.converged());
      CHECK(digits >= 6);
      eight += digits >= 8;
      sum += digits;
      // The page of Rat43 says 9 for 15 rows and 4 params, but its standard deviations are those of 11.
      if (problem.name != "Rat43")
        CHECK(fit.degrees_of_freedom() == static_cast<std::int64_t>(problem.degrees_of_freedom));
      // The residuals of Lanczos1 are those of its data, which have 13 decimals.
      const bool rounding = problem.name == "Lanczos1";
      const double of_errors = nist::digits(problem, fit.standard_errors(), problem.deviations);
      CHECK(of_errors >= (rounding ? 2 : 6));
      if (!rounding) CHECK_THAT(2 * fit.cost, Catch::Matchers::WithinRel(problem.sum_of_squares, 1e-9));
      table += fmt::format("{:10} {:5} {:7.1f} {:10.1f} {:12} {:10}\n", problem.name, start + 1, digits, of_errors,
                           fit.residual_evaluations, fit.jacobian_evaluations);
    }
  }
  CHECK(eight >= 50);
  fmt::print("{}{} of 54 to 8 digits, on average {:.2f}\n", table, eight, sum / 54);
}

TEST_CASE("minimize with lbfgs solves 52 of the 54", "[least_squares]") {
  int six = 0, eight = 0;
  std::string table = "problem    start  digits  steps  evaluations  ended\n";
  for (const nist::Problem& problem : nist::read_problems()) {
    for (int start = 0; start < 2; ++start) {
      INFO(problem.name << ", start " << start + 1);
      const auto fit = minimize(nist::sum_of_squares, problem.starts[start], lbfgs(), {.max_steps = 5000}, problem);
      const double digits = nist::digits(problem, fit.params, problem.certified);
      CHECK(fit.converged() == (digits >= 6));
      six += digits >= 6;
      eight += digits >= 8;
      table += fmt::format("{:10} {:5} {:7.1f} {:6} {:12}  {}\n", problem.name, start + 1, digits, fit.steps,
                           fit.evaluations, to_string(fit.reason));
    }
  }
  CHECK(six >= 52);
  fmt::print("{}lbfgs: {} of 54 to 6 digits, {} to 8\n", table, six, eight);
}
