// Every wrapper around optimizers that need more than the gradient: they see what they see without it.
// Headers: optim/protocol/{any_transformation,extra,maybe}.hpp
#include <Eigen/Core>
#include <functional>

#include "optim/contrib/galore.hpp"
#include "optim/contrib/mechanize.hpp"
#include "optim/contrib/sam.hpp"
#include "optim/contrib/schedule_free.hpp"
#include "optim/linesearch/backtracking.hpp"
#include "optim/optimizers/lbfgs.hpp"
#include "optim/optimizers/polyak.hpp"
#include "optim/protocol/any_transformation.hpp"
#include "optim/training/minimize.hpp"
#include "optim/transforms/clip.hpp"
#include "optim/transforms/freeze.hpp"
#include "optim/wrappers/accumulate.hpp"
#include "optim/wrappers/conditional.hpp"
#include "optim/wrappers/flatten.hpp"
#include "optim/wrappers/inject_hyperparams.hpp"
#include "optim/wrappers/lookahead.hpp"
#include "optim/wrappers/threads.hpp"
#include "tests/catch.hpp"

using namespace grove::optim;
using Eigen::MatrixXd;

namespace {

template <class T = double>
struct Point {
  T x;
  grove::Vector<T> rest;
};

const auto rosenbrock = [](const auto& p) {
  using grove::square;
  return square(1 - p.x) + 100 * square(p.rest(0) - p.x * p.x) + square(p.rest(1) - 2);
};
const Point<> start{-1.2, Eigen::Vector2d(1, 0)};
const MinimizeOptions options{.max_steps = 60, .gradient_tolerance = 1e-9};

/// What a wrapper made of the linesearch must be as good as the linesearch itself; sums may be in another order.
template <class T, class P, class Loss>
void check_like_bare(const MinimizeResult<Point<>>& bare, const T& wrapped, const P& params, const Loss& loss) {
  const auto fit = minimize(loss, params, wrapped, options);
  CHECK(fit.reason == bare.reason);
  CHECK(std::abs(fit.steps - bare.steps) <= 2);
  CHECK(std::abs(fit.evaluations - bare.evaluations) <= 6);
  CHECK(fit.value == Approx(bare.value).margin(1e-12));
}

/// A wrapper of a user's own, which says nothing of what it needs.
template <class Link>
struct Own {
  Link inner;

  template <class P>
  auto init(const P& params) const {
    return inner.init(params);
  }
  template <class U, class S, class P, class E>
  void update_in_place(U& updates, S& state, const P& params, const E& extra) const {
    inner.update_in_place(updates, state, params, extra);
  }
};

template <class T>
void check_all_wrappers(const T& optimizer) {
  const auto bare = minimize(rosenbrock, start, optimizer, options);
  const auto check = [&](const char* name, const auto& wrapped) {
    INFO(name);
    check_like_bare(bare, wrapped, start, rosenbrock);
  };
  const auto always = [](std::int64_t) { return true; };
  check("chain", chain(identity(), optimizer));
  check("maybe", maybe(true, optimizer));
  check("masked", masked(optimizer, true));
  check("masked twice", masked(masked(optimizer, true), [](const grove::tree::Path&) { return true; }));
  check("partition", partition("all", named("all", optimizer)));
  check("selective_transform", selective_transform(optimizer, false));
  check("named_chain", named_chain(named("all", optimizer)));
  check("multi_steps", multi_steps(optimizer, 1));
  check("apply_if_finite", apply_if_finite(optimizer, 3));
  check("conditionally_transform", conditionally_transform(optimizer, always));
  check("conditionally_mask", conditionally_mask(optimizer, always));
  check("flatten", flatten(optimizer));
  check("flatten in a mask", masked(flatten(optimizer), true));
  check("a mask in flatten", flatten(masked(optimizer, true)));
  check("inject_hyperparams", inject_hyperparams([&](const Hyperparams&) { return optimizer; }, {}));
  check("threads", threads(2, optimizer));
  check("any_transformation", any_transformation<Point<>>(optimizer));
  check("any_transformation of flatten", any_transformation<Point<>>(flatten(optimizer)));
  check("flatten of any_transformation", flatten(any_transformation<Eigen::VectorXd>(optimizer)));
  check("one's own", GradientTransformation<Own<detail::unwrap_link_t<T>>>{{optimizer}});
  check("sam without an adversary", contrib::sam(optimizer, sgd(0.0), {.sync_period = 1}));
  INFO("lookahead");
  const auto slow = lookahead(optimizer, 100000, 0.5);
  check_like_bare(bare, slow, LookaheadParams<Point<>>::init_synced(start),
                  [](const auto& p) { return rosenbrock(std::get<0>(p)); });
}

/// Steps down a little and remembers the norm of the raw gradient that it is shown.
struct Probe {
  double* seen;

