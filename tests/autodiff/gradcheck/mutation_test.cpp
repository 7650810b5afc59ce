// How good the gradient check is: planted mistakes that it must find, and right gradients that it must pass.
#include <cstdint>
#include <map>
#include <optional>

#include "autodiff/gradcheck/gradcheck.hpp"
#include "autodiff/operations/custom/custom_vjp.hpp"
#include "tests/autodiff/gradcheck/mutation_structural.hpp"
#include "tests/catch.hpp"

namespace {

using grove::GradcheckReport;
using grove::GradcheckVerdict;
using mutation::Params;
using mutation::Primitive;
using Random = grove::detail::SplitMix;
using Gradient = std::function<Params(const Params&)>;

// A mistake in the gradient of some primitive; nothing where it would change nothing.
struct Mutant {
  std::string kind;
  Gradient gradient;
};

std::vector<Primitive> all_primitives() {
  std::vector<Primitive> all = mutation::elementwise_primitives();
  for (auto family : {mutation::product_primitives, mutation::reduction_primitives, mutation::broadcast_primitives})
    for (auto& each : family()) all.push_back(std::move(each));
  return all;
}

Params random_params(const Primitive& primitive, Random& random) {
  Params params;
  for (const auto& shape : primitive.shapes) {
    Eigen::MatrixXd x(shape.rows, shape.cols);
    for (Eigen::Index k = 0; k < x.size(); ++k)
      x(k) = primitive.low + (primitive.high - primitive.low) * random.uniform();
    if (shape.dominant) x.diagonal().array() += 4;
    params.push_back(std::move(x));
  }
  return params;
}

// The loss is a weighted sum of the primitive's results, so that the order of the results matters.
Eigen::MatrixXd weights(const Eigen::MatrixXd& like) {
  Eigen::MatrixXd w(like.rows(), like.cols());
  for (Eigen::Index k = 0; k < w.size(); ++k) w(k) = 1.3 + std::sin(2.0 * static_cast<double>(k));
  return w;
}

auto loss_of(const Primitive& primitive) {
  return [&primitive](const Params& params) {
    const Eigen::MatrixXd y = primitive.value(params);
    return y.cwiseProduct(weights(y)).sum();
  };
}

Gradient gradient_with(const Primitive& primitive, const mutation::Pullback& pullback) {
  return [&primitive, pullback](const Params& params) { return pullback(params, weights(primitive.value(params))); };
}

// The right gradient with one leaf changed by `change`.
Mutant changed_leaf(const char* kind, const Gradient& right, std::size_t leaf,
                    std::function<void(Eigen::MatrixXd&)> change) {
  return {kind, [=](const Params& params) {
            Params grads = right(params);
            change(grads[leaf]);
            return grads;
          }};
}

void shift_by_one(Eigen::MatrixXd& g) {
  const Eigen::MatrixXd old = g;
  for (Eigen::Index k = 0; k < g.size(); ++k) g(k) = old((k + 1) % g.size());
}

void transpose_in_place(Eigen::MatrixXd& g) {
  const Eigen::MatrixXd turned = g.transpose();
  g = turned.reshaped(g.rows(), g.cols()).eval();
}

std::vector<Mutant> stale_mutants(const Primitive& primitive, const Gradient& right, Random& random) {
  const Params elsewhere = random_params(primitive, random);
  return {{"stale value", [=](const Params&) { return right(elsewhere); }},
          {"stale value",
           [=, kept = std::optional<Params>()](const Params& params) mutable {
             if (!kept) kept = params;
             return right(*kept);
           }},
          {"stale value",
           [=, previous = elsewhere](const Params& params) mutable { return right(std::exchange(previous, params)); }}};
}

std::vector<Mutant> mutants_of(const Primitive& primitive, Random& random) {
  const Gradient right = gradient_with(primitive, primitive.pullback);
  std::vector<Mutant> all = stale_mutants(primitive, right, random);
  for (const auto& bug : primitive.bugs) all.push_back({bug.kind, gradient_with(primitive, bug.pullback)});
  for (std::size_t leaf = 0; leaf < primitive.shapes.size(); ++leaf) {
    const Eigen::Index size = primitive.shapes[leaf].rows * primitive.shapes[leaf].cols, k = random.below(size);
    all.push_back(changed_leaf("sign", right, leaf, [](Eigen::MatrixXd& g) { g = -g; }));
    all.push_back(changed_leaf("sign", right, leaf, [k](Eigen::MatrixXd& g) { g(k) = -g(k); }));
    all.push_back(changed_leaf("factor", right, leaf, [](Eigen::MatrixXd& g) { g *= 2; }));
    all.push_back(changed_leaf("factor", right, leaf, [](Eigen::MatrixXd& g) { g /= static_cast<double>(g.size()); }));
    all.push_back(changed_leaf("0.1 % error", right, leaf, [](Eigen::MatrixXd& g) { g *= 1.001; }));
    all.push_back(changed_leaf("0.1 % error", right, leaf, [k](Eigen::MatrixXd& g) { g(k) *= 0.999; }));
    all.push_back(changed_leaf("off by one", right, leaf, shift_by_one));
    all.push_back(changed_leaf("dropped term", right, leaf, [k](Eigen::MatrixXd& g) { g(k) = 0; }));
    all.push_back(changed_leaf("transpose", right, leaf, transpose_in_place));
  }
  return all;
}

// Whether a mistake shows at this point at all: a zero times two is still right.
bool differs(const Params& wrong, const Params& right) {
  for (std::size_t i = 0; i < right.size(); ++i)
    if ((wrong[i] - right[i]).cwiseAbs().maxCoeff() > 1e-8 * right[i].cwiseAbs().maxCoeff()) return true;
  return false;
}

// The loss with `gradient` as its derivative on the tape.
auto on_the_tape(const Primitive& primitive, const Gradient& gradient) {
  const auto value = loss_of(primitive);
  const auto forward = [value](const Params& params) { return std::pair(value(params), params); };
  const auto backward = [gradient](const Params& params, double y_bar) {
    Params grads = gradient(params);
    for (auto& g : grads) g *= y_bar;
    return grads;
  };
  return
      [function = grove::custom_vjp(value, forward, backward)](const auto& params) { return function(params) * 2.0; };
}

struct Score {
  int planted = 0;
  int caught = 0;
};

}  // namespace

