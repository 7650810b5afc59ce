// Reference trajectories of the optimizers that look at whole leaves, and of clipping.
// Headers: optim/optimizers/{lamb,novograd}.hpp
// Headers: optim/transforms/{clip,trust_ratio}.hpp
#include "optim/optimizers/lamb.hpp"
#include "optim/optimizers/novograd.hpp"
#include "optim/schedules/schedule.hpp"
#include "optim/transforms/clip.hpp"
#include "tests/optim/golden.hpp"

using namespace grove::optim;
using grove::tree::Path;

namespace {

const Schedule half_decay = exponential_decay(0.1, 10, 0.5);
const auto only_w = [](const Path& p) { return p.ends_with("w"); };
const auto not_a = [](const Path& p) { return !p.ends_with("a"); };

}  // namespace

TEST_CASE("lamb, lars and fromage follow optax") {
  golden::check_optimizer("lamb", lamb(0.1));
  golden::check_optimizer("lamb_options",
                          lamb(half_decay, {.b1 = 0.8, .b2 = 0.9, .weight_decay = 0.1, .mask = only_w}));
  golden::check_optimizer("lars", lars(0.1));
  golden::check_optimizer("lars_options", lars(half_decay, {.weight_decay = 0.1,
                                                            .weight_decay_mask = only_w,
                                                            .trust_coefficient = 0.1,
                                                            .eps = 1e-3,
                                                            .trust_ratio_mask = not_a,
                                                            .momentum = 0.5,
                                                            .nesterov = true}));
  golden::check_optimizer("fromage", fromage(0.1));
  // 1/√(1+rate²) - 1 cancels: with rates of 1e-4 the last bit of the root is eight digits of the shrinking.
  golden::check_optimizer("fromage_schedule", fromage(half_decay, 1e-3), 1e-7);
}

TEST_CASE("novograd follows optax") {
  golden::check_optimizer("novograd", novograd(0.1));
  golden::check_optimizer(
      "novograd_options",
      novograd(half_decay, {.b1 = 0.8, .b2 = 0.5, .eps = 1e-3, .eps_root = 1e-4, .weight_decay = 0.01}));
  golden::check_transform("scale_by_novograd", scale_by_novograd({.weight_decay = 0.01}));
}

TEST_CASE("scaling by the params follows optax") {
  golden::check_transform("scale_by_trust_ratio", scale_by_trust_ratio());
  golden::check_transform("scale_by_trust_ratio_options",
                          scale_by_trust_ratio({.min_norm = 0.5, .trust_coefficient = 0.01, .eps = 0.1}));
  golden::check_transform("scale_by_param_block_norm", scale_by_param_block_norm());
  golden::check_transform("scale_by_param_block_rms", scale_by_param_block_rms(0.7));
}

TEST_CASE("clipping follows optax") {
  golden::check_transform("clip", clip(0.3));
  golden::check_transform("clip_by_block_rms", clip_by_block_rms(0.5));
  golden::check_transform("clip_by_global_norm", clip_by_global_norm(1.0));
  golden::check_transform("clip_by_global_norm_loose", clip_by_global_norm(1e3));
  golden::check_transform("adaptive_grad_clip", adaptive_grad_clip(0.1));
}

TEST_CASE("unitwise_norm and unitwise_clip are adaptive_grad_clip in two steps") {
  Eigen::MatrixXd g(2, 3), p(2, 3), columns(2, 3), rows(2, 3);
  g << 3, 0, 1, 4, 2, 0;
  p << 1, 0, 30, 0, 1e-9, 40;
  columns << 5, 2, 1, 5, 2, 1;
  const double first = std::sqrt(10.0), second = std::sqrt(20.0);
  rows << first, first, first, second, second, second;
  CHECK(unitwise_norm(g) == columns);
  CHECK((unitwise_norm(g, 1) - rows).norm() < 1e-15);
  CHECK(unitwise_norm(-2.0) == 2);
  CHECK(unitwise_norm(Eigen::Vector2d(3, 4)) == Eigen::Vector2d(5, 5));
  CHECK(unitwise_norm(Eigen::RowVector2d(3, 4)) == Eigen::RowVector2d(5, 5));
  for (const int axis : {0, 1}) {
    const auto optimizer = adaptive_grad_clip(0.1, 1e-3, axis);
    const Eigen::MatrixXd expected = optimizer.update(g, optimizer.init(p), p).updates;
    const Eigen::MatrixXd largest = 0.1 * unitwise_norm(p, axis).cwiseMax(1e-3);
    CHECK((unitwise_clip(unitwise_norm(g, axis), largest, g) - expected).norm() < 1e-15);
    CHECK((expected - g).norm() > 0.1);
  }
  CHECK_THROWS_WITH(adaptive_grad_clip(0.1, 1e-3, 2), "adaptive_grad_clip: axis must be 0 or 1, got 2");
  CHECK_THROWS_WITH(unitwise_norm(g, -1), "unitwise_norm: axis must be 0 or 1, got -1");
  CHECK_THROWS_WITH(unitwise_clip(g, Eigen::MatrixXd(1, 3), g), "unitwise_clip: max_norm is 1×3 and grad is 2×3");
}
