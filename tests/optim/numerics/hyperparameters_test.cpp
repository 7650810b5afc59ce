// Bad hyperparameters are rejected where they are given, with the name of the function, their own, and the value.
// Headers: optim/schedules/hyperparameter.hpp
#include <fmt/format.h>

#include <functional>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "optim/contrib/by_name.hpp"
#include "optim/contrib/dpsgd.hpp"
#include "optim/contrib/mechanize.hpp"
#include "optim/contrib/reduce_on_plateau.hpp"
#include "optim/contrib/sam.hpp"
#include "optim/contrib/sophia.hpp"
#include "optim/linesearch/backtracking.hpp"
#include "optim/linesearch/zoom.hpp"
#include "optim/optimizers/by_name.hpp"
#include "optim/optimizers/sgd.hpp"
#include "optim/protocol/masked.hpp"
#include "optim/protocol/step.hpp"
#include "optim/schedules/schedule.hpp"
#include "optim/training/callbacks.hpp"
#include "optim/transforms/constrain.hpp"
#include "optim/transforms/distance_over_gradients.hpp"
#include "optim/transforms/trust_ratio.hpp"
#include "optim/wrappers/accumulate.hpp"
#include "optim/wrappers/conditional.hpp"
#include "optim/wrappers/inject_hyperparams.hpp"
#include "optim/wrappers/lookahead.hpp"
#include "tests/catch.hpp"

using namespace grove::optim;