  template <class P>
  EmptyState init(const P& /*params*/) const {
    return {};
  }
  template <class U, class P, class E>
  void update_in_place(U& updates, EmptyState& /*state*/, const P& /*params*/, const E& extra) const {
    *seen = grove::tree::global_norm(detail::raw_grad(extra));
    grove::tree::for_each([](auto&& u) { u = -1e-3 * u; }, updates);
  }
};

}  // namespace

TEST_CASE("every wrapper around lbfgs is as good as lbfgs") { check_all_wrappers(lbfgs()); }

TEST_CASE("every wrapper around polyak_sgd is as good as polyak_sgd") {
  check_all_wrappers(polyak_sgd({.max_learning_rate = 2e-3}));
}

TEST_CASE("every wrapper around a backtracking linesearch is as good as the linesearch") {
  check_all_wrappers(chain(sgd(1.0), scale_by_backtracking_linesearch(30, {.store_grad = true})));
}

TEST_CASE("wrappers that change the steps show the raw gradient to what they wrap") {
  double seen = 0;
  const GradientTransformation<Probe> probe{{&seen}};
  const auto check = [&](const char* name, const auto& wrapped, std::int64_t every = 1) {
    INFO(name);
    std::int64_t steps = 0;
    const MinimizeOptions five{.max_steps = 6, .callbacks = {[&](const Progress& progress) {
                                                 if (!progress.last && ++steps % every == 0)
                                                   CHECK(seen == progress.gradient_norm);
                                                 return false;
                                               }}};
    minimize(rosenbrock, start, wrapped, five);
  };
  check("clip before", chain(clip_by_global_norm(1e-3), probe));
  check("mechanize", contrib::mechanize(probe));
  check("schedule_free", contrib::schedule_free(probe, 0.1));
  check("galore", contrib::scale_by_galore({}, probe));
  check("sam", contrib::sam(probe, sgd(1e-4)), 2);
  check("multi_steps", multi_steps(probe, 2), 2);
}

TEST_CASE("an optimizer chosen at run time says which argument it misses, and changes nothing before") {
  using Any = any_transformation<double>;
  const auto value = with_value(1.0);
  const auto grad = 0.5;
  const auto update = [&](const Any& any, const auto&... extra) { any.update(0.5, any.init(1.0), 1.0, extra...); };
  CHECK_THROWS_WITH(update(polyak_sgd()), "any_transformation: this optimizer needs optim::with_value(loss) in update");
  CHECK_THROWS_WITH(update(lbfgs(), value), "any_transformation: a linesearch needs optim::with_grad(grads) in update");
  CHECK_THROWS_WITH(update(lbfgs(), value, with_grad(grad)),
                    "any_transformation: a linesearch needs optim::with_value_and_grad_fn(f) in update");
  const Any armijo = chain(sgd(1.0), scale_by_backtracking_linesearch(3));
  CHECK_THROWS_AS(update(armijo, value, with_grad(grad)), grove::Error);
  const auto value_and_grad = [](double x, double& g) {
    g = x;
    return x * x / 2;
  };
  CHECK_NOTHROW(update(armijo, value, with_grad(grad), with_value_and_grad_fn(value_and_grad)));
  CHECK_NOTHROW(update(polyak_sgd(), value));
}
