// The optimizers of optax.contrib that can be had by name, one row each.
#pragma once

#include "../../optimizers/detail/read_options.hpp"
#include "../acprop.hpp"
#include "../ademamix.hpp"
#include "../adopt.hpp"
#include "../cocob.hpp"
#include "../dog.hpp"
#include "../galore.hpp"
#include "../madgrad.hpp"
#include "../momo.hpp"
#include "../muon.hpp"
#include "../prodigy.hpp"
#include "../schedule_free.hpp"
#include "../simplified_ademamix.hpp"

namespace grove::optim::detail {

/// Calls row(name, make) for every optimizer of contrib; make(reader) reads the arguments and returns the optimizer.
///
/// Wrappers (sam, mechanize, schedule_free) have no row, as they need another optimizer, nor have dpsgd and sophia,
/// whose `update` takes what no other one takes.
template <class A = ArgumentReader, class Row>  // A is a parameter so that the rows wait for their use
void for_each_contrib_optimizer(Row&& row) {
  row("acprop", [](A& a) { return contrib::acprop(a.rate(), read_options<contrib::AcpropOptions>(a)); });
  row("ademamix", [](A& a) { return contrib::ademamix(a.rate(), read_options<contrib::AdemamixOptions>(a)); });
  row("adopt", [](A& a) { return contrib::adopt(a.rate(), read_options<contrib::ScaleByAdopt>(a)); });
  row("cocob", [](A& a) { return contrib::cocob(a.rate_or(1), read_options<contrib::CocobOptions>(a)); });
  row("dadapt_adamw",
      [](A& a) { return contrib::dadapt_adamw(a.rate_or(1), read_options<contrib::DadaptAdamwOptions>(a)); });
  row("dog", [](A& a) { return contrib::dog(a.rate_or(1), read_options<contrib::DogOptions>(a)); });
  row("dowg", [](A& a) { return contrib::dowg(a.rate_or(1), read_options<contrib::DowgOptions>(a)); });
  row("galore", [](A& a) { return contrib::galore(a.rate(), read_options<contrib::GaloreOptions>(a)); });
  row("madgrad", [](A& a) { return contrib::madgrad(a.rate(), read_options<contrib::MadgradOptions>(a)); });
  row("momo", [](A& a) { return contrib::momo(a.rate_or(1), read_options<contrib::MomoOptions>(a)); });
  row("momo_adam", [](A& a) { return contrib::momo_adam(a.rate_or(0.01), read_options<contrib::MomoAdamOptions>(a)); });
  row("muon", [](A& a) { return contrib::muon(a.rate(), read_options<contrib::MuonOptions>(a)); });
  row("prodigy", [](A& a) { return contrib::prodigy(a.rate_or(1), read_options<contrib::ProdigyOptions>(a)); });
  row("schedule_free_adamw", [](A& a) {
    return contrib::schedule_free_adamw(a.rate_or(0.0025), read_options<contrib::ScheduleFreeAdamwOptions>(a));
  });
  row("schedule_free_sgd",
      [](A& a) { return contrib::schedule_free_sgd(a.rate_or(1), read_options<contrib::ScheduleFreeSgdOptions>(a)); });
  row("simplified_ademamix",
      [](A& a) { return contrib::simplified_ademamix(a.rate(), read_options<contrib::SimplifiedAdemamixOptions>(a)); });
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