namespace {

const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();

/// The range that a hyperparameter must lie in, and a value outside.
struct Range {
  const char* needed;
  double outside;
};
const Range decay{"lie in [0, 1)", 1}, not_negative{"not be negative", -1}, positive{"be positive", 0},
    between{"lie in (0, 1)", 0};

struct Row {
  const char* optimizer;
  std::map<std::string, Range> arguments;
};

const std::map<std::string, Range> adam_like{
    {"learning_rate", not_negative}, {"b1", decay}, {"b2", decay}, {"eps", not_negative}};

std::map<std::string, Range> operator+(std::map<std::string, Range> a, const std::map<std::string, Range>& b) {
  a.insert(b.begin(), b.end());
  return a;
}

const std::map<std::string, Range> decays{{"weight_decay", not_negative}}, rate{{"learning_rate", not_negative}},
    root{{"eps_root", not_negative}};

const std::vector<Row> rows{
    {"adabelief", adam_like + root + decays},
    {"adadelta", rate + decays + std::map<std::string, Range>{{"rho", decay}, {"eps", not_negative}}},
    {"adafactor", rate + std::map<std::string, Range>{{"min_dim_size_to_factor", not_negative},
                                                      {"decay_rate", not_negative},
                                                      {"clipping_threshold", positive},
                                                      {"momentum", decay},
                                                      {"eps", not_negative},
                                                      {"weight_decay_rate", not_negative}}},
    {"adagrad",
     rate + std::map<std::string, Range>{{"initial_accumulator_value", not_negative}, {"eps", not_negative}}},
    {"adam", adam_like + root},
    {"adamax", adam_like},
    {"adamaxw", adam_like + decays},
    {"adamw", adam_like + root + decays},
    {"adan", adam_like + root + decays + std::map<std::string, Range>{{"b3", decay}}},
    {"amsgrad", adam_like + root},
    {"bfgs", {}},
    {"curvature_sgd", {{"learning_rate", not_negative}, {"eps", not_negative}}},
    {"fromage", rate + std::map<std::string, Range>{{"min_norm", not_negative}}},
    {"gauss_newton", {}},
    {"lamb", adam_like + root + decays},
    {"lars",
     rate + decays +
         std::map<std::string, Range>{{"trust_coefficient", not_negative}, {"eps", not_negative}, {"momentum", decay}}},
    {"lbfgs", {{"memory_size", positive}}},
    {"lbfgsb", {{"max_linesearch_steps", positive}, {"memory_size", positive}}},
    {"lion", rate + decays + std::map<std::string, Range>{{"b1", decay}, {"b2", decay}}},
    {"nadam", adam_like + root},
    {"nadamw", adam_like + root + decays},
    {"newton", {{"floor", between}}},
    {"noisy_sgd", rate + std::map<std::string, Range>{{"eta", not_negative}, {"gamma", not_negative}}},
    {"novograd", adam_like + root + decays},
    {"optimistic_adam_v2",
     adam_like + root + std::map<std::string, Range>{{"alpha", not_negative}, {"beta", not_negative}}},
    {"optimistic_gradient_descent",
     rate + std::map<std::string, Range>{{"alpha", not_negative}, {"beta", not_negative}}},
    {"polyak_sgd", {{"max_learning_rate", positive}, {"scaling", not_negative}, {"eps", not_negative}}},
    {"radam", adam_like + root + std::map<std::string, Range>{{"threshold", {"be at least 4", 3.5}}}},
    {"rmsprop", rate +
                    std::map<std::string, Range>{
                        {"decay", decay}, {"eps", not_negative}, {"initial_scale", not_negative}, {"momentum", decay}}},
    {"rprop", rate + std::map<std::string, Range>{{"eta_minus", between},
                                                  {"eta_plus", {"exceed 1", 1}},
                                                  {"min_step_size", not_negative},
                                                  {"max_step_size", {"be at least min_step_size", 1e-7}}}},
    {"sgd", rate + std::map<std::string, Range>{{"momentum", decay}}},
    {"sign_sgd", rate},
    {"signum", rate + std::map<std::string, Range>{{"beta", decay}}},
    {"sm3", rate + std::map<std::string, Range>{{"momentum", decay}}},
    {"trust_region_newton",
     {{"accept", {"lie in (0, 0.25)", 0.25}},
      {"initial_radius", positive},
      {"max_radius", positive},
      {"max_trial_steps", positive}}},
    {"yogi", adam_like}};

const std::vector<Row> contrib_rows{
    {"acprop", adam_like + root + decays},
    {"ademamix", adam_like + root + decays + std::map<std::string, Range>{{"b3", decay}, {"alpha", not_negative}}},
    {"adopt", adam_like},
    {"cocob", rate + decays + std::map<std::string, Range>{{"alpha", positive}, {"eps", positive}}},
    {"dadapt_adamw", adam_like + decays + std::map<std::string, Range>{{"estim_lr0", positive}}},
    {"dog", rate + decays + std::map<std::string, Range>{{"init_step", positive}, {"eps", not_negative}}},
    {"dowg", rate + decays + std::map<std::string, Range>{{"init_estim_sq_dist", positive}, {"eps", positive}}},
    {"galore", rate + decays + std::map<std::string, Range>{{"rank", positive}, {"update_proj_gap", positive}}},
    {"madgrad", rate + decays + std::map<std::string, Range>{{"momentum", decay}, {"eps", not_negative}}},
    {"momo", rate + decays + std::map<std::string, Range>{{"beta", decay}}},
    {"momo_adam", adam_like + decays},
    {"muon", rate + decays +
                 std::map<std::string, Range>{{"ns_steps", not_negative},
                                              {"beta", decay},
                                              {"eps", not_negative},
                                              {"adam_b1", decay},
                                              {"adam_b2", decay},
                                              {"adam_eps_root", not_negative},
                                              {"adam_weight_decay", not_negative},
                                              {"consistent_rms", positive}}},
    {"prodigy",
     adam_like + decays +
         std::map<std::string, Range>{{"beta3", decay}, {"estim_lr0", positive}, {"estim_lr_coef", not_negative}}},
    {"schedule_free_adamw", rate + decays +
                                std::map<std::string, Range>{{"b1", between},
                                                             {"b2", decay},
                                                             {"eps", not_negative},
                                                             {"warmup_steps", not_negative},
                                                             {"weight_lr_power", not_negative}}},
    {"schedule_free_sgd", rate + decays +
                              std::map<std::string, Range>{
                                  {"b1", between}, {"warmup_steps", not_negative}, {"weight_lr_power", not_negative}}},
    {"simplified_ademamix", adam_like + root + decays + std::map<std::string, Range>{{"alpha", not_negative}}}};

template <class Make>
void check_rows(const std::vector<Row>& table, const std::vector<std::string>& names, Make make) {
  std::vector<std::string> tested;
  for (const Row& row : table) {
    tested.emplace_back(row.optimizer);
    for (const auto& [name, range] : row.arguments) {
      for (const double value : {range.outside, nan}) {
        if (std::isnan(value) && (name.ends_with("_steps") || name.ends_with("_size") || name.ends_with("_gap") ||
                                  name.ends_with("rank") || name.starts_with("min_dim"))) {
          continue;  // a whole number
        }
        Arguments arguments;
        if (row.arguments.count("learning_rate") != 0) arguments["learning_rate"] = 0.1;
        arguments[name] = value;
        CHECK_THROWS_WITH(make(row.optimizer, arguments),
                          fmt::format("{}: {} must {}, got {}", row.optimizer, name, range.needed, value));
      }
    }
  }
  CHECK(tested == names);
}

}  // namespace

