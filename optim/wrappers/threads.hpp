// Several threads for the steps of large trees.
#pragma once

#include <memory>
#include <utility>

#include "../numerics/detail/check.hpp"
#include "../protocol/chain.hpp"
#include "detail/process.hpp"
#include "detail/team.hpp"

namespace grove::optim {
namespace detail {

/// A team, and what is left of it in a process that was forked from the one that made it: the caller, who works alone.
class Workers final : public WorkSharing {
 public:
  explicit Workers(int count) : team_(std::make_unique<Team>(count)) {}
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  ~Workers() override {
    // What the lost threads held or waited for can be neither used nor destroyed.
    if (is_forked()) static_cast<void>(team_.release());
  }

  int count() const override { return team_->count(); }

  void run(void (*part)(void*, int), void* context) override {
    if (!is_forked()) return team_->run(part, context);
    for (int i = 0; i < count(); ++i) part(context, i);
  }

 private:
  bool is_forked() const { return process_id() != process_; }

  long process_ = process_id();
  std::unique_ptr<Team> team_;
};

}  // namespace detail

/// The link behind `threads`. Copies share the threads, which end with the last of them.
template <class Link>
struct Threads {
  Link inner;
  std::shared_ptr<detail::Workers> workers;  ///< none for one thread

  template <class P>
  auto init(const P& params) const {
    return inner.init(params);
  }
  template <class U, class S, class P, class E>
  void update_in_place(U& updates, S& state, const P& params, const E& extra) const {
    detail::run(inner, updates, state, params, shared(extra));
  }
  template <class G, class S, class P, class E>
  void step_in_place(G& grads, S& state, P& params, const E& extra) const {
    detail::run_step(inner, grads, state, params, shared(extra));
  }

 private:
  template <class E>
  E shared(E extra) const {
    extra.workers = workers.get();
    return extra;
  }
};

/// Runs the elementwise passes of an optimizer on `count` threads, the caller's included; the results are the same to
/// the bit. The state is that of the optimizer.
///
///   const auto optimizer = threads(2, adamw(1e-3));      // around the whole optimizer, so that its passes stay fused
///
/// On trees of fewer than some thirty thousand doubles, and where another thread is using the same optimizer at the
/// time, the caller works alone. Whole-tree links, such as clip_by_global_norm, run on one thread. Nothing is allocated
/// in a step. In a process that was forked from the one that made it the caller works alone, too: fork copies no
/// threads. Throws: HyperparameterError if count < 1; std::system_error if there are no threads to be had.
template <class T>
auto threads(int count, const T& optimizer) {
  detail::check_positive("threads", "count", count);
  using Link = Threads<detail::unwrap_link_t<T>>;
  return GradientTransformation<Link>{{optimizer, count > 1 ? std::make_shared<detail::Workers>(count) : nullptr}};
}

}  // namespace grove::optim
