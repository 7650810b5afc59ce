// Value and gradient of a loss of many rows, on several threads.
#pragma once

#include <any>
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "../detail/workers.hpp"
#include "detail/row_parts.hpp"
#include "grad.hpp"

namespace grove {

/// How parallel_value_and_grad cuts its data.
struct ParallelOptions {
  RowReduction reduction = RowReduction::mean;  ///< what the loss does over the rows
  std::int64_t parts = 0;  ///< into how many parts the rows are cut, at most; 0: by the number of rows
  std::vector<std::int64_t> data_arguments{};  ///< which arguments of the loss have rows (the params are argument 0);
                                               ///< those that most have the same number of rows, if none
};

/// The callable that parallel_value_and_grad makes. Copies share the threads and their memory.
template <class F>
class ParallelValueAndGrad {
 public:
  /// See parallel_value_and_grad.
  ParallelValueAndGrad(F loss, std::int64_t threads, ParallelOptions options)
      : loss_(std::move(loss)), shared_(std::make_shared<Shared>(threads, std::move(options))) {}

  /// {value, grads} of loss(params, args…).
  template <class P, class... Args>
  auto operator()(const P& params, const Args&... args) const {
    if constexpr (detail::are_parameters<std::index_sequence<0>, P, Args...>) {
      using S = detail::innermost_scalar_t<P, Args...>;
      if constexpr (std::is_floating_point_v<S>) {
        return run<P>(
            params,
            [](S value, const P& grads) {
              return ValueAndGrad<S, P>{value, grads};
            },
            args...);
      } else {
        return detail::value_and_grad_of<false>(std::index_sequence<0>{}, loss_, params, args...);
      }
    }
  }

  /// The same into existing storage: allocates nothing after the first call of the same shapes.
  template <detail::Differentiable P, class Value, class... Args>
  void into(const P& params, Value& value, P& grads, const Args&... args) const {
    if constexpr (std::is_floating_point_v<detail::innermost_scalar_t<P, Args...>>) {
      const auto put = [&](auto sum, const P& sums) {
        grads = sums;
        value = sum;
        return true;
      };
      run<P>(params, put, args...);
    } else {
      value_and_grad_into(loss_, params, value, grads, args...);
    }
  }

 private:
  static constexpr const char* name = "parallel_value_and_grad";

  struct Shared {
    Shared(std::int64_t threads, ParallelOptions given)
        : workers(detail::checked_threads(name, threads)), options(std::move(given)) {
      if (options.parts < 0)
        throw HyperparameterError(detail::fill("{}: parts must not be negative, got {}", {name, options.parts}));
    }
    detail::Workers workers;
    ParallelOptions options;
    std::atomic<bool> busy = false;
    std::any parts;  // a std::shared_ptr to the RowParts of the last call
  };
  /// Gives the threads back.
  struct Turn {
    std::atomic<bool>& busy;
    bool is_mine = !busy.exchange(true);
    ~Turn() {
      if (is_mine) busy = false;
    }
  };

  template <class P, class Put, class... Args>
  auto run(const P& params, const Put& put, const Args&... args) const {
    using S = scalar_t<P>;
    using Parts = detail::RowParts<P, Args...>;
    const ParallelOptions& options = shared_->options;
    if (auto* const workers = detail::unless_recording<S>(&shared_->workers)) {
      const Turn turn{shared_->busy};
      if (turn.is_mine) return run_kept<Parts>(workers, params, put, args...);
    }
    Parts parts(name, options.reduction, options.parts);
    return run_parts(parts, nullptr, false, params, put, args...);
  }

  /// With the parts of the last call, if they are of such arguments.
  template <class Parts, class P, class Put, class... Args>
  auto run_kept(detail::Workers* workers, const P& params, const Put& put, const Args&... args) const {
    if (auto* kept = std::any_cast<std::shared_ptr<Parts>>(&shared_->parts))
      return run_parts(**kept, workers, false, params, put, args...);
    auto parts = std::make_shared<Parts>(name, shared_->options.reduction, shared_->options.parts);
    auto result = run_parts(*parts, workers, true, params, put, args...);
    shared_->parts = std::move(parts);
    return result;
  }

  template <class Parts, class P, class Put, class... Args>
  auto run_parts(Parts& parts, detail::Workers* workers, bool first, const P& params, const Put& put,
                 const Args&... args) const {
    const std::array<std::int64_t, sizeof...(Args)> counts{detail::example_count(args)...};
    std::array<bool, sizeof...(Args)> is_data{};
    const std::int64_t rows = detail::choose_data(name, "parts", counts, shared_->options.data_arguments, is_data);
    detail::check_types_of_data<Args...>(name, is_data);
    parts.choose(is_data, rows, params);
    const scalar_t<P> value = parts.template run<true>(workers, loss_, params, true, args...);
    if (first) parts.check(evaluate(loss_, params, args...));
    return put(value, parts.grads());
  }

  F loss_;
  std::shared_ptr<Shared> shared_;
};

/// value_and_grad on `threads` threads, the caller's included: `loss(params, args…)` is a mean over the rows of its
/// data, which are cut into parts. Each thread records on a tape of its own, and the gradients of the parts are added
/// in a fixed order, so value and gradient are the same to the bit for any number of threads (from those of
/// value_and_grad, which does not cut, they differ by rounding).
///
///   const auto f = grove::parallel_value_and_grad(loss, 2);
///   auto [value, grads] = f(params, x, y);                 // x and y have a row for each example
///   f.into(params, value, grads, x, y);                    // in a loop: allocates nothing after the first time
///
/// Data are the dense Eigen arguments (an example is a row) and the std::vectors that have as many rows as most of
/// them, or those that `options.data_arguments` names; the loss is given some rows of them, as matrices with any number
/// of rows. Everything else (and what the loss captures) it sees whole. A penalty may be added to the mean. Of a loss
/// that is a sum over rows say so: `{.reduction = RowReduction::sum}`. The first call evaluates the loss of all rows,
/// too, and throws if it is not that of the parts.
///
/// The loss is called from several threads at once and must bear it. Up to 16 rows are a part each; more are cut into 4
/// parts, and from 512 rows on into the power of two that leaves 64 to 127 rows to a part, at most 64 (4 where there
/// are more than 2²⁰ params); `options.parts` says another number. More threads than parts have nothing to do. Memory:
/// a tape for each thread, a gradient and a copy of its rows for each part.
///
/// Inside another loss, in a process that was forked, and while another call is using the same object, the caller works
/// alone, to the same bits. With params or arguments that are variables of an enclosing loss this is value_and_grad.
///
/// Throws: HyperparameterError if threads < 1, or for options out of range; std::system_error if there are no threads
/// to be had. A call: DataError if there is no data, if arguments that are named have not the same number of rows, or
/// if a type says how many rows it has; what the loss throws, in the first part in the order of the rows in which it
/// does; Error if the loss of all rows is another. After that the object can be called as before.
template <class F>
auto parallel_value_and_grad(F loss, std::int64_t threads, ParallelOptions options = {}) {
  return ParallelValueAndGrad<F>(std::move(loss), threads, std::move(options));
}
/// Does not compile: what `aux` of parts would be together, nobody knows.
template <class F>
auto parallel_value_and_grad(F, std::int64_t, HasAux) {
  static_assert(sizeof(F) == 0,
                "grove: parallel_value_and_grad: each part of the rows would have an aux of its own; get it by "
                "evaluate, or use value_and_grad(loss, has_aux)");
  return [](const auto&...) { return 0; };
}

}  // namespace grove
