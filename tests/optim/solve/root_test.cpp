// Roots: their derivatives against closed forms and differences.
#include "optim/solve/root.hpp"

#include <Eigen/Core>
#include <cmath>
#include <limits>

#include "autodiff/derivatives/grad.hpp"
#include "autodiff/derivatives/hessian.hpp"
#include "autodiff/derivatives/jvp.hpp"
#include "autodiff/gradcheck/gradcheck.hpp"
#include "tests/catch.hpp"

using namespace grove::optim;
using Eigen::VectorXd;

namespace {

constexpr double h = 0.1;  // of an Euler step

const auto square_root = [](const auto& x, const auto& a) { return x * x - a; };
const auto loss_of_root = [](const auto& a) { return root(square_root, 1.0, a); };

template <class T = double>
struct Reaction {
  T rate;
  grove::Vector<T> now;
};

}  // namespace

TEST_CASE("a square root as a root has the derivatives of a square root, in every mode") {
  CHECK(root(square_root, 1.0, 2.0) == std::sqrt(2.0));
  const double a = 2, first = 0.5 / std::sqrt(a), second = -0.25 * std::pow(a, -1.5);
  CHECK(grove::grad(loss_of_root)(a) == Approx(first).epsilon(1e-15));
  CHECK(grove::jvp(loss_of_root)(a, 1.0).tangent == Approx(first).epsilon(1e-15));
  CHECK(grove::hessian(loss_of_root)(a)(0, 0) == Approx(second).epsilon(1e-14));
  // a captured variable counts too
  const auto captured = [](const auto& b) { return root([&](const auto& u) { return u * u - b; }, 1.0); };
  CHECK(grove::grad(captured)(a) == Approx(first).epsilon(1e-15));
}

TEST_CASE("an implicit Euler step has the derivatives of its closed form") {
  // n = now - h k n²:  n = (√(1 + 4 h k now) - 1) / (2 h k)
  const auto by_root = [](const auto& p) {
    const VectorXd start = VectorXd::Ones(3);
    const auto next =
        root([](const auto& n, const auto& now, const auto& k) { return n - now + h * k * n.cwiseProduct(n); }, start,
             p.now, p.rate);
    return grove::sum(grove::square(next));
  };
  const auto closed = [](const auto& p) {
    const auto hk = h * p.rate;
    return grove::sum(grove::square((grove::sqrt(1 + 4 * hk * p.now.array()) - 1) / (2 * hk)));
  };
  const Reaction<> p{0.7, Eigen::Vector3d(1, 2, 3)};
  const auto g = grove::grad(by_root)(p), expected = grove::grad(closed)(p);
  CHECK(g.rate == Approx(expected.rate).epsilon(1e-13));
  CHECK((g.now - expected.now).cwiseAbs().maxCoeff() < 1e-13);
  CHECK_NOTHROW(grove::gradcheck(by_root, p));
  // its stiff form, from a start that is far off
  const Reaction<> stiff{1e6, Eigen::Vector3d(1, 2, 3)};
  CHECK(grove::grad(by_root)(stiff).rate == Approx(grove::grad(closed)(stiff).rate).epsilon(1e-9));
}

TEST_CASE("root says why it found nothing") {
  const auto no_root = [](const auto& u) { return u * u + 1; };
  CHECK_THROWS_WITH(root(no_root, 3.0), Catch::Contains("root: no root was found; the norm of the equations is 1"));
  CHECK_THROWS_WITH(root([](const auto& u) { return u.head(1); }, VectorXd(VectorXd::Zero(2))),
                    "root: 1 equations for 2 unknowns; there must be one each");
  CHECK_THROWS_WITH(root(square_root, 1.0, std::numeric_limits<double>::quiet_NaN()),
                    "root: the equations are not finite at x0");
  CHECK_THROWS_WITH(root(square_root, 1.0, RootOptions{.max_steps = 0}, 1.0),
                    "root: max_steps must be positive, got 0");
  CHECK_THROWS_WITH(grove::grad([](const auto& a) { return root(square_root, 0.0, a); })(0.0),
                    "root: the Jacobian is singular at the solution, so it has no derivative");
}

TEST_CASE("a trial at which the equations throw is made again, shorter") {
  const auto logarithm = [](const auto& u, const auto& a) {
    if (grove::value_of(u) <= 0) throw grove::DataError("the logarithm of nothing");
    return log(u) + a;
  };
  CHECK(root(logarithm, 3.0, 1.0) == Approx(std::exp(-1.0)).epsilon(1e-15));
  CHECK_THROWS_WITH(root(logarithm, -1.0, 1.0), "the logarithm of nothing");
}

TEST_CASE("a double root is found as far as its digits go") {
  CHECK(std::abs(root(square_root, 1.0, 0.0)) < 1e-12);
  CHECK(std::abs(root([](const auto& u) { return (u - 3) * (u - 3); }, 1.0) - 3) < 1e-6);
}
