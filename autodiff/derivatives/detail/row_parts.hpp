// A loss of many rows as the losses of parts of them, which threads share out.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "../../detail/message.hpp"
#include "../../detail/workers.hpp"
#include "../../tree/arithmetic.hpp"
#include "../../tree/map.hpp"
#include "../grad.hpp"
#include "on_threads.hpp"
#include "rows.hpp"

namespace grove {

/// What a loss does over the rows of its data.
enum class RowReduction { mean, sum };

namespace detail {

/// The number of parts unless the user gives it. It may not depend on the number of threads. A part has costs of its
/// own (what a loss does for all rows together, a gradient), so there are few, but enough for many threads where there
/// are many rows.
inline std::int64_t default_parts(std::int64_t rows, std::int64_t params) {
  constexpr std::int64_t few = 4, many = 64, rows_of_one = 64;
  if (rows <= 16) return rows;
  const auto by_rows = static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(rows / rows_of_one)));
  return params > std::int64_t{1} << 20 ? few : std::clamp(by_rows, few, many);
}

/// The parts of the data of a loss `loss(params, args…)`, with the gradient of each.
template <class P, class... Args>
class RowParts {
 public:
  using S = scalar_t<P>;
  static_assert(std::is_floating_point_v<S>);

  /// `parts`: how many at most; 0 for the default. `caller` is named in errors.
  RowParts(const char* caller, RowReduction reduction, std::int64_t parts)
      : caller_(caller), reduction_(reduction), wanted_(parts) {}

  /// Says what is cut from now on: `rows` rows of these arguments. `run` cuts them when it is told so.
  void choose(std::span<const bool, sizeof...(Args)> is_data, std::int64_t rows, const P& params) {
    std::copy(is_data.begin(), is_data.end(), is_data_.begin());
    const std::int64_t parts = std::clamp<std::int64_t>(wanted_ > 0 ? wanted_ : default_parts(rows, tree::size(params)),
                                                        1, std::max<std::int64_t>(rows, 1));
    rows_ = rows;
    size_ = (rows + parts - 1) / parts;
    count_ = static_cast<std::size_t>((rows + size_ - 1) / size_);
    while (parts_.size() < count_) parts_.emplace_back();
  }

  /// The loss, and with `WithGrads` its gradient in `grads()`. `data` are the arguments that were chosen or, unless
  /// `cut`, the same that were cut last.
  template <bool WithGrads, class F, class... Data>
  S run(Workers* workers, const F& loss, const P& params, bool cut, const Data&... data) {
    for (std::size_t i = 0; i < count_; ++i) parts_[i].is_met = false;
    if (cut) keep_whole(std::index_sequence_for<Args...>{}, data...);
    share_out(workers, count_, [&](std::size_t i) {
      if (cut) this->cut(std::index_sequence_for<Args...>{}, i, data...);
      evaluate_part<WithGrads>(std::index_sequence_for<Args...>{}, i, loss, params, data...);
      add_up<WithGrads>(i);
    });
    return parts_.front().value;
  }

  /// Of the last run; valid until the next.
  const P& grads() const { return parts_.front().grads; }

  /// Throws: Error unless `whole`, the loss of all rows, is what the last run found.
  void check(S whole) const {
    constexpr double tolerance = sizeof(S) > 4 ? 1e-6 : 1e-2;
    const S sum = parts_.front().value;
    double size = std::abs(double(whole));
    for (std::size_t i = 0; i < count_; ++i) size += std::abs(double(parts_[i].own));
    if (!(std::abs(double(whole - sum)) > tolerance * size)) return;
    const bool mean = reduction_ == RowReduction::mean;
    throw Error(
        fill("{}: the loss of all {} rows is {}, and {} by {} parts of them; it must be a {} over its rows, {}, "
             "and the same whenever it is called",
             {caller_, rows_, double(whole), double(sum), count_, mean ? "mean" : "sum",
              mean ? "not a sum" : "not a mean"}));
  }

 private:
  /// An argument's rows; of what is never cut, nothing.
  template <class A>
  using Rows =
      std::conditional_t<(DenseData<A> && fixed_rows<A> <= 1) || is_list<A>, typename BatchOf<A>::type, std::monostate>;

