// Every function over trees, called inside a loss: value and gradient are those of the same code on plain doubles.
// (case in-place-on-active-trees)
#include <Eigen/Dense>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "autodiff/autodiff.hpp"
#include "optim/optim.hpp"
#include "tests/catch.hpp"

using namespace grove::optim;
namespace tree = grove::tree;

namespace {

template <class T = double>
struct Layer {
  grove::Matrix<T> weight;
  T bias;
};
template <class T = double>
struct Params {
  grove::Vector<T> w;
  std::vector<Layer<T>> layers;
  grove::Array<T, 2> pair;
  std::string name = "carried along";
};

const Params<> at{Eigen::Vector3d(3, -4, 0.5),
                  {{(Eigen::MatrixXd(2, 3) << 0.3, -0.7, 1.2, -2.1, 0.4, 0.9).finished(), -0.6}},
                  Eigen::Array2d(1.4, -0.2)};

/// A number that depends on every number of the tree in another way.
template <class P>
auto digest(const P& p) {
  auto sum = p.layers[0].bias * p.layers[0].bias * 0.7;
  for (Eigen::Index i = 0; i < p.w.size(); ++i) sum += p.w[i] * p.w[i] * 0.1 + p.w[i] * double(i + 1);
  for (Eigen::Index i = 0; i < 2; ++i) {
    sum += p.pair[i] * double(3 - i);
    for (Eigen::Index j = 0; j < 3; ++j) sum += p.layers[0].weight(i, j) * double(i - 2 * j) * 0.3;
  }
  return sum;
}

/// By central differences of f on plain doubles.
template <class F>
Eigen::VectorXd slopes(const F& f) {
  Eigen::VectorXd x = tree::flatten(at), result(x.size());
  const double h = 1e-6;
  for (Eigen::Index k = 0; k < x.size(); ++k) {
    const double middle = x[k];
    x[k] = middle + h;
    const double up = f(tree::unflatten(x, at));
    x[k] = middle - h;
    result[k] = (up - f(tree::unflatten(x, at))) / (2 * h);
    x[k] = middle;
  }
  return result;
}

template <class F>
double error_of(const F& f) {
  const double plain = f(at);
  const auto [value, grads] = grove::value_and_grad(f)(at);
  return std::abs(value - plain) + std::abs(grove::evaluate(f, at) - plain) +
         (tree::flatten(grads) - slopes(f)).cwiseAbs().maxCoeff();
}

/// The updates of adaptive_grad_clip, of which some units are clipped and others are not.
template <class P>
auto clipped_adaptively(const P& p, std::optional<int> axis) {
  const auto optimizer = adaptive_grad_clip(0.5, 0.4, axis);
  P updates = p;
  tree::for_each([](auto&& u) { u = 0.45 * u * u + 0.1; }, updates);
  return digest(optimizer.update(updates, optimizer.init(p), p).updates);
}

template <class P>
P twice(P p) {
  tree::for_each([](auto&& a) { a = 2.0 * a; }, p);
  return p;
}

template <class T, class P>
auto stepped(const T& optimizer, const P& p) {
  P params = p;
  auto state = optimizer.init(p);
  for (int i = 0; i < 2; ++i) {
    P grads = tree::scale(0.3, params);
    step(optimizer, grads, state, params);
  }
  return params;
}
template <class T, class P>
auto updated(const T& optimizer, const P& p) {
  P params = p;
  auto state = optimizer.init(p);
  for (int i = 0; i < 2; ++i) {
    auto [updates, next] = optimizer.update(tree::scale(0.3, params), std::move(state), params);
    params = apply_updates(std::move(params), updates);
    state = std::move(next);
  }
  return params;
}

}  // namespace

#define IN_LOSS(...)                                             \
  [](const auto& p) {                                            \
    using P [[maybe_unused]] = std::remove_cvref_t<decltype(p)>; \
    using T [[maybe_unused]] = tree::scalar_t<P>;                \
    return __VA_ARGS__;                                          \
  }
