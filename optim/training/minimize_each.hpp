// Many starts of one minimization.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "../../autodiff/derivatives/detail/batch.hpp"
#include "../../autodiff/detail/workers.hpp"
#include "minimize.hpp"

namespace grove::optim {

/// What `minimize_each` returns: how each start ended, in the order of the starts.
template <class P>
struct MinimizeEachResult {
  std::vector<MinimizeResult<P>> each;  ///< one for each start

  /// The place of the lowest finite loss among them (the first of equals); none if no start ended at a finite loss.
  std::optional<std::size_t> best_index() const {
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < each.size(); ++i) {
      if (std::isfinite(each[i].value) && (!best || each[i].value < each[*best].value)) best = i;
    }
    return best;
  }
  /// The one with the lowest finite loss. Throws: Error, with the first start's message, if there is none.
  const MinimizeResult<P>& best() const {
    if (const auto index = best_index()) return each[*index];
    throw Error(grove::detail::fill(
        "minimize_each: none of {} starts ended at a finite loss; of the first, {}{}{}",
        {each.size(), to_string(each.front().reason), each.front().message.empty() ? "" : ": ", each.front().message}));
  }
  /// How many of them converged.
  std::size_t converged() const {
    return static_cast<std::size_t>(
        std::count_if(each.begin(), each.end(), [](const auto& fit) { return fit.converged(); }));
  }
};

namespace detail {

/// One minimization; what `minimize` would throw because of the loss is its end.
template <class Loss, class P, class T, class... Args>
MinimizeResult<P> minimize_start(const Loss& loss, const P& start, const T& optimizer, const MinimizeOptions& options,
                                 const Args&... args) {
  const auto failed = [&start](const Error& error) {
    MinimizeResult<P> end{start, std::numeric_limits<double>::quiet_NaN()};
    end.reason = StopReason::loss_threw;
    end.message = error.what();
    return end;
  };
  try {
    return minimize(loss, start, optimizer, options, args...);
  } catch (const ShapeError& error) {
    return failed(error);
  } catch (const StructureError& error) {
    return failed(error);
  } catch (const StaleVariableError& error) {
    return failed(error);
  }
}

}  // namespace detail

/// Minimizes `loss(params, args...)` from each of many starts, independently: every start has its own linesearch,
/// state of the optimizer, tolerances and end, as if `minimize` was called for it alone, to the bit.
///
///   const auto fits = minimize_each(loss, starts, lbfgs(), {.max_steps = 200, .threads = 2}, x, y);
///   fmt::print("{} of {} converged, the best to {}\n", fits.converged(), fits.each.size(), fits.best().value);
///
/// `starts` is a batch as vmap's: a std::vector of trees, or a tree with a row (or an element) for each start; a row of
/// a matrix is a column vector of params. With `threads` of the options so many starts are minimized at once, with the
/// same results; then the loss and the callbacks, which all starts share, must bear being called from several threads.
/// A start at which the loss is not finite, or throws, is no end of the others: it is told by its `reason` and
/// `message`; one that throws an error of shapes keeps its start, and its value is NaN.
///
/// Throws: ShapeError if there are no starts, or leaves with different numbers of them; HyperparameterError as
/// minimize; what callbacks throw.
template <class Loss, class Starts, class T, class... Args>
auto minimize_each(const Loss& loss, const Starts& starts, const T& optimizer, const MinimizeOptions& options,
                   const Args&... args) {
  using P = grove::detail::instance_t<Starts>;
  static_assert(Transformation<T, P>, "grove: minimize_each: this is no optimizer of such params");
  detail::check_minimize(options);
  const auto n = static_cast<std::size_t>(grove::detail::count_instances("minimize_each: the starts", starts));
  if (n == 0) throw ShapeError("minimize_each: there are no starts");
  MinimizeOptions one = options;
  one.threads.reset();
  std::vector<std::optional<MinimizeResult<P>>> ends(n);
  grove::detail::Workers workers(
      static_cast<int>(std::min<std::size_t>(n, static_cast<std::size_t>(options.threads.value_or(1)))));
  grove::detail::share_out(&workers, n, [&](std::size_t i) {
    grove::detail::Instances<Starts> instances(starts);
    const P& start = instances[static_cast<Eigen::Index>(i)];
    ends[i] = detail::minimize_start(loss, start, optimizer, one, args...);
  });
  MinimizeEachResult<P> result;
  result.each.reserve(n);
  for (auto& end : ends) result.each.push_back(std::move(*end));
  return result;
}
/// The same with the default options.
template <class Loss, class Starts, class T>
auto minimize_each(const Loss& loss, const Starts& starts, const T& optimizer) {
  return minimize_each(loss, starts, optimizer, MinimizeOptions{});
}

}  // namespace grove::optim
