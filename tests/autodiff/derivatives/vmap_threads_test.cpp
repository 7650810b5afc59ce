// Instances shared out over threads give what they give one after the other. Also run under ThreadSanitizer.
#include <Eigen/Dense>
#include <atomic>
#include <cmath>
#include <stdexcept>
#include <thread>
#include <vector>

#include "autodiff/autodiff.hpp"
#include "tests/catch.hpp"

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

MatrixXd points(Index n) {
  return MatrixXd::NullaryExpr(n, 2, [](Index i, Index j) { return std::sin(1.7 * double(i) + 0.9 * double(j)); });
}

/// x² y + exp(y) where x is positive, x y elsewhere.
const auto valley = [](const auto& p) -> grove::scalar_t<decltype(p)> {
  if (p(0) > 0) return p(0) * p(0) * p(1) + exp(p(1));
  return p(0) * p(1);
};
Eigen::Vector2d slope_of(double x, double y) {
  if (x > 0) return {2 * x * y, x * x + std::exp(y)};
  return {y, x};
}

}  // namespace

TEST_CASE("threads change no bit of what instances give, in packs and one by one") {
  for (const Index n : {1, 7, 8, 100, 700}) {
    INFO(n << " points");
    const MatrixXd at = points(n);
    const auto slopes = grove::vmap(grove::value_and_grad(valley), {.threads = 1})(at);
    for (Index i = 0; i < n; ++i) {
      CHECK((slopes.grads.row(i).transpose() - slope_of(at(i, 0), at(i, 1))).norm() < 1e-14);
      CHECK(slopes.value(i) == Approx(valley(VectorXd(at.row(i).transpose()))).epsilon(1e-14));
    }
    for (const int threads : {2, 3, 7}) {
      const auto shared = grove::vmap(grove::value_and_grad(valley), {.threads = threads})(at);
      CHECK(shared.value == slopes.value);
      CHECK(shared.grads == slopes.grads);
    }
    // A plain function, and lists of what has no rows.
    const auto turned = [](const VectorXd& p) { return VectorXd(p.reverse() * 2); };
    CHECK(MatrixXd(grove::vmap(turned, {.threads = 2})(at)) == at.rowwise().reverse() * 2);
    const auto curvatures = grove::vmap(grove::hessian(valley), {.threads = 3})(at);
    REQUIRE(Index(curvatures.size()) == n);
    for (Index i = 0; i < n; ++i) {
      CHECK(curvatures[std::size_t(i)](1, 1) == Approx(at(i, 0) > 0 ? std::exp(at(i, 1)) : 0).margin(1e-14));
    }
  }
}

TEST_CASE("lists, and several batches, on threads") {
  std::vector<VectorXd> list;
  for (Index i = 0; i < 50; ++i) list.push_back(VectorXd::LinSpaced(1 + i % 3, 1, 2) * double(i));
  const auto squares = [](const auto& v) { return v.squaredNorm(); };
  const auto slopes = grove::vmap(grove::grad(squares), {.threads = 2})(list);
  REQUIRE(slopes.size() == list.size());
  for (std::size_t i = 0; i < list.size(); ++i) CHECK(slopes[i] == 2 * list[i]);
  const auto error = [](const auto& w, const VectorXd& x, double y) { return square(w.dot(x) - y); };
  const MatrixXd x = points(40);
  const VectorXd w = Eigen::Vector2d(1, -2), y = x.col(0);
  const MatrixXd each = grove::vmap<1, 2>(grove::grad(error), {.threads = 3})(w, x, y);
  CHECK((each - ((2 * (x * w - y)).asDiagonal() * x)).norm() < 1e-13);
}

TEST_CASE("the first instance that throws is named, on threads too") {
  const MatrixXd at = points(300);
  std::atomic<bool> angry = true;
  const auto picky = [&](const VectorXd& p) {
    if (angry && (p(0) == at(170, 0) || p(0) == at(171, 0) || p(0) == at(298, 0))) throw std::runtime_error("no");
    return p(0);
  };
  const auto f = grove::vmap(picky, {.threads = 3});
  for (int i = 0; i < 20; ++i) CHECK_THROWS_WITH(f(at), "vmap: instance 170: no");
  angry = false;
  CHECK(f(at) == at.col(0));
  const auto ragged = [](const VectorXd& p) { return VectorXd(VectorXd::Ones(p(0) > 199.5 ? 3 : 2)); };
  CHECK_THROWS_AS(grove::vmap(ragged, {.threads = 2})(MatrixXd(VectorXd::LinSpaced(300, 0, 299))), grove::ShapeError);
  CHECK_THROWS_WITH(grove::vmap(picky, {.threads = 0}), "vmap: the number of threads must be positive, got 0");
}

TEST_CASE("inside a loss the caller works alone, and variables may be captured") {
  const MatrixXd at = points(64);
  const auto loss = [&](const auto& scale) {
    const auto scaled = [&](const auto& p) { return p(0) * scale; };
    return grove::sum(grove::vmap(scaled, {.threads = 2})(at));
  };
  CHECK(grove::grad(loss)(3.0) == Approx(at.col(0).sum()).epsilon(1e-13));
  CHECK(grove::hessian(loss)(3.0)(0, 0) == 0);
  // Threads of the user's share one object.
  const auto f = grove::vmap(grove::grad(valley), {.threads = 2});
  const MatrixXd want = f(at);
  std::vector<std::thread> users;
  std::vector<int> right(3);
  for (int& ok : right) users.emplace_back([&] { ok = MatrixXd(f(at)) == want ? 1 : 0; });
  for (std::thread& user : users) user.join();
  CHECK(right == std::vector<int>{1, 1, 1});
}