TEST_CASE("every optimizer rejects hyperparameters out of range") {
  check_rows(rows, optimizer_names(), [](const char* name, const Arguments& given) { by_name(name, given); });
  check_rows(contrib_rows, contrib::optimizer_names(),
             [](const char* name, const Arguments& given) { contrib::by_name(name, given); });
}

TEST_CASE("every transformation and wrapper rejects hyperparameters out of range") {
  const auto inner = sgd(0.1);
  const std::vector<std::pair<std::function<void()>, const char*>> table{
      {[&] { apply_every(0); }, "apply_every: k must be positive, got 0"},
      {[] { sm3(inf); }, "sm3: learning_rate must be finite, got inf"},
      {[&] { multi_steps(inner, 0); }, "multi_steps: every_k_schedule must be positive, got 0"},
      {[&] { multi_steps(inner, 2.5); }, "multi_steps: every_k_schedule must be a whole number, got 2.5"},
      {[&] { multi_steps(inner, inf); },
       "multi_steps: every_k_schedule must be a number that can be counted to, got inf"},
      {[&] { skip_large_updates(0); }, "skip_large_updates: max_squared_norm must be positive, got 0"},
      {[&] { apply_if_finite(inner, -1); }, "apply_if_finite: max_consecutive_errors must not be negative, got -1"},
      {[&] { lookahead(inner, 0, 0.5); }, "lookahead: sync_period must be positive, got 0"},
      {[&] { lookahead(inner, 2, 1.5); }, "lookahead: slow_step_size must lie in [0, 1], got 1.5"},
      {[&] { clip(-1.0); }, "clip: max_delta must not be negative, got -1"},
      {[&] { clip_by_block_rms(0.0); }, "clip_by_block_rms: threshold must be positive, got 0"},
      {[&] { clip_by_global_norm(-1.0); }, "clip_by_global_norm: max_norm must be positive, got -1"},
      {[&] { adaptive_grad_clip(0.0); }, "adaptive_grad_clip: clipping must be positive, got 0"},
      {[&] { adaptive_grad_clip(0.1, -1.0); }, "adaptive_grad_clip: eps must not be negative, got -1"},
      {[&] { add_noise(-1, 0.5); }, "add_noise: eta must not be negative, got -1"},
      {[&] { add_noise(1, -0.5); }, "add_noise: gamma must not be negative, got -0.5"},
      {[&] { add_decayed_weights(-1.0); }, "add_decayed_weights: weight_decay must not be negative, got -1"},
      {[&] { normalize_by_update_norm(1, -1); }, "normalize_by_update_norm: eps must not be negative, got -1"},
      {[&] { trace(1.0); }, "trace: decay must lie in [0, 1), got 1"},
      {[&] { ema(-0.5); }, "ema: decay must lie in [0, 1), got -0.5"},
      {[&] { scale_by_learning_rate(-1.0); }, "scale_by_learning_rate: learning_rate must not be negative, got -1"},
      {[&] { scale_by_trust_ratio<double>({.min_norm = -1}); },
       "scale_by_trust_ratio: min_norm must not be negative, got -1"},
      {[&] { scale_by_param_block_norm(-1.0); }, "scale_by_param_block_norm: min_scale must not be negative, got -1"},
      {[&] { scale_by_lion<double>({.smooth_beta = 0}); }, "scale_by_lion: smooth_beta must be positive, got 0"},
      {[&] { scale_by_yogi<double>({.initial_accumulator_value = -1}); },
       "scale_by_yogi: initial_accumulator_value must not be negative, got -1"},
      {[&] { scale_by_optimistic_gradient<double>({.alpha = -1}); },
       "scale_by_optimistic_gradient: alpha must not be negative, got -1"},
      {[&] { scale_by_distance_over_gradients({.eps = -1}); },
       "scale_by_distance_over_gradients: eps must not be negative, got -1"},
      {[&] { scale_by_backtracking_linesearch(5, {.decrease_factor = 0}); },
       "scale_by_backtracking_linesearch: decrease_factor must lie in (0, 1), got 0"},
      {[&] { scale_by_backtracking_linesearch(5, {.max_learning_rate = inf}); },
       "scale_by_backtracking_linesearch: max_learning_rate must be finite, got inf"},
      {[&] { scale_by_zoom_linesearch(5, {.increase_factor = 1}); },
       "scale_by_zoom_linesearch: increase_factor must exceed 1 and be finite, got 1"},
      {[&] { scale_by_zoom_linesearch(5, {.slope_rtol = 0.5, .curv_rtol = 0.1}); },
       "scale_by_zoom_linesearch: curv_rtol must be at least slope_rtol = 0.5, got 0.1"},
      {[&] { rprop(0.1, {.eta_minus = 1}); }, "rprop: eta_minus must lie in (0, 1), got 1"},
      {[&] { rprop(0.1, {.eta_plus = 1}); }, "rprop: eta_plus must exceed 1, got 1"},
      {[&] { adam(inf); }, "adam: learning_rate must be finite, got inf"},
      {[&] { sgd(inf); }, "sgd: learning_rate must be finite, got inf"},
      {[&] { rprop(inf); }, "rprop: learning_rate must be finite, got inf"},
      {[&] { adamw(0.1, {.weight_decay = inf}); }, "adamw: weight_decay must be finite, got inf"},
      {[&] { scale_by_learning_rate(inf); }, "scale_by_learning_rate: learning_rate must be finite, got inf"},
      {[&] {
         by_name("adam", {{"learning_rate", inf}});
       },
       "adam: learning_rate must be finite, got inf"},
      {[&] { adam(Schedule()); }, "adam: learning_rate is an empty function"},
      {[&] { scale_by_schedule(Schedule()); }, "scale_by_schedule: step_size_fn is an empty function"},
      {[&] { add_decayed_weights(Schedule()); }, "ScalarOrSchedule: the schedule is an empty function"},
      {[&] { conditionally_mask(inner, std::function<bool(std::int64_t)>()); },
       "conditionally_mask: should_transform_fn is an empty function"},
      {[&] { masked(inner, std::function<bool(const grove::tree::Path&)>()); },
       "mask: the function of the path is an empty function"},
      {[&] {
         inject_hyperparams([](const Hyperparams& h) { return adam(h.at("rate")); }, {{"learning_rate", 0.1}});
       },
       "inject_hyperparams: there is no hyperparameter 'rate'; valid are learning_rate"},
      {[&] { scale_by_backtracking_linesearch(-1); },
       "scale_by_backtracking_linesearch: max_backtracking_steps must not be negative, got -1"},
      {[&] { scale_by_zoom_linesearch(0); }, "scale_by_zoom_linesearch: max_linesearch_steps must be positive, got 0"},
      {[&] { contrib::mechanize(inner, {.eps = 0}); }, "mechanize: eps must be positive, got 0"},
      {[&] { contrib::mechanize(inner, {.s_init = 0}); }, "mechanize: s_init must be positive, got 0"},
      {[&] { contrib::mechanize(inner, {.num_betas = 0}); }, "mechanize: num_betas must be positive, got 0"},
      {[&] { contrib::reduce_on_plateau({.patience = 0}); }, "reduce_on_plateau: patience must be positive, got 0"},
      {[&] { contrib::reduce_on_plateau({.cooldown = -1}); },
       "reduce_on_plateau: cooldown must not be negative, got -1"},
      {[&] { contrib::sam(inner, inner, {.sync_period = 0}); }, "sam: sync_period must be positive, got 0"},
      {[&] { contrib::schedule_free(inner, 0.1, {.b1 = 0}); }, "schedule_free: b1 must lie in (0, 1), got 0"},
      {[&] { contrib::schedule_free(inner, -0.1); }, "schedule_free: learning_rate must not be negative, got -0.1"},
      {[&] { contrib::sophia(0.1, {.gamma = -1}); }, "sophia: gamma must not be negative, got -1"},
      {[&] { contrib::sophia(0.1, {.update_interval = 0}); }, "sophia: update_interval must be positive, got 0"},
      {[&] { contrib::sophia(0.1, {}, -1.0); }, "sophia: weight_decay must not be negative, got -1"},
      {[&] { contrib::dpsgd(0.1, {.l2_norm_clip = 0}); }, "dpsgd: l2_norm_clip must be positive, got 0"},
      {[&] { contrib::dpsgd(0.1, {.noise_multiplier = -1}); }, "dpsgd: noise_multiplier must not be negative, got -1"}};
  for (const auto& [make, message] : table) CHECK_THROWS_WITH(make(), message);
}

