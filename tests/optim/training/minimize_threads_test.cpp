// A minimization whose loss is shared out over threads: the same bits for any number of them. Also run under
// ThreadSanitizer.
#include <Eigen/Dense>
#include <cmath>

#include "autodiff/autodiff.hpp"
#include "optim/optimizers/adam.hpp"
#include "optim/optimizers/lbfgs.hpp"
#include "optim/training/minimize.hpp"
#include "tests/catch.hpp"

using Catch::Matchers::Contains;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
namespace optim = grove::optim;

namespace {

const auto squares = [](const auto& w, const MatrixXd& x, const VectorXd& y) {
  if ((y.array() == 1e6).any()) throw grove::Error("a row of a million");
  return grove::mean(grove::square(x * w - y));
};

const MatrixXd x = MatrixXd::NullaryExpr(301, 3, [](Index i, Index j) { return std::sin(double((i + 1) * (j + 1))); });
const VectorXd y = VectorXd::NullaryExpr(301, [](Index i) { return std::cos(double(i) / 9); });
const VectorXd start = VectorXd::Zero(3);

/// As a loss that is shared with other processes looks.
struct OfProcesses {
  auto operator()(const auto& w, const VectorXd& rows) const { return w.squaredNorm() + 0 * rows.sum(); }
  bool agreed(bool mine) const { return mine; }
};

/// A minimization by threads against that on one, to the bit, and against one without; returns the former.
template <class T>
auto fit_on_threads(const T& optimizer, optim::MinimizeOptions options) {
  const auto whole = optim::minimize(squares, start, optimizer, options, x, y);
  options.threads = 1;
  const auto alone = optim::minimize(squares, start, optimizer, options, x, y);
  CHECK((alone.params - whole.params).norm() < 1e-7);
  CHECK(alone.value == Approx(whole.value).epsilon(1e-10));
  for (const int threads : {2, 3}) {
    options.threads = threads;
    const auto shared = optim::minimize(squares, start, optimizer, options, x, y);
    CHECK(shared.params == alone.params);
    CHECK(shared.values == alone.values);
    CHECK(shared.reason == alone.reason);
    CHECK(shared.evaluations == alone.evaluations);
  }
  return alone;
}

}  // namespace

TEST_CASE("threads change no bit of a minimization", "[minimize_threads]") {
  const VectorXd best = x.colPivHouseholderQr().solve(y);
  const auto fit = fit_on_threads(optim::lbfgs(), {.max_steps = 100});
  CHECK((fit.params - best).norm() < 1e-7);
  CHECK(fit.converged());
  // Batches of 40, the last of 21, two of them a step.
  const auto noisy = fit_on_threads(optim::adam(0.05), {.max_steps = 60, .batch_size = 40, .accumulate = 2});
  CHECK((noisy.params - best).norm() < 0.1);
  // Interrupted and gone on with.
  const optim::MinimizeOptions half{.max_steps = 30, .batch_size = 40, .accumulate = 2, .threads = 2};
  optim::MinimizeOptions rest = half;
  rest.max_steps = 60;
  const auto first = optim::minimize(squares, start, optim::adam(0.05), half, x, y);
  CHECK(optim::minimize(squares, first, optim::adam(0.05), rest, x, y).params == noisy.params);
}

TEST_CASE("losses that are no means over rows are found out at the start", "[minimize_threads]") {
  const auto sums = [](const auto& w, const MatrixXd& a, const VectorXd& b) { return (a * w - b).squaredNorm(); };
  CHECK_THROWS_WITH(optim::minimize(sums, start, optim::adam(0.1), {.threads = 2}, x, y),
                    Contains("minimize with threads: the loss of all 301 rows is") && Contains("must be a mean"));
  CHECK_THROWS_AS(optim::minimize(sums, start, optim::lbfgs(), {.batch_size = 100, .threads = 1}, x, y), grove::Error);
}

TEST_CASE("a loss that throws on a thread ends the minimization with its message", "[minimize_threads]") {
  VectorXd bad = y;
  bad(290) = 1e6;
  const auto fit = optim::minimize(squares, start, optim::adam(0.1), {.max_steps = 9, .threads = 3}, x, bad);
  CHECK(fit.reason == optim::StopReason::loss_threw);
  CHECK(fit.message == "a row of a million");
  CHECK(fit.params == start);
  // A trial point of a linesearch that throws on one thread is infinitely high, and the data are cut anew after it.
  const auto logarithm = [](const auto& w, const VectorXd& rows) {
    if (grove::value_of(w(0)) <= 0 && rows(0) > 150) throw grove::Error("no logarithm");
    return grove::mean(rows * w(0)) / 100 - log(w(0));
  };
  const VectorXd rows = VectorXd::LinSpaced(200, 1, 199), one = VectorXd::Constant(1, 50.0);
  const auto found = optim::minimize(logarithm, one, optim::lbfgs(), {.max_steps = 50, .threads = 2}, rows);
  CHECK(found.params(0) == Approx(1).epsilon(1e-6));
}

TEST_CASE("what is wrong with threads is said", "[minimize_threads]") {
  CHECK_THROWS_WITH(optim::minimize(squares, start, optim::adam(0.1), {.threads = 0}, x, y),
                    "minimize: threads must be positive, got 0");
  const auto none = [](const auto& w) { return w.squaredNorm(); };
  CHECK_THROWS_WITH(optim::minimize(none, start, optim::adam(0.1), {.threads = 2}),
                    "minimize: threads need a matrix or a vector of examples as argument of the loss");
  CHECK_THROWS_WITH(optim::minimize(OfProcesses{}, start, optim::adam(0.1), {.threads = 2}, y),
                    Contains("threads share out the rows of a loss of one process"));
  CHECK_THROWS_AS(optim::minimize(squares, start, optim::adam(0.1), {.threads = 2}, MatrixXd(0, 3), VectorXd(0)),
                  grove::DataError);
}
