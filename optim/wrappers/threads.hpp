// Several threads for the steps of large trees.
#pragma once

#include <memory>
#include <utility>

#include "../../autodiff/detail/workers.hpp"
#include "../numerics/detail/check.hpp"
#include "../protocol/chain.hpp"

namespace grove::optim {
namespace detail {

/// The threads of a step.
class SharedSteps final : public WorkSharing {
 public:
  explicit SharedSteps(int count) : workers_(count) {}
  int count() const override { return workers_.count(); }
  void run(void (*part)(void*, int), void* context) override { workers_.run(part, context); }

 private:
  grove::detail::Workers workers_;
};

}  // namespace detail

/// The link behind `threads`. Copies share the threads, which end with the last of them.
template <class Link>
struct Threads {
  static constexpr detail::Harm harm = detail::harm<Link>;
  Link inner;                                    ///< whose work is shared out
  std::shared_ptr<detail::SharedSteps> workers;  ///< none for one thread

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
  return GradientTransformation<Link>{{optimizer, count > 1 ? std::make_shared<detail::SharedSteps>(count) : nullptr}};
}

}  // namespace grove::optim
