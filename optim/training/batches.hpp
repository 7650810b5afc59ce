// Random batches of data: rows of the matrices and vectors, elements of the std::vectors that a loss is given.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "../../autodiff/derivatives/detail/rows.hpp"
#include "../../autodiff/detail/random_bits.hpp"
#include "../../autodiff/error.hpp"
#include "../numerics/detail/check.hpp"

namespace grove::optim {
namespace detail {

using grove::detail::BatchOf;
using grove::detail::DenseData;

template <class T>
void gather(typename BatchOf<T>::type& batch, const T& data, const std::vector<std::int64_t>& order, std::size_t begin,
            std::size_t count) {
  if constexpr (DenseData<T>) {
    const auto rows = static_cast<Eigen::Index>(count);
    batch.resize(rows, data.cols());
    for (Eigen::Index j = 0; j < data.cols(); ++j)
      for (Eigen::Index i = 0; i < rows; ++i)
        batch.coeffRef(i, j) = data.coeff(order[begin + static_cast<std::size_t>(i)], j);
  } else if constexpr (grove::detail::is_list<T>) {
    batch.clear();
    for (std::size_t i = 0; i < count; ++i) batch.push_back(data[static_cast<std::size_t>(order[begin + i])]);
  }
}

/// Where in an epoch batches are: all that the next ones depend on.
struct BatchPlace {
  std::vector<std::int64_t> order;  ///< of the examples in this epoch
  std::uint64_t begin = 0;          ///< the first of this batch
  std::uint64_t count = 0;          ///< the examples of this batch
  std::uint64_t random = 0;         ///< of the epochs to come
};

}  // namespace detail

/// How batches are drawn.
struct Sampling {
  std::int64_t batch_size = 1;                 ///< examples of a batch
  std::uint64_t seed = 0;                      ///< of the order of the examples
  bool shuffle = true;                         ///< whether each epoch has an order of its own
  bool replacement = false;                    ///< whether an epoch draws its examples with replacement
  std::vector<std::int64_t> strata{};          ///< a label for each example: batches get their share of each label
  std::vector<std::int64_t> data_arguments{};  ///< which arguments of the loss are data; the params are argument 0
};

/// The arguments of a loss in batches: every epoch shuffles the examples anew, and its last batch takes what is left.
///
/// Data are the dense Eigen arguments (an example is a row) and the std::vectors that have as many examples as most of
/// them (of several such numbers, the largest), or those that `data_arguments` names; everything else is handed to the
/// loss as it is. With `strata` each batch has the examples of a label in proportion, to within one. The same seed
/// gives the same batches on every platform.
template <class... Args>
class Batches {
 public:
  /// Throws: DataError if there is no data, if it has not the same number of examples everywhere, or if it has so many
  /// by its type; HyperparameterError for what is out of range.
  Batches(Sampling sampling, const Args&... args)
      : args_(args...), batch_(initial(args)...), sampling_(std::move(sampling)) {
    if (sampling_.batch_size <= 0)
      throw HyperparameterError(detail::fill("minimize: batch_size must be positive, got {}", {sampling_.batch_size}));
    if (sampling_.replacement && !sampling_.shuffle)
      throw HyperparameterError("minimize: batches with replacement are not to be had without shuffle");
    batch_size_ = static_cast<std::size_t>(sampling_.batch_size);
    const std::array<std::int64_t, sizeof...(Args)> counts{grove::detail::example_count(args)...};
    const std::int64_t examples =
        grove::detail::choose_data("minimize", "batches", counts, sampling_.data_arguments, is_data_);
    grove::detail::check_types_of_data<Args...>("minimize with batches", is_data_);
    const auto labels = static_cast<std::int64_t>(sampling_.strata.size());
    if (labels > 0 && labels != examples)
      throw DataError(detail::fill("minimize: strata has {} labels for {} examples", {labels, examples}));
    if (labels > 0 && (sampling_.replacement || !sampling_.shuffle))
      throw HyperparameterError("minimize: batches with strata are shuffled, without replacement");
    place_.order.resize(static_cast<std::size_t>(examples));
    for (std::size_t i = 0; i < place_.order.size(); ++i) place_.order[i] = static_cast<std::int64_t>(i);
    place_.begin = place_.order.size();
    place_.random = sampling_.seed;
  }
  /// Batches of at most `batch_size` rows of the arguments. Throws: HyperparameterError for a size below 1.
  Batches(std::int64_t batch_size, std::uint64_t seed, bool shuffle, const Args&... args)
      : Batches(Sampling{.batch_size = batch_size, .seed = seed, .shuffle = shuffle}, args...) {}