TEST_CASE("every schedule and log rejects periods and fractions out of range") {
  const std::vector<std::pair<std::function<void()>, const char*>> table{
      {[] { exponential_decay(1, 10, -0.5); }, "exponential_decay: decay_rate must not be negative, got -0.5"},
      {[] { cosine_decay_schedule(1, 0); }, "cosine_decay_schedule: decay_steps must be positive, got 0"},
      {[] {
         piecewise_constant_schedule(1, {{3, -1}});
       },
       "piecewise_constant_schedule: the scale at 3 must not be negative, got -1"},
      {[] { linear_onecycle_schedule(0, 1); }, "linear_onecycle_schedule: transition_steps must be positive, got 0"},
      {[] { linear_onecycle_schedule(10, 1, 1.5); }, "linear_onecycle_schedule: pct_start must lie in [0, 1], got 1.5"},
      {[] { linear_onecycle_schedule(10, 1, 0.3, 0.8, 0); },
       "linear_onecycle_schedule: div_factor must be positive, got 0"},
      {[] { cosine_onecycle_schedule(10, 1, -0.5); },
       "cosine_onecycle_schedule: pct_start must lie in [0, 1], got -0.5"},
      {[] { linear_onecycle_schedule(10, 1, 0.9, 0.5); },
       "linear_onecycle_schedule: pct_start must not exceed pct_final = 0.5, got 0.9"},
      {[] {
         join_schedules({Schedule(), Schedule()}, {1});
       },
       "join_schedules: a schedule is an empty function"},
      {[] {
         join_schedules(std::vector<Schedule>(3, constant_schedule(1)), {5, 2});
       },
       "join_schedules: boundaries must be in order, got 2 after 5"},
      {[] { sgdr_schedule({}); }, "sgdr_schedule: there must be at least one cycle, got 0"},
      {[] { warmup_cosine_decay_schedule(0, 1, 5, 5); },
       "warmup_cosine_decay_schedule: decay_steps must exceed warmup_steps = 5, got 5"},
      {[] { csv_log("never_written.csv", 0); }, "csv_log: every must be positive, got 0"}};
  for (const auto& [make, message] : table) CHECK_THROWS_WITH(make(), message);
}

