// A decay of one's own in scale_by_factored_rms.
#include "optim/optimizers/adafactor.hpp"

#include <Eigen/Core>
#include <algorithm>

#include "tests/optim/golden.hpp"

using namespace grove::optim;
using Eigen::MatrixXd;

namespace {

const MatrixXd a = (MatrixXd(4, 3) << 1.5, -2.0, 0.25, 0.5, 3.0, -1.0, -0.75, 0.1, 2.0, 1.0, 1.0, 0.3).finished();

}  // namespace

TEST_CASE("scale_by_factored_rms takes a decay of one's own, as optax does") {
  const golden::Row& row = golden::numeric_case("scale_by_factored_rms_decay_rate_fn");
  const auto optimizer = scale_by_factored_rms({.decay_rate = 0.7,
                                                .step_offset = 1,
                                                .min_dim_size_to_factor = 2,
                                                .decay_rate_fn = [](std::int64_t i, double rate) {
                                                  return std::min(rate, 0.5 + 0.1 * static_cast<double>(i));
                                                }});
  auto state = optimizer.init(a);
  for (int t = 0; t < 5; ++t) {
    auto [updates, next] = optimizer.update(MatrixXd(a.array() * (1 + t) - t), state, a);
    state = next;
    CHECK((updates - golden::matrix_of(row, static_cast<std::size_t>(12 * t), 4, 3)).cwiseAbs().maxCoeff() < 1e-12);
  }
  const auto broken = scale_by_factored_rms({.decay_rate_fn = [](std::int64_t, double) { return 2.0; }});
  CHECK_THROWS_WITH(broken.update(a, broken.init(a), a),
                    "scale_by_factored_rms: what decay_rate_fn returns must lie in [0, 1], got 2");
}