  /// Gathers the next batch.
  void advance() {
    place_.begin += place_.count;
    if (place_.begin >= place_.order.size()) start_epoch();
    place_.count = std::min(batch_size_, place_.order.size() - place_.begin);
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (refill(std::get<I>(batch_), std::get<I>(args_), is_data_[I]), ...);
    }
    (std::index_sequence_for<Args...>{});
  }

  /// Whether this batch is the last of its epoch.
  bool epoch_ends() const { return place_.begin + place_.count >= place_.order.size(); }

  /// The examples in this batch.
  std::size_t size() const { return place_.count; }

  /// Which arguments are data, the first behind the params first.
  std::span<const bool, sizeof...(Args)> is_data() const { return is_data_; }

  /// Where the batches are, to go on from there later.
  const detail::BatchPlace& place() const { return place_; }
  /// Goes on from another place; the next batch is gathered by `advance`.
  /// Throws: DataError if it is that of another number of examples, or none at all.
  void go_to(const detail::BatchPlace& place) {
    std::vector<bool> seen(place_.order.size(), false);
    bool fits =
        place.order.size() == seen.size() && place.begin <= seen.size() && place.count <= seen.size() - place.begin;
    for (std::size_t i = 0; fits && i < seen.size(); ++i) {
      const auto example = static_cast<std::size_t>(place.order[i]);
      fits = place.order[i] >= 0 && example < seen.size() && (sampling_.replacement || !seen[example]);
      if (fits) seen[example] = true;
    }
    if (!fits) throw DataError(detail::fill("minimize: the order of batches is not one of {} examples", {seen.size()}));
    place_ = place;
  }

  /// Calls f with the arguments of the loss for this batch.
  decltype(auto) apply(auto&& f) const { return std::apply(f, batch_); }

 private:
  /// Data start empty; what is no data is copied once.
  template <class T>
  static auto initial(const T& arg) {
    if constexpr (detail::DenseData<T>) {
      return typename detail::BatchOf<T>::type(0, arg.cols());
    } else {
      return arg;
    }
  }

  template <class T>
  void refill(typename detail::BatchOf<T>::type& batch, const T& arg, bool is_data) {
    if (is_data) {
      detail::gather(batch, arg, place_.order, place_.begin, place_.count);
    } else if constexpr (detail::DenseData<T>) {
      if (batch.size() != arg.size()) batch = arg;
    }
  }

  void start_epoch() {
    place_.begin = 0;
    if (!sampling_.shuffle) return;
    auto& order = place_.order;
    if (sampling_.replacement) {
      for (std::int64_t& example : order) example = static_cast<std::int64_t>(random(order.size()));
      return;
    }
    // Fisher and Yates, written out because std::shuffle may differ between standard libraries.
    for (std::size_t i = order.size() - 1; i > 0; --i) std::swap(order[i], order[random(i + 1)]);
    if (!sampling_.strata.empty()) spread_strata();
  }
  std::size_t random(std::size_t below) { return grove::detail::split_mix(place_.random) % below; }

  /// Puts the k-th of the n examples of a label at (k + 1/2) / n of the epoch.
  void spread_strata() {
    std::map<std::int64_t, std::pair<double, double>> seen;  // how many of a label there are, and were met so far
    for (const std::int64_t label : sampling_.strata) ++seen[label].first;
    std::vector<std::pair<double, std::int64_t>> places;
    for (const std::int64_t example : place_.order) {
      auto& [all, before] = seen[sampling_.strata[static_cast<std::size_t>(example)]];
      places.emplace_back((before++ + 0.5) / all, example);
    }
    std::stable_sort(places.begin(), places.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (std::size_t i = 0; i < places.size(); ++i) place_.order[i] = places[i].second;
  }

  std::tuple<const Args&...> args_;
  std::tuple<typename detail::BatchOf<Args>::type...> batch_;
  detail::BatchPlace place_;
  Sampling sampling_;
  std::array<bool, sizeof...(Args)> is_data_{};
  std::size_t batch_size_ = 0;
};

}  // namespace grove::optim
