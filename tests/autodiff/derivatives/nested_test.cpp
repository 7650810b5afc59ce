// Losses that contain derivatives: values and gradients are JAX's (tests/golden/make_nested.py) or closed forms.
// (case nested-with-captured-parameters)
#include <Eigen/Dense>
#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include "autodiff/autodiff.hpp"
#include "tests/catch.hpp"

using Eigen::VectorXd;

namespace {

/// The numbers of a case of nested.txt.
VectorXd golden(const std::string& name) {
  std::ifstream file("../golden/nested.txt");
  std::string word;
  while (file >> word && word != name) {
  }
  std::vector<double> numbers;
  for (double x = 0; file >> x;) numbers.push_back(x);
  REQUIRE_FALSE(numbers.empty());
  return Eigen::Map<VectorXd>(numbers.data(), Eigen::Index(numbers.size()));
}

/// The largest difference, in units of JAX's answer.
double distance(const VectorXd& ours, const VectorXd& theirs) {
  REQUIRE(ours.size() == theirs.size());
  return (ours - theirs).cwiseAbs().maxCoeff() / (1 + theirs.cwiseAbs().maxCoeff());
}

template <class F>
double error_against(const std::string& name, const F& loss) {
  const VectorXd all = golden(name);
  const Eigen::Index n = (all.size() - 1) / 2;
  const auto [value, gradient] = grove::value_and_grad(loss)(VectorXd(all.head(n)));
  return distance(gradient, all.tail(n)) + std::abs(value - all[n]) / (1 + std::abs(all[n]));
}

// ---- The losses of make_nested.py -----------------------------------------------------------------------------------

template <class T = double>
struct Network {
  grove::Vector<T> weight, bias, out;

  auto operator()(const auto& t) const {
    return grove::sum(out.array() * grove::tanh(weight.array() * t + bias.array()));
  }
};

/// The residuals of u'' + 4u = 0, u(0) = 1, u'(0) = 0; `derivatives(u, t)` returns u' and u'' at t.
template <class P, class D>
auto physics(const P& p, const D& derivatives) {
  using T = grove::scalar_t<P>;
  const Network<T> u{p.head(6), p.segment(6, 6), p.tail(6)};
  T loss = grove::square(u(T(0.0)) - 1.0) + grove::square(derivatives(u, T(0.0)).first);
  for (const double t : {0.0, 0.3, 0.6, 0.9}) {
    loss += grove::square(derivatives(u, T(t)).second + 4.0 * u(T(t)));
  }
  return loss;
}

/// Pairs of columns of x; p = (depth, radius, charge).
struct Energy {
  template <class X, class P>
  auto operator()(const X& x, const P& p) const {
    using T = std::conditional_t<(sizeof(grove::scalar_t<X>) > sizeof(grove::scalar_t<P>)), grove::scalar_t<X>,
                                 grove::scalar_t<P>>;
    T total = 0;
    for (Eigen::Index i = 0; i < x.cols(); ++i) {
      for (Eigen::Index j = 0; j < i; ++j) {
        const auto s = p[1] * p[1] / grove::squared_norm(x.col(i) - x.col(j));
        total += 4.0 * p[0] * (grove::pow(s, 6) - grove::pow(s, 3)) + p[2] * grove::sqrt(s);
      }
    }
    return total;
  }
};
const Eigen::MatrixXd atoms = (Eigen::MatrixXd(3, 5) << 0.0, 1.1, 0.2, 0.1, 1.2,  //
                               0.1, 0.0, 1.2, -0.2, 1.1,                          //
                               -0.1, 0.2, 0.0, 1.15, 0.9)
                                  .finished();

}  // namespace

TEST_CASE("nested: the physics-informed loss, in forward mode, reverse mode and by the Hessian product") {
  CHECK(error_against("physics", [](const auto& p) {
          return physics(p, [](const auto& u, const auto& t) {
            const auto slope = [&](const auto& s) { return grove::jvp(u)(s, 1.0).tangent; };
            const auto both = grove::jvp(slope)(t, 1.0);
            return std::pair(both.value, both.tangent);
          });
        }) < 1e-10);
  CHECK(error_against("physics", [](const auto& p) {
          return physics(p, [](const auto& u, const auto& t) {
            const auto slope = [&](const auto& s) { return grove::grad(u)(s); };
            return std::pair(slope(t), grove::grad(slope)(t));
          });
        }) < 1e-10);
  CHECK(error_against("physics", [](const auto& p) {
          return physics(p, [](const auto& u, const auto& t) {
            return std::pair(grove::jacfwd(u)(t)(0, 0), grove::hvp(u)(t, 1.0));
          });
        }) < 1e-10);
}

TEST_CASE("nested: forces, with the parameters captured or passed, at active or plain atoms") {
  const VectorXd truth{{0.8, 1.0, 0.3}};
  const Eigen::MatrixXd measured = grove::grad(Energy())(atoms, truth);
  CHECK(error_against("forces", [&](const auto& p) {
          return grove::mean(grove::square(grove::grad(Energy())(atoms, p) - measured));
        }) < 1e-10);
  CHECK(error_against("forces", [&](const auto& p) {
          using T = grove::scalar_t<decltype(p)>;
          const auto energy = [&](const auto& x) { return Energy()(x, p); };
          return grove::mean(grove::square(grove::grad(energy)(grove::Matrix<T>(atoms)) - measured));
        }) < 1e-10);
}

TEST_CASE("nested: two steps of gradient descent, differentiated by the start and the rate") {
  CHECK(error_against("meta", [](const auto& p) {
          using T = grove::scalar_t<decltype(p)>;
          const auto train = [](const auto& w) {
            return grove::sum(grove::cos(w).array() * w.array() * w.array()) + w[0] * w[1] * w[2];
          };
          grove::Vector<T> w = p.head(3);
          for (int step = 0; step < 2; ++step) w -= grove::exp(p[3]) * grove::grad(train)(w);
          return grove::squared_norm(w - VectorXd{{0.1, -0.2, 0.3}});
        }) < 1e-10);
}

TEST_CASE("nested: the Hessian of a loss that holds a product with a Hessian") {
  const auto loss = [](const auto& x) {
    const auto f = [](const auto& y) {
      return grove::sin(y[0]) * y[2] * y[2] + grove::sin(y[1]) * y[0] * y[0] + grove::sin(y[2]) * y[1] * y[1];
    };
    return grove::sum(grove::square(grove::hvp(f)(x, grove::exp(x))));
  };
  const VectorXd all = golden("curved");
  const VectorXd x = all.head(3);
  CHECK(distance(grove::grad(loss)(x), all.segment(4, 3)) < 1e-12);
  const Eigen::MatrixXd hessian = grove::hessian(loss)(x);
  CHECK(distance(hessian.reshaped(), all.tail(9)) < 1e-12);
}
