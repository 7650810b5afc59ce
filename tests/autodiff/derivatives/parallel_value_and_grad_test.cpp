// Threads that share the rows of a loss out give its gradient, the same for any number of them. Also run under
// ThreadSanitizer.
#include "autodiff/derivatives/parallel_value_and_grad.hpp"

#include <atomic>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "autodiff/tree/tree.hpp"
#include "tests/catch.hpp"

#if defined(__unix__)
#include <sys/wait.h>
#include <unistd.h>
#endif

using Catch::Matchers::Contains;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using grove::parallel_value_and_grad;
using grove::RowReduction;

namespace {

template <class T = double>
struct Line {
  grove::Vector<T> weight;
  T bias;
};

/// Mean square of x·w + b - y, and a penalty that has no rows.
const auto squares = [](const auto& p, const MatrixXd& x, const VectorXd& y, double penalty) {
  for (Index i = 0; i < y.size(); ++i) {
    if (y(i) >= 1e6) throw std::runtime_error("no such row: " + std::to_string(int(y(i))));
  }
  return mean(square(((x * p.weight).array() + p.bias - y.array()))) + penalty * p.weight.squaredNorm();
};

struct Problem {
  MatrixXd x;
  VectorXd y;
  Line<> params{VectorXd(Eigen::Vector3d(0.5, -1, 2)), 0.25};

  explicit Problem(Index n)
      : x(MatrixXd::NullaryExpr(n, 3, [](Index i, Index j) { return std::sin(double(i * 3 + j)); })),
        y(VectorXd::NullaryExpr(n, [](Index i) { return std::cos(double(i)); })) {}

  VectorXd residuals() const { return ((x * params.weight).array() + params.bias - y.array()).matrix(); }
};

/// Of one thread per call.
template <class F>
auto on_threads(int threads, const F& loss, const Problem& problem, grove::ParallelOptions options = {}) {
  return parallel_value_and_grad(loss, threads, options)(problem.params, problem.x, problem.y, 0.1);
}

template <class A, class B>
bool same_bits(const A& a, const B& b) {
  return a.value == b.value && grove::tree::equal(a.grads, b.grads);
}

}  // namespace

TEST_CASE("the gradient is that of the formula, and the same to the bit on any number of threads") {
  for (const Index n : {1, 2, 5, 16, 17, 100, 1000, 4133}) {
    for (const std::int64_t parts : {0, 3, 7}) {
      INFO(n << " rows, parts " << parts);
      const Problem problem(n);
      const auto got = on_threads(1, squares, problem, {.parts = parts});
      const VectorXd r = problem.residuals();
      const double count = static_cast<double>(n);
      CHECK(got.value == Approx(r.squaredNorm() / count + 0.1 * 5.25).epsilon(1e-13));
      const VectorXd slope = 2 / count * problem.x.transpose() * r + 0.2 * problem.params.weight;
      CHECK((got.grads.weight - slope).norm() < 1e-13 * (1 + slope.norm()));
      CHECK(got.grads.bias == Approx(2 * r.mean()).margin(1e-14));
      for (const int threads : {2, 3, 9}) {
        CHECK(same_bits(got, on_threads(threads, squares, problem, {.parts = parts})));
      }
    }
  }
}

TEST_CASE("a sum over rows is said to be one, and what is neither is found out") {
  const Problem problem(100);
  const auto sums = [](const auto& p, const MatrixXd& x, const VectorXd& y, double) {
    return sum(square(((x * p.weight).array() + p.bias - y.array())));
  };
  const auto got = on_threads(2, sums, problem, {.reduction = RowReduction::sum});
  CHECK(got.value == Approx(problem.residuals().squaredNorm()).epsilon(1e-13));
  CHECK(got.grads.bias == Approx(2 * problem.residuals().sum()).epsilon(1e-12));
  CHECK_THROWS_WITH(on_threads(2, sums, problem),
                    Contains("parallel_value_and_grad: the loss of all 100 rows is") &&
                        Contains("by 4 parts of them; it must be a mean over its rows, not a sum, and the same"));
  CHECK_THROWS_WITH(on_threads(1, squares, problem, {.reduction = RowReduction::sum}), Contains("must be a sum"));
  const auto root = [](const auto& p, const MatrixXd& x, const VectorXd& y, double) {
    return sqrt(mean(square(((x * p.weight).array() + p.bias - y.array()))));
  };
  CHECK_THROWS_AS(on_threads(2, root, problem), grove::Error);
}