  struct Part {
    std::tuple<Rows<Args>...> rows;
    S own{};     // its share of the loss
    S value{};   // with those of the parts that were added to it
    S weight{};  // by which its gradient is to be multiplied
    P grads{};
    std::atomic<bool> is_met = false;  // by one of the two sums that meet here
  };

  static constexpr std::size_t data_count = sizeof...(Args);

  std::int64_t begin(std::size_t i) const { return static_cast<std::int64_t>(i) * size_; }
  std::int64_t size(std::size_t i) const { return std::min(size_, rows_ - begin(i)); }

  /// Arguments that are not cut but have not the type of rows are copied once.
  template <std::size_t... K, class... Data>
  void keep_whole(std::index_sequence<K...>, const Data&... data) {
    [[maybe_unused]] const auto keep = [](auto& whole, const auto& all, bool is_data) {
      using R = bare<decltype(whole)>;
      if constexpr (!std::is_same_v<R, std::monostate> && !std::is_same_v<R, bare<decltype(all)>>) {
        if (!is_data) whole = all;
      }
    };
    (keep(std::get<K>(whole_), data, is_data_[K]), ...);
  }

  template <std::size_t... K, class... Data>
  void cut(std::index_sequence<K...>, std::size_t i, const Data&... data) {
    [[maybe_unused]] const auto take = [&](auto& rows, const auto& all, bool is_data) {
      if constexpr (!std::is_same_v<bare<decltype(rows)>, std::monostate>) {
        if (is_data) take_rows(rows, all, begin(i), size(i));
      }
    };
    (take(std::get<K>(parts_[i].rows), data, is_data_[K]), ...);
  }

  template <std::size_t K, class Data>
  const auto& argument(const Part& part, const Data& all) const {
    using R = std::tuple_element_t<K, std::tuple<Rows<Args>...>>;
    if constexpr (std::is_same_v<R, std::monostate>) {
      return all;
    } else {
      if (is_data_[K]) return std::get<K>(part.rows);
      if constexpr (std::is_same_v<R, Data>) {
        return all;
      } else {
        return std::get<K>(whole_);
      }
    }
  }

  template <bool WithGrads, std::size_t... K, class F, class... Data>
  void evaluate_part(std::index_sequence<K...>, std::size_t i, const F& loss, const P& params, const Data&... data) {
    Part& part = parts_[i];
    S value{};
    if constexpr (WithGrads) {
      value_and_grad_into(loss, params, value, part.grads, argument<K>(part, data)...);
    } else {
      value = evaluate(loss, params, argument<K>(part, data)...);
    }
    part.weight =
        reduction_ == RowReduction::mean ? static_cast<S>(double(size(i)) / static_cast<double>(rows_)) : S(1);
    part.value = part.own = part.weight * value;
  }

  /// Adds sums of 1, 2, 4, … parts, always the same, wherever both are there: whoever comes second does it.
  template <bool WithGrads>
  void add_up(std::size_t i) {
    for (std::size_t stride = 1; stride < count_; stride *= 2) {
      const std::size_t right = i | stride;
      if (right >= count_) continue;
      if (!parts_[right].is_met.exchange(true, std::memory_order_acq_rel)) return;
      i = right - stride;
      parts_[i].value += parts_[right].value;
      if constexpr (WithGrads) {
        const S left = std::exchange(parts_[i].weight, S(1)), other = parts_[right].weight;
        const auto add = [&](auto&& sum, const auto& g) {
          sum = tree::detail::factor_for(sum, left) * sum + tree::detail::factor_for(g, other) * g;
        };
        tree::for_each(add, parts_[i].grads, parts_[right].grads);
      }
    }
  }

  const char* caller_;
  RowReduction reduction_;
  std::int64_t wanted_;
  std::array<bool, data_count> is_data_{};
  std::int64_t rows_ = 0, size_ = 0;
  std::size_t count_ = 0;
  std::deque<Part> parts_;  // which stay where they are
  std::tuple<Rows<Args>...> whole_;
};

}  // namespace detail
}  // namespace grove
