// The optimizers that can be had by name, one row each.
#pragma once

#include <limits>
#include "../../transforms/scale.hpp"
#include "../adabelief.hpp"
#include "../adadelta.hpp"
#include "../adafactor.hpp"
#include "../adagrad.hpp"
#include "../adamax.hpp"
#include "../adan.hpp"
#include "../amsgrad.hpp"
#include "../lamb.hpp"
#include "../lbfgs.hpp"
#include "../lion.hpp"
#include "../noisy_sgd.hpp"
#include "../novograd.hpp"
#include "../optimistic.hpp"
#include "../polyak.hpp"
#include "../radam.hpp"
#include "../rmsprop.hpp"
#include "../rprop.hpp"
#include "../sign_sgd.hpp"
#include "../sm3.hpp"
#include "../yogi.hpp"
#include "read_options.hpp"

#include "../bfgs.hpp"
#include "../gauss_newton.hpp"
#include "../lbfgsb.hpp"
#include "../newton.hpp"
#include "../trust_region_newton.hpp"

namespace grove::optim::detail {

/// Calls row(name, make) for every optimizer; make(reader) reads the arguments and returns the optimizer.
template <class A = ArgumentReader, class Row>  // A is a parameter so that the rows wait for their use
void for_each_optimizer(Row&& row) {
  row("adabelief", [](A& a) { return adabelief(a.rate(), read_options<AdabeliefOptions<double>>(a)); });
  row("adadelta", [](A& a) { return adadelta(a.rate(), read_options<AdadeltaOptions<double>>(a)); });
  row("adafactor", [](A& a) { return adafactor(a.rate(), read_options<AdafactorOptions>(a)); });
  row("adagrad", [](A& a) { return adagrad(a.rate(), read_options<ScaleByRss<double>>(a)); });
  row("adam", [](A& a) { return adam(a.rate(), read_options<ScaleByAdam<double>>(a)); });
  row("adamax", [](A& a) { return adamax(a.rate(), read_options<ScaleByAdamax<double>>(a)); });
  row("adamaxw", [](A& a) { return adamaxw(a.rate(), read_options<AdamaxwOptions<double>>(a)); });
  row("adamw", [](A& a) { return adamw(a.rate(), read_options<AdamwOptions<double>>(a)); });
  row("adan", [](A& a) { return adan(a.rate(), read_options<AdanOptions<double>>(a)); });
  row("amsgrad", [](A& a) { return amsgrad(a.rate(), read_options<ScaleByAmsgrad<double>>(a)); });
  row("bfgs", [](A& a) { return bfgs(read_options<ScaleByBfgs>(a)); });
  row("curvature_sgd", [](A& a) { return curvature_sgd(a.rate(), read_options<CurvatureSgdOptions>(a)); });
  row("fromage", [](A& a) { return fromage(a.rate(), a("min_norm", 1e-6)); });
  row("gauss_newton", [](A&) { return gauss_newton(); });
  row("lamb", [](A& a) { return lamb(a.rate(), read_options<LambOptions<double>>(a)); });
  row("lars", [](A& a) { return lars(a.rate(), read_options<LarsOptions<double>>(a)); });
  row("lbfgs", [](A& a) { return lbfgs(read_options<ScaleByLbfgs>(a)); });
  row("lbfgsb", [](A& a) {
    constexpr double inf = std::numeric_limits<double>::infinity();
    const double lower = a("lower", -inf), upper = a("upper", inf);
    return lbfgsb(lower, upper, read_options<LbfgsbOptions>(a));
  });
  row("lion", [](A& a) { return lion(a.rate(), read_options<LionOptions<double>>(a)); });
  row("nadam", [](A& a) { return nadam(a.rate(), read_options<ScaleByAdam<double>>(a, {}, {"nesterov"})); });
  row("nadamw", [](A& a) { return nadamw(a.rate(), read_options<AdamwOptions<double>>(a, {}, {"nesterov"})); });
  row("newton", [](A& a) { return newton(read_options<ScaleByNewton>(a)); });
  row("noisy_sgd", [](A& a) { return noisy_sgd(a.rate(), read_options<NoisySgdOptions>(a)); });
  row("novograd", [](A& a) { return novograd(a.rate(), read_options<NovogradOptions<double>>(a)); });
  row("optimistic_adam_v2",
      [](A& a) { return optimistic_adam_v2(a.rate(), read_options<OptimisticAdamOptions<double>>(a)); });
  row("optimistic_gradient_descent",
      [](A& a) { return optimistic_gradient_descent(a.rate(), read_options<ScaleByOptimisticGradient<double>>(a)); });
  row("polyak_sgd", [](A& a) { return polyak_sgd(read_options<PolyakSgdOptions<double>>(a)); });
  row("radam", [](A& a) { return radam(a.rate(), read_options<ScaleByRadam<double>>(a)); });
  row("rmsprop", [](A& a) { return rmsprop(a.rate(), read_options<RmspropOptions<double>>(a)); });
  row("rprop", [](A& a) { return rprop(a.number_rate(), read_options<RpropOptions<double>>(a)); });
  row("sgd", [](A& a) {
    const bool traced = a.has("momentum");  // without it there is no trace in the state
    const auto options = read_options<SgdOptions<double>>(a);
    check_decay("sgd", "momentum", options.momentum);
    return chain(maybe(traced, trace(options.momentum, options.nesterov)), scale_by_learning_rate(a.rate()));
  });
  row("sign_sgd", [](A& a) { return sign_sgd(a.rate()); });
  row("signum", [](A& a) { return signum(a.rate(), read_options<SignumOptions<double>>(a)); });
  row("sm3", [](A& a) { return sm3(a.number_rate(), read_options<Sm3Options>(a)); });
  row("trust_region_newton", [](A& a) { return trust_region_newton(read_options<TrustRegionNewtonOptions>(a)); });
  row("yogi", [](A& a) { return yogi(a.rate(), read_options<ScaleByYogi<double>>(a)); });
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
