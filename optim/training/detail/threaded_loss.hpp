// The loss of `minimize`, evaluated as a whole or, on threads, by parts of the rows of its data.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <optional>

#include "../../../autodiff/derivatives/detail/row_parts.hpp"
#include "../../../autodiff/derivatives/grad.hpp"
#include "../../numerics/detail/check.hpp"

namespace grove::optim::detail {

/// Which data a loss is evaluated on: what has the same id are the same.
struct DataId {
  std::uint64_t id = 0;
  std::int64_t rows = 0;
};

template <class Loss, class P, class... Args>
class ThreadedLoss {
 public:
  ThreadedLoss(const Loss& loss, const auto& options, const Args&... args) : loss_(loss) {
    if (!options.threads) return;
    if constexpr (of_processes)
      throw HyperparameterError(
          "minimize: threads share out the rows of a loss of one process; with a loss of several processes leave it "
          "out");
    const std::array<std::int64_t, sizeof...(Args)> counts{grove::detail::example_count(args)...};
    rows_ = grove::detail::choose_data("minimize", "threads", counts, options.data_arguments, is_data_);
    grove::detail::check_types_of_data<Args...>("minimize with threads", is_data_);
    shared_.emplace(grove::detail::checked_threads("minimize", *options.threads));
  }

  /// All data; batches have ids from 1 on.
  DataId all() const { return {0, rows_}; }

  template <class... Data>
  double value(DataId id, const P& params, const Data&... data) {
    if constexpr (by_parts) {
      if (shared_) return run<false>(id, params, data...);
    }
    return plain(grove::evaluate(loss_, params, data...));
  }

  template <class... Data>
  double value_and_grad(DataId id, const P& params, P& gradient, const Data&... data) {
    if constexpr (by_parts) {
      if (shared_) {
        const double at = run<true>(id, params, data...);
        gradient = shared_->parts.grads();
        return at;
      }
    }
    double at = 0;
    grove::value_and_grad_into(loss_, params, at, gradient, data...);
    return at;
  }

  /// Whether the last value was the first that could be told to be the loss of all rows.
  bool is_to_check(double value) const { return shared_ && !shared_->is_checked && std::isfinite(value); }
  /// Throws: Error unless `whole`, the loss as a whole, is the last value. NaN tells nothing.
  void check(double whole) {
    if constexpr (by_parts) {
      shared_->parts.check(static_cast<scalar_t<P>>(whole));
      shared_->is_checked = std::isfinite(whole);
    }
  }

 private:
  static constexpr bool of_processes = requires(const Loss& loss) { loss.agreed(true); };
  static constexpr bool by_parts = sizeof...(Args) > 0 && !of_processes;

  struct Shared {
    explicit Shared(int threads) : workers(threads) {}
    grove::detail::Workers workers;
    grove::detail::RowParts<P, Args...> parts{"minimize with threads", RowReduction::mean, 0};
    std::optional<std::uint64_t> cut;  // the id of the data that the parts are of
    bool is_checked = false;
  };

  template <bool WithGrads, class... Data>
  double run(DataId id, const P& params, const Data&... data) {
    const bool is_new = shared_->cut != id.id;
    shared_->cut.reset();  // an exception leaves some parts as they were
    if (is_new) shared_->parts.choose(is_data_, id.rows, params);
    auto* const workers = grove::detail::unless_recording<scalar_t<P>>(&shared_->workers);
    const double at = shared_->parts.template run<WithGrads>(workers, loss_, params, is_new, data...);
    shared_->cut = id.id;
    return at;
  }

  const Loss& loss_;
  std::array<bool, sizeof...(Args)> is_data_{};
  std::int64_t rows_ = 0;
  std::optional<Shared> shared_;
};

}  // namespace grove::optim::detail
