// Numbers at the ends of the range: what is finite and has a finite answer gets it.
#include <cmath>
#include <limits>

#include "optim/contrib/reduce_on_plateau.hpp"
#include "optim/losses/classification.hpp"
#include "optim/losses/regression.hpp"
#include "optim/numerics/projections.hpp"
#include "optim/optimizers/sm3.hpp"
#include "optim/transforms/clip.hpp"
#include "tests/catch.hpp"

using namespace grove::optim;
using Eigen::ArrayXd;
using Eigen::ArrayXXd;
using Eigen::VectorXd;
using Eigen::VectorXf;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
const double nan_value = std::nan("");

VectorXd vec(std::initializer_list<double> values) {
  VectorXd v(static_cast<Eigen::Index>(values.size()));
  std::copy(values.begin(), values.end(), v.data());
  return v;
}

template <class T, class V>
V updates_of(const T& transformation, const V& grads) {
  return transformation.update(grads, transformation.init(grads), grads).updates;
}

}  // namespace

TEST_CASE("projections onto the simplex and the l1 sets of huge numbers (simplex-of-huge-numbers)") {
  CHECK(projection_simplex(vec({1e16, 0})) == vec({1, 0}));
  CHECK(projection_simplex(vec({1e20, 1e20, 0})) == vec({0.5, 0.5, 0}));
  CHECK(projection_simplex(vec({1e308, -1e308})) == vec({1, 0}));
  CHECK(projection_simplex(vec({-1e308, -1e308})) == vec({0.5, 0.5}));
  CHECK(projection_simplex(vec({1e17, 1e17 - 64}), 128) == vec({96, 32}));
  CHECK(projection_simplex(vec({inf, 3, inf})) == vec({0.5, 0, 0.5}));
  CHECK(projection_simplex(vec({-inf, 0.5, 1})) == vec({0, 0.25, 0.75}));
  CHECK(projection_simplex(vec({nan_value, 0.5, 1})).array().isNaN().all());
  CHECK(projection_simplex(vec({})).size() == 0);
  CHECK(projection_simplex(VectorXf(vec({1e7, 1e7, 0}).cast<float>())) == VectorXf(vec({0.5, 0.5, 0}).cast<float>()));
  CHECK(projection_l1_sphere(vec({1e16, 0})) == vec({1, 0}));
  CHECK(projection_l1_ball(vec({-1e20, 1e20, 3})) == vec({-0.5, 0.5, 0}));
  CHECK(projection_l1_ball(vec({1.5e308, -1.5e308}), 2) == vec({1, -1}));
  CHECK((projection_l2_ball(vec({1.5e308, 1.5e308})) - vec({1, 1}) / std::sqrt(2)).norm() < 1e-15);
  CHECK((projection_l2_sphere(vec({-3e200, 4e200}), 10) - vec({-6, 8})).norm() < 1e-14);
  CHECK((projection_l2_sphere(vec({-3e-200, 4e-200}), 10) - vec({-6, 8})).norm() < 1e-14);
  CHECK((projection_l2_sphere(vec({-3e-320, 4e-320}), 10) - vec({-6, 8})).norm() < 1e-3);
  CHECK((projection_l2_sphere(Eigen::Vector2f(-3e-30f, 4e-30f), 10) - Eigen::Vector2f(-6, 8)).norm() < 1e-5f);
}

TEST_CASE("multiclass_sparsemax_loss of huge scores") {
  ArrayXXd scores(1, 3);
  scores << 1e17, 1e17, 0;
  const auto loss = [](const auto& x) { return grove::sum(losses::multiclass_sparsemax_loss(x, {0})); };
  CHECK((grove::grad(loss)(scores) - ArrayXXd{{-0.5, 0.5, 0.0}}).abs().maxCoeff() == 0);
}

TEST_CASE("projections of infinities and NaN onto bounds") {
  CHECK(projection_box(vec({-inf, inf, 0.5}), -1, 2) == vec({-1, 2, 0.5}));
  CHECK(projection_box(vec({-inf, inf}), -inf, 2) == vec({-inf, 2}));
  CHECK(projection_non_negative(vec({-inf, inf})) == vec({0, inf}));
  CHECK(projection_hypercube(vec({-inf, inf})) == vec({0, 1}));
  CHECK(projection_linf_ball(vec({-inf, inf}), 3) == vec({-3, 3}));
  CHECK(std::isnan(projection_box(nan_value, 0, 1)));
  CHECK(projection_box(-inf, 0.0, 1.0) == 0);
}

