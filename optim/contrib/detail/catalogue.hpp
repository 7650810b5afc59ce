// The optimizers of optax.contrib that can be had by name, one row each.
#pragma once

#include <cstdint>

#include "optim/contrib/acprop.hpp"
#include "optim/contrib/ademamix.hpp"
#include "optim/contrib/adopt.hpp"
#include "optim/contrib/cocob.hpp"
#include "optim/contrib/dog.hpp"
#include "optim/contrib/galore.hpp"
#include "optim/contrib/madgrad.hpp"
#include "optim/contrib/momo.hpp"
#include "optim/contrib/muon.hpp"
#include "optim/contrib/prodigy.hpp"
#include "optim/contrib/schedule_free.hpp"
#include "optim/contrib/simplified_ademamix.hpp"
#include "optim/optimizers/arguments.hpp"

namespace grove::optim::detail {

/// Calls row(name, make) for every optimizer of contrib; make(reader) reads the arguments and returns the optimizer.
///
/// Wrappers (sam, mechanize, schedule_free) have no row, as they need another optimizer, nor have dpsgd and sophia,
/// whose `update` takes what no other one takes.
template <class A = ArgumentReader, class Row>  // A is a parameter so that the rows wait for their use
void for_each_contrib_optimizer(Row&& row) {
  row("acprop", [](A& a) {
    return contrib::acprop(a.rate(), {.b1 = a("b1", 0.9),
                                      .b2 = a("b2", 0.999),
                                      .eps = a("eps", 1e-16),
                                      .eps_root = a("eps_root", 1e-16),
                                      .weight_decay = a.schedulable("weight_decay", 0)});
  });
  row("ademamix", [](A& a) {
    return contrib::ademamix(a.rate(), {.b1 = a("b1", 0.9),
                                        .b2 = a("b2", 0.999),
                                        .b3 = a.schedulable("b3", 0.9999),
                                        .alpha = a.schedulable("alpha", 5),
                                        .eps = a("eps", 1e-8),
                                        .eps_root = a("eps_root", 0),
                                        .weight_decay = a.schedulable("weight_decay", 0)});
  });
  row("adopt", [](A& a) {
    return contrib::adopt(a.rate(), {.b1 = a("b1", 0.9),
                                     .b2 = a("b2", 0.9999),
                                     .eps = a("eps", 1e-6),
                                     .nesterov = a.flag("nesterov", false),
                                     .use_clipping = a.flag("use_clipping", true)});
  });
  row("cocob", [](A& a) {
    return contrib::cocob(
        a.rate_or(1),
        {.alpha = a("alpha", 100), .eps = a("eps", 1e-8), .weight_decay = a.schedulable("weight_decay", 0)});
  });
  row("dadapt_adamw", [](A& a) {
    return contrib::dadapt_adamw(a.rate_or(1), {.b1 = a("b1", 0.9),
                                                .b2 = a("b2", 0.999),
                                                .eps = a("eps", 1e-8),
                                                .estim_lr0 = a("estim_lr0", 1e-6),
                                                .weight_decay = a("weight_decay", 0)});
  });
  row("dog", [](A& a) {
    return contrib::dog(
        a.rate_or(1),
        {.init_step = a("init_step", 1e-6), .eps = a("eps", 1e-8), .weight_decay = a.schedulable("weight_decay", 0)});
  });
  row("dowg", [](A& a) {
    return contrib::dowg(a.rate_or(1), {.init_estim_sq_dist = a.optional("init_estim_sq_dist"),
                                        .eps = a("eps", 1e-4),
                                        .weight_decay = a.schedulable("weight_decay", 0)});
  });
  row("galore", [](A& a) {
    return contrib::galore(a.rate(), {.rank = static_cast<std::int64_t>(a("rank", 128)),
                                      .update_proj_gap = static_cast<std::int64_t>(a("update_proj_gap", 200)),
                                      .scale = a("scale", 1),
                                      .weight_decay = a.schedulable("weight_decay", 0)});
  });
  row("madgrad", [](A& a) {
    return contrib::madgrad(
        a.rate(),
        {.momentum = a("momentum", 0.9), .weight_decay = a.schedulable("weight_decay", 0), .eps = a("eps", 1e-6)});
  });
  row("momo", [](A& a) {
    return contrib::momo(a.rate_or(1), {.beta = a("beta", 0.9),
                                        .lower_bound = a("lower_bound", 0),
                                        .weight_decay = a("weight_decay", 0),
                                        .adapt_lower_bound = a.flag("adapt_lower_bound", false)});
  });
  row("momo_adam", [](A& a) {
    return contrib::momo_adam(a.rate_or(0.01), {.b1 = a("b1", 0.9),
                                                .b2 = a("b2", 0.999),
                                                .eps = a("eps", 1e-8),
                                                .lower_bound = a("lower_bound", 0),
                                                .weight_decay = a("weight_decay", 0),
                                                .adapt_lower_bound = a.flag("adapt_lower_bound", false)});
  });
  row("muon", [](A& a) {
    return contrib::muon(a.rate(), {.ns_steps = static_cast<int>(a("ns_steps", 5)),
                                    .beta = a("beta", 0.95),
                                    .eps = a("eps", 1e-8),
                                    .weight_decay = a.schedulable("weight_decay", 0),
                                    .nesterov = a.flag("nesterov", true),
                                    .adaptive = a.flag("adaptive", false),
                                    .adam_b1 = a("adam_b1", 0.9),
                                    .adam_b2 = a("adam_b2", 0.999),
                                    .adam_eps_root = a("adam_eps_root", 0),
                                    .adam_weight_decay = a.schedulable("adam_weight_decay", 0),
                                    .consistent_rms = a.optional("consistent_rms")});
  });
  row("prodigy", [](A& a) {
    return contrib::prodigy(a.rate_or(1), {.b1 = a("b1", 0.9),
                                           .b2 = a("b2", 0.999),
                                           .beta3 = a.optional("beta3"),
                                           .eps = a("eps", 1e-8),
                                           .estim_lr0 = a("estim_lr0", 1e-6),
                                           .estim_lr_coef = a("estim_lr_coef", 1),
                                           .weight_decay = a("weight_decay", 0),
                                           .safeguard_warmup = a.flag("safeguard_warmup", false)});
  });
  row("schedule_free_adamw", [](A& a) {
    contrib::ScheduleFreeAdamwOptions options{.b1 = a("b1", 0.9),
                                              .b2 = a("b2", 0.999),
                                              .eps = a("eps", 1e-8),
                                              .weight_decay = a.schedulable("weight_decay", 0),
                                              .weight_lr_power = a("weight_lr_power", 2)};
    if (const auto steps = a.optional("warmup_steps")) options.warmup_steps = static_cast<std::int64_t>(*steps);
    return contrib::schedule_free_adamw(a.rate_or(0.0025), options);
  });
  row("schedule_free_sgd", [](A& a) {
    contrib::ScheduleFreeSgdOptions options{.b1 = a("b1", 0.9), .weight_lr_power = a("weight_lr_power", 2)};
    if (const auto steps = a.optional("warmup_steps")) options.warmup_steps = static_cast<std::int64_t>(*steps);
    if (const auto decay = a.optional("weight_decay")) options.weight_decay = *decay;
    return contrib::schedule_free_sgd(a.rate_or(1), options);
  });
  row("simplified_ademamix", [](A& a) {
    return contrib::simplified_ademamix(a.rate(), {.b1 = a("b1", 0.99),
                                                   .b2 = a("b2", 0.95),
                                                   .alpha = a("alpha", 0),
                                                   .eps = a("eps", 1e-8),
                                                   .eps_root = a("eps_root", 0),
                                                   .weight_decay = a.schedulable("weight_decay", 0)});
  });
}

/// The names of grove::optim::contrib.
struct ContribCatalogue {
  static constexpr const char* function = "contrib::by_name";

  template <class Row>
  static void for_each(Row&& row) {
    for_each_contrib_optimizer(row);
  }
};

}  // namespace grove::optim::detail