TEST_CASE("more than 99 % of planted mistakes are caught") {
  Random random(2024);
  std::map<std::string, Score> scores;
  Score total;
  const auto primitives = all_primitives();
  REQUIRE(primitives.size() >= 30);
  for (const Primitive& primitive : primitives) {
    for (int point = 0; point < 3; ++point) {
      const Params params = random_params(primitive, random);
      const Params right = primitive.pullback(params, weights(primitive.value(params)));
      for (const Mutant& mutant : mutants_of(primitive, random)) {
        const bool stale = mutant.kind == "stale value";
        if (!stale && !differs(mutant.gradient(params), right)) continue;
        const GradcheckReport report = grove::gradcheck_gradient_report(loss_of(primitive), mutant.gradient, params);
        ++total.planted;
        ++scores[mutant.kind].planted;
        total.caught += report.ok() ? 0 : 1;
        scores[mutant.kind].caught += report.ok() ? 0 : 1;
        if (report.ok()) fmt::print("missed: {} in {}\n{}\n", mutant.kind, primitive.name, report);
      }
    }
  }
  for (const auto& [kind, score] : scores) fmt::print("  {}: {} of {} caught\n", kind, score.caught, score.planted);
  fmt::print("mutation suite: {} of {} planted mistakes in {} primitives caught ({:.2f} %)\n", total.caught,
             total.planted, primitives.size(), 100.0 * total.caught / total.planted);
  CHECK(scores.size() == 8);
  CHECK(total.caught > 0.99 * total.planted);
}

TEST_CASE("every right gradient passes at 1,000 random points") {
  Random random(7);
  int checked = 0, passed = 0, plainly = 0;
  for (const Primitive& primitive : all_primitives()) {
    const Gradient right = gradient_with(primitive, primitive.pullback);
    for (int point = 0; point < 1000; ++point) {
      const GradcheckReport report =
          grove::gradcheck_gradient_report(loss_of(primitive), right, random_params(primitive, random));
      ++checked;
      passed += report.ok() ? 1 : 0;
      plainly += report.verdict <= GradcheckVerdict::unused ? 1 : 0;
      if (!report.ok()) fmt::print("false alarm: {}\n{}\n", primitive.name, report);
    }
  }
  fmt::print("mutation suite: {} of {} right gradients passed, {} of them without a reservation\n", passed, checked,
             plainly);
  CHECK(passed == checked);
  CHECK(plainly >= 0.999 * checked);
}

TEST_CASE("mistakes in derivatives that users give to the tape are caught as well") {
  Random random(11);
  Score score;
  for (const Primitive& primitive : all_primitives()) {
    const Params params = random_params(primitive, random);
    const Gradient right = gradient_with(primitive, primitive.pullback);
    INFO(primitive.name);
    CHECK(grove::gradcheck_report(on_the_tape(primitive, right), params).ok());
    for (const Mutant& mutant : mutants_of(primitive, random)) {
      if (mutant.kind == "stale value" || !differs(mutant.gradient(params), right(params))) continue;
      ++score.planted;
      score.caught += grove::gradcheck_report(on_the_tape(primitive, mutant.gradient), params).ok() ? 0 : 1;
    }
  }
  fmt::print("mutation suite: {} of {} planted mistakes in custom_vjp caught ({:.2f} %)\n", score.caught, score.planted,
             100.0 * score.caught / score.planted);
  CHECK(score.caught > 0.99 * score.planted);
}