TEST_CASE("projection_box takes trees of bounds (projection-box-bounds)") {
  CHECK(projection_box(vec({-1, 2, 5}), vec({0, 0, 0}), vec({1, 3, 4})) == vec({0, 2, 4}));
  CHECK(projection_box(vec({-1, 2, 5}), 0, vec({1, 3, 4})) == vec({0, 2, 4}));
  CHECK(projection_box(vec({-1, 2, inf}), vec({0, 2.5, 0}), 3.0) == vec({0, 2.5, 3}));
  struct Line {
    VectorXd weight;
    double bias;
  };
  const Line boxed = projection_box(Line{vec({-2, 2}), 7}, Line{vec({-1, -1}), 0}, Line{vec({1, 1}), 5});
  CHECK(boxed.weight == vec({-1, 1}));
  CHECK(boxed.bias == 5);
  CHECK_THROWS_AS(projection_box(vec({1, 2}), vec({0, 0, 0}), 1.0), grove::StructureError);
  CHECK_THROWS_WITH(projection_box(Line{vec({1, 2}), 0}, Line{vec({0, 3}), 0}, Line{vec({1, 2}), 1}),
                    "projection_box: lower exceeds upper in weight, or one of them is NaN");
  CHECK_THROWS_WITH(projection_box(vec({1}), nan_value, vec({1})),
                    "projection_box: lower exceeds upper, or one of them is NaN");
}

TEST_CASE("clips by norms that overflow (clip-overflow)") {
  const VectorXf huge = vec({3e20, 4e20}).cast<float>();
  CHECK((updates_of(clip_by_global_norm(1.0), huge) - vec({0.6, 0.8}).cast<float>()).norm() < 1e-6F);
  CHECK((updates_of(clip_by_global_norm(10.0), vec({3e200, 4e200})) - vec({6, 8})).norm() < 1e-14);
  CHECK((updates_of(clip_by_global_norm(1.0), vec({1.5e308, 1.5e308})) - vec({1, 1}) / std::sqrt(2)).norm() < 1e-15);
  CHECK(std::isnan(updates_of(clip_by_global_norm(1.0), vec({inf, 1}))(0)));
  CHECK(updates_of(clip_by_global_norm(1.0), vec({nan_value, 1})).array().isNaN().all());
  CHECK((updates_of(clip_by_block_rms(1.0), vec({1e200, -1e200})) - vec({1, -1})).norm() < 1e-14);
  CHECK(updates_of(clip_by_block_rms(2.0), 1e300) == Approx(2));
  CHECK((updates_of(adaptive_grad_clip(0.1), vec({3e200, 4e200})) - 0.1 * vec({3e200, 4e200})).norm() < 1e186);
  CHECK(unitwise_norm(ArrayXXd{{3e200}, {4e200}})(0, 0) == Approx(5e200));
}

TEST_CASE("a NaN in a gradient shows in the updates of sm3 (sm3-swallows-nan)") {
  const auto optimizer = sm3(0.1, {.momentum = 0.0});
  const auto check = [&](auto grads, auto where) {
    const auto fine = optimizer.update(grads, optimizer.init(grads), grads);
    where(grads) = nan_value;
    const auto [updates, state] = optimizer.update(grads, fine.state, grads);
    auto shown = updates;
    CHECK(std::isnan(where(shown)));
    where(shown) = 0;
    CHECK(shown.allFinite());
    CHECK(optimizer.update(grads, optimizer.init(grads), grads).updates.array().isNaN().any());
  };
  check(vec({1, 2, 0}), [](auto& v) -> double& { return v(1); });
  check(Eigen::MatrixXd(Eigen::MatrixXd::Ones(2, 3)), [](auto& m) -> double& { return m(1, 2); });
  CHECK(std::isnan(optimizer.update(nan_value, optimizer.init(1.0), 1.0).updates));
}