TEST_CASE("rows are those of matrices and lists, as minimize cuts them") {
  struct Point {
    double x, y;
  };
  std::vector<Point> points;
  for (int i = 0; i < 50; ++i) points.push_back({std::sin(double(i)), double(i)});
  const Eigen::Matrix3f rotation = Eigen::Matrix3f::Identity();  // of another size: every part sees it whole
  const Eigen::ArrayXf weights = Eigen::ArrayXf::LinSpaced(50, 0, 1);
  const auto loss = [](const auto& p, const std::vector<Point>& some, const Eigen::Matrix3f& turn,
                       const Eigen::ArrayXf& weight) {
    if (weight.rows() != Index(some.size())) throw grove::ShapeError("cut wrongly");
    grove::scalar_t<decltype(p)> total = 0;
    for (std::size_t i = 0; i < some.size(); ++i) total += weight(Index(i)) * square(p * turn(0, 0) - float(some[i].y));
    return total / float(some.size());
  };
  float sum = 0;
  for (int i = 0; i < 50; ++i) sum += float(i) / 49 * 2 * (3.0F - float(i));
  const auto got = parallel_value_and_grad(loss, 2)(3.0F, points, rotation, weights);
  CHECK(got.grads == Approx(sum / 50).epsilon(1e-5));
  // Parts of larger arrays, and what is neither cut nor of the type that parts have.
  const Eigen::Matrix<double, Eigen::Dynamic, 2, Eigen::RowMajor> table =
      MatrixXd::NullaryExpr(60, 2, [](Index i, Index j) { return double(i + j); });
  const auto columns = [](const auto& p, const auto& a, const auto& b, const VectorXd& fixed) {
    return mean(square(a * p - b.array())) + fixed.sum();
  };
  const auto of_views = parallel_value_and_grad(columns, 2)(
      2.0, table.col(0).head(50).array(), Eigen::Map<const VectorXd>(&table(0, 0), 50), table.col(1).tail(3));
  const Eigen::ArrayXd first = Eigen::ArrayXd::LinSpaced(50, 0, 49);
  const Eigen::ArrayXd raw = Eigen::Map<const Eigen::ArrayXd>(&table(0, 0), 50);
  CHECK(of_views.grads == Approx((2 * (2 * first - raw) * first).mean()).epsilon(1e-13));
  CHECK(of_views.value == Approx((2 * first - raw).square().mean() + 58 + 59 + 60).epsilon(1e-13));
  const Eigen::Matrix<double, 20, 2> by_type = Eigen::Matrix<double, 20, 2>::Zero();
  CHECK_THROWS_WITH(
      parallel_value_and_grad([](const auto& p, const auto& a) { return mean(a.col(0) * p); }, 2)(1.0, by_type),
      "parallel_value_and_grad: argument 1 of the loss has 20 rows by its type, and cannot be cut; make it "
      "an Eigen array with a dynamic number of rows");
  // Numbers of rows that mislead the guess.
  const MatrixXd square_matrix = MatrixXd::Ones(4, 4);
  const VectorXd y = VectorXd::LinSpaced(9, 0, 8);
  const auto other = [](const auto& p, const MatrixXd& a, const MatrixXd& b, const VectorXd& rows) {
    return mean(rows.array() * p) * (a.size() + b.size());
  };
  const auto named = parallel_value_and_grad(other, 2, {.data_arguments = {3}});
  CHECK(named(2.0, square_matrix, square_matrix, y).grads == Approx(4 * 32));
}

TEST_CASE("what is thrown first in the order of the rows arrives, and everything can be used afterwards") {
  Problem problem(100);
  const auto f = parallel_value_and_grad(squares, 3, {.parts = 10});
  double value = 7;
  Line<> grads{VectorXd(VectorXd::Constant(3, 7)), 7};
  problem.y(45) = 2e6;
  problem.y(44) = 1e6;
  problem.y(83) = 3e6;
  for (int i = 0; i < 20; ++i) {
    CHECK_THROWS_WITH(f.into(problem.params, value, grads, problem.x, problem.y, 0.1), "no such row: 1000000");
  }
  CHECK(value == 7);
  CHECK((grads.weight.array() == 7).all());
  const Problem sound(100);
  f.into(sound.params, value, grads, sound.x, sound.y, 0.1);
  const auto want = on_threads(1, squares, sound, {.parts = 10});
  CHECK(value == want.value);
  CHECK(grove::tree::equal(grads, want.grads));
}