TEST_CASE("a schedule that returns no period is found out when it does") {
  const auto optimizer = multi_steps(sgd(0.1), [](std::int64_t step) { return step == 0 ? 1.0 : 0.0; });
  const auto [updates, state] = optimizer.update(1.0, optimizer.init(1.0), 1.0);
  CHECK(updates == -0.1);
  CHECK_THROWS_WITH(optimizer.update(1.0, state, 1.0),
                    "multi_steps: what every_k_schedule returns must be positive, got 0");
}

TEST_CASE("a schedule that returns no number is found out, and the params stay") {
  const Schedule broken = [](std::int64_t step) { return step == 0 ? 0.1 : std::nan(""); };
  const auto check = [](const auto& optimizer) {
    double params = 1, grads = 1;
    auto state = optimizer.init(params);
    step(optimizer, grads, state, params);
    const double before = params;
    CHECK_THROWS_WITH(step(optimizer, grads, state, params), "a schedule returned nan at count 1; it must be finite");
    CHECK(params == before);
  };
  check(sgd(broken));
  check(adamw(0.1, {.weight_decay = broken}));
  check(scale_by_schedule(broken));
}

TEST_CASE("a misspelt hyperparameter in the state of inject_hyperparams is named") {
  const auto optimizer =
      inject_hyperparams([](const Hyperparams& h) { return sgd(h.at("learning_rate")); }, {{"learning_rate", 0.1}});
  auto state = optimizer.init(1.0);
  state.hyperparams["learning_rat"] = 0.2;
  CHECK_THROWS_WITH(optimizer.update(1.0, state, 1.0),
                    "inject_hyperparams: there is no hyperparameter 'learning_rat'; valid are learning_rate");
}

TEST_CASE("a key of a mask that fits no leaf is named") {
  struct Params {
    double a, b;
  };
  CHECK_THROWS_WITH(masked(sgd(0.1), {{"", true}, {"c", false}}).init(Params{1, 2}),
                    "mask: the key 'c' of the map fits no leaf; the leaves are a, b");
}

TEST_CASE("zero rates, decays and momenta are legal") {
  CHECK_NOTHROW(by_name("adamw", {{"learning_rate", 0}, {"b1", 0}, {"b2", 0}, {"eps", 0}, {"weight_decay", 0}}));
  CHECK_NOTHROW(sgd(0.0, {.momentum = 0}));
}
