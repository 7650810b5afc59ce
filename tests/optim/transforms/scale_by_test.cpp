// The transformations inside the optimizers, each by itself against optax.
// Headers: optim/optimizers/{adabelief,adadelta,adagrad,adamax,adan,amsgrad,lion}.hpp
// Headers: optim/optimizers/{optimistic,radam,rmsprop,rprop,yogi}.hpp
// Headers: optim/transforms/{distance_over_gradients,scale_by_adam}.hpp
#include "optim/optimizers/adabelief.hpp"
#include "optim/optimizers/adadelta.hpp"
#include "optim/optimizers/adagrad.hpp"
#include "optim/optimizers/adamax.hpp"
#include "optim/optimizers/adan.hpp"
#include "optim/optimizers/amsgrad.hpp"
#include "optim/optimizers/lion.hpp"
#include "optim/optimizers/optimistic.hpp"
#include "optim/optimizers/radam.hpp"
#include "optim/optimizers/rmsprop.hpp"
#include "optim/optimizers/rprop.hpp"
#include "optim/optimizers/yogi.hpp"
#include "optim/transforms/distance_over_gradients.hpp"
#include "tests/optim/golden.hpp"

using namespace grove::optim;
using golden::check_transform;

TEST_CASE("rescaling by running moments follows optax") {
  check_transform("scale_by_adam", scale_by_adam());
  check_transform("scale_by_amsgrad", scale_by_amsgrad<double>({.b2 = 0.9}));
  check_transform("scale_by_adamax", scale_by_adamax());
  check_transform("scale_by_adan", scale_by_adan());
  check_transform("scale_by_belief", scale_by_belief());
  check_transform("scale_by_yogi", scale_by_yogi<double>({.eps_root = 1e-3, .initial_accumulator_value = 1e-2}));
  check_transform("scale_by_radam", scale_by_radam<double>({.b2 = 0.95}));
  check_transform("scale_by_lion", scale_by_lion());
}

TEST_CASE("rescaling by sums and means of squares follows optax") {
  check_transform("scale_by_rss", scale_by_rss());
  check_transform("scale_by_rss_zero", scale_by_rss<double>({.initial_accumulator_value = 0.0}));
  check_transform("scale_by_rms", scale_by_rms());
  check_transform("scale_by_rms_corrected",
                  scale_by_rms<double>({.decay = 0.99, .eps_in_sqrt = false, .bias_correction = true}));
  check_transform("scale_by_rms_corrected_in_sqrt",
                  scale_by_rms<double>({.decay = 0.99, .eps = 1e-4, .bias_correction = true}));
  check_transform("scale_by_stddev", scale_by_stddev<double>({.eps = 1e-3}));
  check_transform("scale_by_adadelta", scale_by_adadelta());
}

TEST_CASE("rescaling by the last gradient follows optax") {
  check_transform("scale_by_optimistic_gradient", scale_by_optimistic_gradient<double>({.alpha = 0.7, .beta = 0.4}));
  check_transform("scale_by_rprop", scale_by_rprop(0.1));
}

TEST_CASE("rescaling by the distance of each leaf follows optax") {
  check_transform("scale_by_distance_over_gradients", scale_by_distance_over_gradients());
  CHECK_THROWS_WITH(scale_by_distance_over_gradients({.reps_rel = 0}),
                    "scale_by_distance_over_gradients: reps_rel must be positive, got 0");
}