#define CHECK_IN_LOSS(...) CHECK(error_of(IN_LOSS(__VA_ARGS__)) < 1e-6)

TEST_CASE("functions that assign to leaves in place") {
  CHECK_IN_LOSS(digest(twice(p)));
  CHECK_IN_LOSS([&] {
    P q = p;
    tree::for_each([](auto&& a, const auto& b) { a += b * b; }, q, p);
    tree::for_each([](auto& a) { a *= 0.5; }, q);
    tree::for_each([](auto& a, const auto& b) { a -= b; }, q, twice(p));
    return digest(q);
  }());
  CHECK_IN_LOSS([&] {
    P q = p;
    tree::for_each_with_path(
        [](const tree::Path& path, auto&& a, const auto& b) {
          if (path.ends_with("weight")) a = a * b;
        },
        q, twice(p));
    return digest(q);
  }());
  CHECK_IN_LOSS([&] {
    P q = p;
    const P before = q;  // handles are values: what was copied before keeps its value
    tree::for_each([](auto&& a) { a = a * a; }, q);
    return digest(before) * digest(q) * 0.01;
  }());
  CHECK_IN_LOSS(digest(tree::unflatten(tree::flatten(twice(p)), p)));
  CHECK_IN_LOSS([&] {
    P q = twice(p);
    auto flat = tree::flatten(q);
    for (auto& x : flat.reshaped()) x *= x;
    tree::unflatten_into(flat, q);
    return digest(q);
  }());
  CHECK_IN_LOSS(digest(tree::set(p, "weight", 2.0)) + digest(tree::set(p, "bias", T(p.w[0]))));
  CHECK_IN_LOSS([&] {
    P q = p;
    tree::get<grove::Vector<T>>(q, "w") = p.w * 2.0;
    return digest(q);
  }());
}

TEST_CASE("functions that return trees") {
  CHECK_IN_LOSS(digest(tree::map([](const auto& a) { return a * a; }, p)));
  CHECK_IN_LOSS(digest(tree::map([](const auto& a, const auto& b) { return a * b; }, twice(p), p)));
  CHECK_IN_LOSS(digest(tree::map_with_path(
      [](const tree::Path& path, const auto& a) { return (path.ends_with("bias") ? 3.0 : 0.5) * a; }, p)));
  CHECK_IN_LOSS(digest(tree::add(p, twice(p))) + digest(tree::sub(twice(p), p)) * 0.5);
  CHECK_IN_LOSS(digest(tree::mul(p, twice(p))) + digest(tree::div(twice(p), tree::mul(p, p))));
  CHECK_IN_LOSS(digest(tree::scale(2.0, p)) + digest(tree::scale(p.w[0], p)));
  CHECK_IN_LOSS(digest(tree::axpy(2.0, p, twice(p))) + digest(tree::axpy(p.w[1], p, p)));
  CHECK_IN_LOSS(digest(tree::clip(p, -1, 1)) + digest(tree::clip(twice(p), -0.5, 2)));
  CHECK_IN_LOSS(digest(tree::add(tree::zeros_like(p), p)) + digest(tree::mul(tree::ones_like(p), p)) +
                digest(tree::mul(tree::full_like(p, 3.0), p)));
}

TEST_CASE("functions that reduce trees") {
  CHECK_IN_LOSS(tree::dot(p, twice(p)) + tree::squared_norm(p) + tree::global_norm(p));
  CHECK_IN_LOSS(tree::sum(p) * tree::max(p) + tree::min(p));
  CHECK_IN_LOSS(tree::norm(p, 1) + tree::norm(p, 2) + tree::norm(p, INFINITY));
  CHECK_IN_LOSS(
      tree::reduce([](const auto& total, const auto& a) { return T(total + tree::detail::sum_of(a * a)); }, T(0.0), p));
  CHECK_IN_LOSS(tree::sum(p) * (tree::all_finite(p) && tree::equal(p, p) && !tree::equal(p, twice(p)) ? 1.0 : 2.0));
  CHECK_IN_LOSS(tree::sum(p) * (tree::allclose(p, p) && !tree::allclose(p, twice(p)) ? 1.0 : 2.0));
  CHECK_IN_LOSS(tree::sum(p) * double(tree::size(p) + tree::leaf_count(p)));
}

