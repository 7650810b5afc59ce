// Derivatives and steps in the destructors of static and thread_local objects, when the thread has destroyed what it
// kept.
#include <Eigen/Core>
#include <autodiff/autodiff.hpp>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optim/optim.hpp>
#include <string>
#include <thread>
#include <vector>

#include "tests/catch.hpp"

using namespace grove;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

struct Tree {
  std::vector<double> list;
  std::map<std::string, VectorXd> named;
};

double scalar_slope() {
  return grad([](const auto& x) {
    auto y = x * x;
    for (int i = 0; i < 5000; ++i) y = y * 0.5 + x;
    return y;
  })(1.0);
}

template <class Optimizer>
bool steps(const Optimizer& optimizer) {
  MatrixXd params = MatrixXd::Ones(3, 2);
  const MatrixXd grads = MatrixXd::Ones(3, 2);
  auto state = optimizer.init(params);
  for (int i = 0; i < 3; ++i) optim::step(optimizer, grads, state, params);
  return params.allFinite() && params(2, 1) != 1;
}

/// Everything that keeps something for later calls on its thread.
bool all_is_right() {
  const auto cubes = [](const auto& x) { return sum(x.array() * x.array() * x.array()); };
  const VectorXd x = VectorXd::LinSpaced(3, 1, 3);
  const auto product = [](const auto& p) {
    const auto& [list, named] = p;
    return list[0] * list[1] * sum(named.at("a"));
  };
  const Tree tree = grad(product)(Tree{{2, 3}, {{"a", x}}});
  auto [value, pullback] = vjp(cubes)(x);
  return std::abs(scalar_slope() - 2) < 1e-12 && grad(cubes)(x)[1] == 12 && hessian(cubes)(x)(2, 2) == 18 &&
         grad(cubes)(Eigen::VectorXf(x.cast<float>()))[2] == 27 && jacfwd(cubes)(x)(0, 2) == 27 && value == 36 &&
         pullback(2.0)[1] == 24 && tree.list[0] == 18 && tree.named.at("a")[2] == 6 && steps(optim::scale_by_lbfgs()) &&
         steps(optim::sm3(0.1)) && steps(optim::contrib::muon(0.1));
}

struct AtTheEnd {
  const char* when;
  ~AtTheEnd() {
    for (int i = 0; i < 2; ++i) {
      if (all_is_right()) continue;
      std::fprintf(stderr, "wrong in the destructor of %s\n", when);
      std::abort();
    }
  }
};

// Made before this thread's tapes, and so destroyed after them. static-destructor
const AtTheEnd static_object{"a static object"};
thread_local const AtTheEnd local_object{"a thread_local object"};

}  // namespace

TEST_CASE("gradients and steps in destructors that run at the end of the program") {
  CHECK(local_object.when != nullptr);
  CHECK(all_is_right());
}

TEST_CASE("gradients and steps in destructors that run at the end of a thread") {
  for (const bool before : {true, false}) {
    std::thread([before] {
      if (before) (void)all_is_right();
      (void)local_object.when;
      if (!before) (void)all_is_right();
    }).join();
  }
}
