// Functions of large batches, evaluated on one small batch after the other.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cstddef>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "../../autodiff/derivatives/detail/rows.hpp"
#include "../../autodiff/error.hpp"
#include "../../autodiff/tree/tree.hpp"
#include "../numerics/detail/check.hpp"
#include "../numerics/detail/math.hpp"

namespace grove::optim {

/// How the results of microbatches become one: their sum, their mean, or one below the other.
enum class Accumulation { sum, mean, concat };

namespace detail {

/// Rows `begin` to `begin + count` of an argument, or so many elements of a std::vector.
template <class X>
auto rows_of(const X& x, Eigen::Index begin, Eigen::Index count) {
  if constexpr (grove::detail::fixed_rows < X >> 1) {
    return typename grove::detail::BatchOf<X>::type(x.middleRows(begin, count));
  } else if constexpr (requires { x.middleRows(begin, count); }) {
    return typename X::PlainObject(x.middleRows(begin, count));
  } else {
    return X(x.begin() + begin, x.begin() + begin + count);
  }
}

template <class X>
Eigen::Index row_count(const X& x) {
  if constexpr (requires { x.rows(); }) {
    return x.rows();
  } else {
    return static_cast<Eigen::Index>(x.size());
  }
}

/// The results so far and how the next is joined to them.
template <Accumulation How, class R>
class Accumulator {
 public:
  void add(R next) {
    if (!total_) {
      total_ = std::move(next);
    } else if constexpr (How == Accumulation::concat) {
      join(*total_, next);
    } else {
      tree::for_each([](auto&& sum, const auto& x) { sum = sum + x; }, *total_, next);
    }
    ++count_;
  }
  R result() && {
    if constexpr (How == Accumulation::mean) {
      tree::for_each([&](auto&& sum) { sum = sum / in_scalar_of(sum, static_cast<double>(count_)); }, *total_);
    }
    return *std::move(total_);
  }

 private:
  static void join(R& above, const R& below) {
    if constexpr (requires { above.conservativeResize(above.rows(), above.cols()); }) {
      if (above.cols() != below.cols()) {
        throw ShapeError(
            fill("microbatch: results of {} and {} columns cannot be joined", {above.cols(), below.cols()}));
      }
      const Eigen::Index rows = above.rows();
      above.conservativeResize(rows + below.rows(), above.cols());
      above.bottomRows(below.rows()) = below;
    } else {
      above.insert(above.end(), below.begin(), below.end());
    }
  }

  std::optional<R> total_;
  Eigen::Index count_ = 0;
};

}  // namespace detail

/// `f` evaluated on `microbatch_size` rows of the arguments `I...` at a time, so that what it needs is small.
///
///   const auto value_and_grads = microbatch<1, 2>(value_and_grad(loss), 64, accumulate_mean);
///   auto [value, grads] = value_and_grads(params, x, y);      // x and y have a multiple of 64 rows
///
/// Arguments with rows are Eigen arrays and std::vectors. Results are trees of numbers, and with `accumulate_concat`
/// arrays or vectors. (`MinimizeOptions::accumulate` does it inside `minimize`.) Throws: HyperparameterError if the
/// size is below 1; from the call ShapeError if there are no rows, not the same number in all, or no multiple of the
/// size.
template <std::size_t... I, class F, class How = std::integral_constant<Accumulation, Accumulation::sum>>
requires(sizeof...(I) > 0) auto microbatch(F f, Eigen::Index microbatch_size, How = {}) {
  detail::check_positive("microbatch", "microbatch_size", microbatch_size);
  return [f = std::move(f), microbatch_size](const auto&... args) {
    const auto all = std::tie(args...);
    static_assert(
        ((grove::detail::fixed_rows<std::remove_cvref_t<decltype(std::get<I>(all))>> <= 1) && ...),
        "microbatch: an argument has its number of rows by its type, and cannot be cut; make it an Eigen array "
        "with a dynamic number of rows");
    const std::vector<Eigen::Index> rows{detail::row_count(std::get<I>(all))...};
    const Eigen::Index count = rows.front();
    if (std::any_of(rows.begin(), rows.end(), [&](Eigen::Index n) { return n != count; }))
      throw ShapeError("microbatch: the arguments with rows have different numbers of them");
    if (count == 0 || count % microbatch_size != 0) {
      throw ShapeError(
          detail::fill("microbatch: {} rows are no multiple of microbatch_size = {}", {count, microbatch_size}));
    }
    const auto call = [&](Eigen::Index begin) {
      return [&]<std::size_t... K>(std::index_sequence<K...>) {
        const auto part = [&]<std::size_t J>(std::integral_constant<std::size_t, J>) -> decltype(auto) {
          if constexpr (((J == I) || ...)) {
            return detail::rows_of(std::get<J>(all), begin, microbatch_size);
          } else {
            return (std::get<J>(all));
          }
        };
        return f(part(std::integral_constant<std::size_t, K>{})...);
      }
      (std::index_sequence_for<decltype(args)...>{});
    };
    detail::Accumulator<How::value, decltype(call(0))> accumulator;
    for (Eigen::Index begin = 0; begin < count; begin += microbatch_size) accumulator.add(call(begin));
    return std::move(accumulator).result();
  };
}

/// How the results become one, as the last argument of `microbatch`.
inline constexpr std::integral_constant<Accumulation, Accumulation::sum> accumulate_sum{};
/// The mean of the parts, weighted by their rows.
inline constexpr std::integral_constant<Accumulation, Accumulation::mean> accumulate_mean{};
/// The parts below each other.
inline constexpr std::integral_constant<Accumulation, Accumulation::concat> accumulate_concat{};

}  // namespace grove::optim