TEST_CASE("updates and projections") {
  CHECK_IN_LOSS(digest(apply_updates(p, p)) + digest(apply_updates(p, twice(p))));
  CHECK_IN_LOSS(digest(incremental_update(twice(p), p, 0.3)));
  CHECK_IN_LOSS(digest(periodic_update(twice(p), p, 4, 2)));
  CHECK_IN_LOSS(digest(projection_non_negative(p)));
  CHECK_IN_LOSS(digest(projection_box(p, -1, 1)) + digest(projection_hypercube(p, 2)) +
                digest(projection_linf_ball(p, 0.8)));
  CHECK_IN_LOSS(digest(projection_simplex(p)) + digest(projection_simplex(p, 4.3)));
  CHECK_IN_LOSS(digest(projection_l1_sphere(p, 1.3)) + digest(projection_l1_ball(p, 4)) +
                digest(projection_l1_ball(p, 100)));
  CHECK_IN_LOSS(digest(projection_l2_sphere(p, 2)) + digest(projection_l2_ball(p)) +
                digest(projection_l2_ball(p, 100)));
  CHECK_IN_LOSS(digest(projection_vector(p, twice(tree::mul(p, p)))) + digest(projection_vector(p, at)));
  CHECK_IN_LOSS(digest(projection_hyperplane(p, tree::mul(p, p), 2)) + digest(projection_hyperplane(p, at, -1)));
  CHECK_IN_LOSS(digest(projection_halfspace(p, tree::mul(p, p), 2)) + digest(projection_halfspace(p, at, 1000)));
}

TEST_CASE("sums of clipped gradients") {
  CHECK_IN_LOSS(digest(per_example_global_norm_clip(std::vector<P>{p, twice(p)}, 3).sum));
  CHECK_IN_LOSS(digest(per_example_layer_norm_clip(std::vector<P>{p, twice(p)}, 3).sum));
}

TEST_CASE("steps of optimizers, in place and by updates") {
  CHECK_IN_LOSS(digest(stepped(sgd(0.1), p)) + digest(updated(sgd(0.1), p)));
  CHECK_IN_LOSS(digest(stepped(sgd(0.1, {.momentum = 0.9, .nesterov = true}), p)));
  CHECK_IN_LOSS(digest(stepped(adam(0.1), p)) + digest(updated(adam(0.1), p)));
  CHECK_IN_LOSS(digest(stepped(chain(clip_by_global_norm(0.5), add_decayed_weights(0.1), scale(-0.2)), p)));
  CHECK_IN_LOSS(digest(updated(chain(clip(0.5), centralize(), scale(-0.2)), p)));
  CHECK_IN_LOSS(digest(stepped(chain(normalize_by_update_norm(), scale(-0.2), keep_params_nonnegative()), p)));
}

TEST_CASE("in forward mode, too") {
  const auto f = IN_LOSS(digest(twice(apply_updates(projection_l2_ball(p, 2), incremental_update(twice(p), p, 0.3)))));
  CHECK((grove::jacfwd(f)(at).transpose() - slopes(f)).cwiseAbs().maxCoeff() < 1e-6);
  CHECK((grove::hessian(f)(at) - grove::hessian(f)(at).transpose()).norm() < 1e-9);
}

TEST_CASE("matrices are clipped by rows and columns inside a loss") {
  CHECK(error_of([](const auto& p) { return clipped_adaptively(p, {}); }) < 1e-8);
  CHECK(error_of([](const auto& p) { return clipped_adaptively(p, 1); }) < 1e-8);
}
