// The optimizers that can be had by name, one row each.
#pragma once

#include <cstdint>

#include "optim/optimizers/adabelief.hpp"
#include "optim/optimizers/adadelta.hpp"
#include "optim/optimizers/adafactor.hpp"
#include "optim/optimizers/adagrad.hpp"
#include "optim/optimizers/adamax.hpp"
#include "optim/optimizers/adan.hpp"
#include "optim/optimizers/amsgrad.hpp"
#include "optim/optimizers/arguments.hpp"
#include "optim/optimizers/lamb.hpp"
#include "optim/optimizers/lbfgs.hpp"
#include "optim/optimizers/lion.hpp"
#include "optim/optimizers/noisy_sgd.hpp"
#include "optim/optimizers/novograd.hpp"
#include "optim/optimizers/optimistic.hpp"
#include "optim/optimizers/polyak.hpp"
#include "optim/optimizers/radam.hpp"
#include "optim/optimizers/rmsprop.hpp"
#include "optim/optimizers/rprop.hpp"
#include "optim/optimizers/sign_sgd.hpp"
#include "optim/optimizers/sm3.hpp"
#include "optim/optimizers/yogi.hpp"
#include "optim/transforms/scale.hpp"

namespace grove::optim::detail {

/// Calls row(name, make) for every optimizer; make(reader) reads the arguments and returns the optimizer.
template <class A = ArgumentReader, class Row>  // A is a parameter so that the rows wait for their use
void for_each_optimizer(Row&& row) {
  const auto moments = [](A& a, double eps) {
    return ScaleByAdam<double>{
        .b1 = a("b1", 0.9), .b2 = a("b2", 0.999), .eps = a("eps", eps), .eps_root = a("eps_root", 0)};
  };
  row("adabelief", [](A& a) {
    return adabelief(a.rate(), {.b1 = a("b1", 0.9),
                                .b2 = a("b2", 0.999),
                                .eps = a("eps", 1e-16),
                                .eps_root = a("eps_root", 1e-16),
                                .weight_decay = a.schedulable("weight_decay", 0),
                                .nesterov = a.flag("nesterov", false)});
  });
  row("adadelta", [](A& a) {
    return adadelta(a.rate(),
                    {.rho = a("rho", 0.9), .eps = a("eps", 1e-6), .weight_decay = a.schedulable("weight_decay", 0)});
  });
  row("adafactor", [](A& a) {
    AdafactorOptions options{.min_dim_size_to_factor = static_cast<std::int64_t>(a("min_dim_size_to_factor", 128)),
                             .decay_rate = a("decay_rate", 0.8),
                             .multiply_by_parameter_scale = a.flag("multiply_by_parameter_scale", true),
                             .clipping_threshold = a("clipping_threshold", 1.0),
                             .momentum = a.optional("momentum"),
                             .eps = a("eps", 1e-30),
                             .factored = a.flag("factored", true)};
    if (const auto decay = a.optional("weight_decay_rate")) options.weight_decay_rate = *decay;
    return adafactor(a.rate(), options);
  });
  row("adagrad", [](A& a) {
    return adagrad(a.rate(), {.initial_accumulator_value = a("initial_accumulator_value", 0.1), .eps = a("eps", 1e-7)});
  });
  row("adam", [&](A& a) {
    auto options = moments(a, 1e-8);
    options.nesterov = a.flag("nesterov", false);
    return adam(a.rate(), options);
  });
  row("adamax",
      [](A& a) { return adamax(a.rate(), {.b1 = a("b1", 0.9), .b2 = a("b2", 0.999), .eps = a("eps", 1e-8)}); });
  row("adamaxw", [](A& a) {
    return adamaxw(a.rate(), {.b1 = a("b1", 0.9),
                              .b2 = a("b2", 0.999),
                              .eps = a("eps", 1e-8),
                              .weight_decay = a.schedulable("weight_decay", 1e-4)});
  });
  row("adamw", [](A& a) {
    return adamw(a.rate(), {.b1 = a("b1", 0.9),
                            .b2 = a("b2", 0.999),
                            .eps = a("eps", 1e-8),
                            .eps_root = a("eps_root", 0),
                            .weight_decay = a.schedulable("weight_decay", 1e-4),
                            .nesterov = a.flag("nesterov", false)});
  });
  row("adan", [](A& a) {
    return adan(a.rate(), {.b1 = a("b1", 0.98),
                           .b2 = a("b2", 0.92),
                           .b3 = a("b3", 0.99),
                           .eps = a("eps", 1e-8),
                           .eps_root = a("eps_root", 1e-8),
                           .weight_decay = a.schedulable("weight_decay", 0)});
  });
  row("amsgrad", [](A& a) {
    return amsgrad(a.rate(), {.b1 = a("b1", 0.9),
                              .b2 = a("b2", 0.999),
                              .eps = a("eps", 1e-8),
                              .eps_root = a("eps_root", 0),
                              .bias_correction_mu = a.flag("bias_correction_mu", true),
                              .bias_correction_nu = a.flag("bias_correction_nu", true)});
  });
  row("fromage", [](A& a) { return fromage(a.rate(), a("min_norm", 1e-6)); });
  row("lamb", [](A& a) {
    return lamb(a.rate(), {.b1 = a("b1", 0.9),
                           .b2 = a("b2", 0.999),
                           .eps = a("eps", 1e-6),
                           .eps_root = a("eps_root", 0),
                           .weight_decay = a.schedulable("weight_decay", 0)});
  });
  row("lars", [](A& a) {
    return lars(a.rate(), {.weight_decay = a.schedulable("weight_decay", 0),
                           .trust_coefficient = a("trust_coefficient", 1e-3),
                           .eps = a("eps", 0),
                           .momentum = a("momentum", 0.9),
                           .nesterov = a.flag("nesterov", false)});
  });
  row("lbfgs", [](A& a) {
    return lbfgs(ScaleByLbfgs{.memory_size = static_cast<int>(a("memory_size", 10)),
                              .scale_init_precond = a.flag("scale_init_precond", true)});
  });
  row("lion", [](A& a) {
    return lion(a.rate(),
                {.b1 = a("b1", 0.9), .b2 = a("b2", 0.99), .weight_decay = a.schedulable("weight_decay", 1e-3)});
  });
  row("nadam", [&](A& a) { return nadam(a.rate(), moments(a, 1e-8)); });
  row("nadamw", [](A& a) {
    return nadamw(a.rate(), {.b1 = a("b1", 0.9),
                             .b2 = a("b2", 0.999),
                             .eps = a("eps", 1e-8),
                             .eps_root = a("eps_root", 0),
                             .weight_decay = a.schedulable("weight_decay", 1e-4)});
  });
  row("noisy_sgd", [](A& a) {
    return noisy_sgd(
        a.rate(), {.eta = a("eta", 0.01), .gamma = a("gamma", 0.55), .key = static_cast<std::uint64_t>(a("key", 0))});
  });
  row("novograd", [](A& a) {
    return novograd(a.rate(), {.b1 = a("b1", 0.9),
                               .b2 = a("b2", 0.25),
                               .eps = a("eps", 1e-6),
                               .eps_root = a("eps_root", 0),
                               .weight_decay = a("weight_decay", 0)});
  });
  row("optimistic_adam_v2", [](A& a) {
    return optimistic_adam_v2(a.rate(), {.alpha = a("alpha", 1),
                                         .beta = a("beta", 1),
                                         .b1 = a("b1", 0.9),
                                         .b2 = a("b2", 0.999),
                                         .eps = a("eps", 1e-8),
                                         .eps_root = a("eps_root", 0),
                                         .nesterov = a.flag("nesterov", true)});
  });
  row("optimistic_gradient_descent",
      [](A& a) { return optimistic_gradient_descent(a.rate(), {.alpha = a("alpha", 1), .beta = a("beta", 1)}); });
  row("polyak_sgd", [](A& a) {
    return polyak_sgd<double>({.max_learning_rate = a("max_learning_rate", 1),
                               .scaling = a("scaling", 1),
                               .f_min = a("f_min", 0),
                               .eps = a("eps", 0)});
  });
  row("radam", [](A& a) {
    return radam(a.rate(), {.b1 = a("b1", 0.9),
                            .b2 = a("b2", 0.999),
                            .eps = a("eps", 1e-8),
                            .eps_root = a("eps_root", 0),
                            .threshold = a("threshold", 5),
                            .nesterov = a.flag("nesterov", false)});
  });
  row("rmsprop", [](A& a) {
    return rmsprop(a.rate(), {.decay = a("decay", 0.9),
                              .eps = a("eps", 1e-8),
                              .initial_scale = a("initial_scale", 0),
                              .eps_in_sqrt = a.flag("eps_in_sqrt", true),
                              .centered = a.flag("centered", false),
                              .momentum = a.optional("momentum"),
                              .nesterov = a.flag("nesterov", false),
                              .bias_correction = a.flag("bias_correction", false)});
  });
  row("rprop", [](A& a) {
    return rprop(a.number_rate(), {.eta_minus = a("eta_minus", 0.5),
                                   .eta_plus = a("eta_plus", 1.2),
                                   .min_step_size = a("min_step_size", 1e-6),
                                   .max_step_size = a("max_step_size", 50)});
  });
  row("sgd", [](A& a) {
    const auto momentum = a.optional("momentum");
    if (momentum) check_decay("sgd", "momentum", *momentum);
    return chain(maybe(momentum.has_value(), trace(momentum.value_or(0), a.flag("nesterov", false))),
                 scale_by_learning_rate(a.rate()));
  });
  row("sign_sgd", [](A& a) { return sign_sgd(a.rate()); });
  row("signum", [](A& a) { return signum(a.rate(), {.beta = a("beta", 0.9)}); });
  row("sm3", [](A& a) { return sm3(a.number_rate(), {.momentum = a("momentum", 0.9)}); });
  row("yogi", [](A& a) { return yogi(a.rate(), {.b1 = a("b1", 0.9), .b2 = a("b2", 0.999), .eps = a("eps", 1e-3)}); });
}

/// The names of grove::optim.
struct Catalogue {
  static constexpr const char* function = "by_name";

  template <class Row>
  static void for_each(Row&& row) {
    for_each_optimizer(row);
  }
};

}  // namespace grove::optim::detail