TEST_CASE("reduce_on_plateau judges negative losses as it judges positive ones") {
  const auto optimizer = contrib::reduce_on_plateau({.factor = 0.5, .patience = 1, .rtol = 1e-2});
  for (const double best : {-10.0, 10.0}) {
    auto state = optimizer.init(1.0);
    const auto scale_after = [&](double loss) {
      state = optimizer.update(1.0, state, 1.0, with_value(loss)).state;
      return state.scale;
    };
    CHECK(scale_after(best) == 1);
    CHECK(scale_after(best - 0.5) == 1);
    CHECK(scale_after(best - 0.55) == 0.5);  // less than a hundredth below
    CHECK(scale_after(best - 0.45) == 0.25);
  }
}

TEST_CASE("losses of huge, tiny and impossible numbers") {
  const ArrayXd log_q = vec({-inf, std::log(0.5), std::log(0.5)}).array();
  const ArrayXd log_p = vec({std::log(0.9), std::log(0.05), std::log(0.05)}).array();
  CHECK(losses::kl_divergence_with_log_targets(log_p, log_q) == Approx(std::log(10.0)));
  CHECK(losses::kl_divergence_with_log_targets(log_q, log_q) == 0);
  CHECK(losses::kl_divergence(vec({-inf, std::log(0.5), std::log(0.5)}), vec({0, 0.5, 0.5})) == 0);
  CHECK(std::abs(losses::generalized_kl_divergence(vec({-inf, 0}), vec({0, 1}))) < 1e-15);
  const auto divergence = [&](const auto& x) { return losses::kl_divergence_with_log_targets(x, log_q); };
  CHECK((grove::grad(divergence)(log_p) - vec({0, -0.5, -0.5}).array()).abs().maxCoeff() < 1e-15);

  for (double e : {1e-3, 1e-8, -1e-12, 1e-150, 0.0}) {
    INFO(e);
    CHECK(losses::log_cosh(e) == Approx(e * e / 2).epsilon(1e-6).margin(0));
  }
  for (double e : {0.1, -0.999, 1.0, 3.0}) CHECK(losses::log_cosh(e) == Approx(std::log(std::cosh(e))).epsilon(1e-12));
  CHECK(losses::log_cosh(1e200) == 1e200);
  CHECK(losses::log_cosh(800.0) == Approx(800 - std::log(2.0)).epsilon(1e-15));
  const auto of_number = [](const auto& x) { return losses::log_cosh(x); };
  for (double e : {0.0, 1e-9, 0.5, -0.5, 2.0, 900.0}) CHECK(grove::grad(of_number)(e) == Approx(std::tanh(e)));

  const VectorXd parallel = 1e200 * vec({1, 2, 3});
  CHECK(losses::cosine_similarity(parallel, vec({1, 2, 3}), 1e-8) == Approx(1).epsilon(1e-14));
  CHECK(losses::cosine_similarity(parallel, parallel) == Approx(1).epsilon(1e-14));
  CHECK(losses::cosine_similarity(VectorXd(1e-200 * parallel), vec({1e-200, 0, 0})) == Approx(1 / std::sqrt(14.0)));
  CHECK(losses::cosine_similarity(VectorXd(1e-180 * vec({3, 4})), vec({3, 4})) == Approx(1));
  CHECK(losses::cosine_similarity(VectorXd(1e-180 * vec({3, 4})), vec({3, 4}), 1e-8) == Approx(5e-176));
  ArrayXXd a(3, 2), b(3, 2);
  a << 1e200, 1e200, 3, 4, 1e-200, 0;
  b << 1, -1, 4, 3, 1e200, 1e200;
  const ArrayXd rows = losses::cosine_similarity(a, b);
  CHECK((rows - vec({0, 24.0 / 25, 1 / std::sqrt(2)}).array()).abs().maxCoeff() < 1e-14);
  const auto columns =
      losses::cosine_similarity(ArrayXXd(a.transpose()), ArrayXXd(b.transpose()), 0.0, losses::each_column);
  CHECK((columns.transpose() - rows).abs().maxCoeff() < 1e-14);
  const auto cosine = [](const auto& x) { return grove::sum(losses::cosine_similarity(x, ArrayXXd{{3.0, 4.0}})); };
  CHECK((1e200 * grove::grad(cosine)(ArrayXXd{{1e200, 0.0}}) - ArrayXXd{{0.0, 0.8}}).abs().maxCoeff() < 1e-14);
}