TEST_CASE("inside a loss, and in a worker, the caller works alone") {
  const Problem problem(40);
  const auto f = parallel_value_and_grad(squares, 2);
  const auto want = f(problem.params, problem.x, problem.y, 0.1);
  const auto outer = [&](const auto& scale) {
    const auto inner = f(problem.params, problem.x, problem.y, 0.1);
    return scale * inner.value * inner.grads.bias;
  };
  CHECK(grove::grad(outer)(1.0) == want.value * want.grads.bias);
  // A loss that calls the object that runs it, on any of its threads.
  const Eigen::VectorXd rows = Eigen::VectorXd::Ones(8);
  std::atomic<int> wrong = 0;
  const auto nesting = [&](const auto& p, const VectorXd& some) {
    wrong += !same_bits(f(problem.params, problem.x, problem.y, 0.1), want);
    return mean(some.array() * p);
  };
  CHECK(parallel_value_and_grad(nesting, 3)(2.0, rows).grads == 1);
  CHECK(wrong == 0);
  // Variables: the derivative of the gradient, of 2/n·Xᵀ(Xw + b - y) + 0.2·w.
  const auto slope = [&](const auto& p) { return f(p, problem.x, problem.y, 0.1).grads.weight.sum(); };
  const VectorXd curvature =
      2.0 / 40 * problem.x.transpose() * problem.x * VectorXd::Ones(3) + VectorXd(VectorXd::Constant(3, 0.2));
  CHECK((grove::grad(slope)(problem.params).weight - curvature).norm() < 1e-13);
  // Variables of this thread that a loss captures and parts of other threads would meet.
  const auto capturing = [&](const auto& outer_scale) {
    using T = grove::scalar_t<decltype(outer_scale)>;
    const auto inner = [&](const auto& p, const VectorXd& some) {
      return mean(some.array() * square(p)) * outer_scale;
    };
    return parallel_value_and_grad(inner, 2)(T(3.0), rows).grads;
  };
  CHECK(grove::grad(capturing)(5.0) == 6);
}

TEST_CASE("threads of the user's may share an object") {
  const Problem problem(200);
  const auto f = parallel_value_and_grad(squares, 2);
  const auto want = f(problem.params, problem.x, problem.y, 0.1);
  std::vector<std::thread> users;
  std::vector<int> right(3);
  for (int& ok : right) {
    users.emplace_back([&, copy = f] {
      ok = 1;
      for (int i = 0; i < 20; ++i) ok &= same_bits(copy(problem.params, problem.x, problem.y, 0.1), want) ? 1 : 0;
    });
  }
  for (std::thread& user : users) user.join();
  CHECK(right == std::vector<int>{1, 1, 1});
}

TEST_CASE("what is wrong with threads and data is said") {
  const Problem problem(10);
  const std::string name = "parallel_value_and_grad: ";
  CHECK_THROWS_WITH(on_threads(0, squares, problem), name + "the number of threads must be positive, got 0");
  CHECK_THROWS_AS(on_threads(-2, squares, problem), grove::HyperparameterError);
  CHECK_THROWS_WITH(parallel_value_and_grad(squares, 5'000'000'000),
                    name + "the number of threads must be at most 65536, got 5000000000");
  CHECK_THROWS_WITH(on_threads(1, squares, problem, {.parts = -1}), name + "parts must not be negative, got -1");
  CHECK_THROWS_WITH(on_threads(2, squares, Problem(0)),
                    name + "parts need a matrix or a vector of examples as argument of the loss");
  CHECK_THROWS_WITH(parallel_value_and_grad([](const auto& p) { return p * p; }, 2)(1.0),
                    name + "parts need a matrix or a vector of examples as argument of the loss");
  CHECK_THROWS_WITH(on_threads(2, squares, problem, {.data_arguments = {4}}),
                    name + "data_arguments must lie in [1, 3], got 4; the params are argument 0");
  Problem uneven(10);
  uneven.y.conservativeResize(9);
  CHECK_THROWS_WITH(on_threads(2, squares, uneven, {.data_arguments = {1, 2}}),
                    name + "argument 1 of the loss has 10 examples, and argument 2 has 9");
}

#if defined(__unix__)
TEST_CASE("in a forked process the caller works alone, to the same bits, threads or not") {
  const Problem problem(100);
  auto f = std::make_unique<decltype(parallel_value_and_grad(squares, 3))>(parallel_value_and_grad(squares, 3));
  const auto want = (*f)(problem.params, problem.x, problem.y, 0.1);
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);
    const bool right = same_bits((*f)(problem.params, problem.x, problem.y, 0.1), want);
    f.reset();
    _exit(right ? 0 : 1);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(same_bits((*f)(problem.params, problem.x, problem.y, 0.1), want));
}
#endif
