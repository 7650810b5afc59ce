// Random batches of data: rows of the matrices and vectors, elements of the std::vectors that a loss is given.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "autodiff/detail/random_bits.hpp"
#include "autodiff/error.hpp"
#include "optim/numerics/detail/check.hpp"

namespace grove::optim {
namespace detail {

template <class T>
concept DenseData = std::is_base_of_v<Eigen::DenseBase<T>, T>;

template <class T>
struct IsVector : std::false_type {};
template <class T, class A>
struct IsVector<std::vector<T, A>> : std::true_type {};

/// The examples in an argument of the loss; -1 for what is no data.
template <class T>
std::int64_t example_count(const T& data) {
  if constexpr (DenseData<T>) {
    return data.rows();
  } else if constexpr (IsVector<T>::value) {
    return static_cast<std::int64_t>(data.size());
  } else {
    return -1;
  }
}

/// What a batch of an argument is kept in: the same with any number of rows.
template <class T>
struct BatchOf {
  using type = T;
};
template <DenseData T>
struct BatchOf<T> {
  using Plain = typename T::PlainObject;
  static constexpr int columns = T::ColsAtCompileTime;
  static constexpr int order = columns == 1 ? Eigen::ColMajor : Plain::Options & Eigen::RowMajorBit;
  using type = std::conditional_t<std::is_base_of_v<Eigen::ArrayBase<Plain>, Plain>,
                                  Eigen::Array<typename T::Scalar, Eigen::Dynamic, columns, order>,
                                  Eigen::Matrix<typename T::Scalar, Eigen::Dynamic, columns, order>>;
};

template <class T>
void gather(typename BatchOf<T>::type& batch, const T& data, const std::vector<std::int64_t>& order, std::size_t begin,
            std::size_t count) {
  if constexpr (DenseData<T>) {
    const auto rows = static_cast<Eigen::Index>(count);
    batch.resize(rows, data.cols());
    for (Eigen::Index j = 0; j < data.cols(); ++j)
      for (Eigen::Index i = 0; i < rows; ++i)
        batch.coeffRef(i, j) = data.coeff(order[begin + static_cast<std::size_t>(i)], j);
  } else if constexpr (IsVector<T>::value) {
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

/// The arguments of a loss in batches: every epoch shuffles the examples anew, and its last batch takes what is left.
///
/// Data are the dense Eigen arguments (an example is a row) and the std::vectors with as many examples as the first of
/// them; everything else is handed to the loss as it is. The same seed gives the same batches on every platform.
template <class... Args>
class Batches {
 public:
  /// Throws: DataError if there is no data, HyperparameterError if `batch_size` is not positive.
  Batches(std::int64_t batch_size, std::uint64_t seed, bool shuffle, const Args&... args)
      : args_(args...), batch_(initial(args)...), shuffle_(shuffle) {
    if (batch_size <= 0)
      throw HyperparameterError(detail::fill("minimize: batch_size must be positive, got {}", {batch_size}));
    batch_size_ = static_cast<std::size_t>(batch_size);
    std::int64_t examples = -1;
    ((examples = examples < 0 ? detail::example_count(args) : examples), ...);
    if (examples <= 0)
      throw DataError("minimize: batches need a matrix or a vector of examples as argument of the loss");
    place_.order.resize(static_cast<std::size_t>(examples));
    for (std::size_t i = 0; i < place_.order.size(); ++i) place_.order[i] = static_cast<std::int64_t>(i);
    place_.begin = place_.order.size();
    place_.random = seed;
  }

  /// Gathers the next batch.
  void advance() {
    place_.begin += place_.count;
    if (place_.begin >= place_.order.size()) start_epoch();
    place_.count = std::min(batch_size_, place_.order.size() - place_.begin);
    [&]<std::size_t... I>(std::index_sequence<I...>) { (refill(std::get<I>(batch_), std::get<I>(args_)), ...); }
    (std::index_sequence_for<Args...>{});
  }

  /// Whether this batch is the last of its epoch.
  bool epoch_ends() const { return place_.begin + place_.count >= place_.order.size(); }

  /// The examples in this batch.
  std::size_t size() const { return place_.count; }

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
      fits = place.order[i] >= 0 && example < seen.size() && !seen[example];
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
  void refill(typename detail::BatchOf<T>::type& batch, const T& arg) {
    if (detail::example_count(arg) == static_cast<std::int64_t>(place_.order.size())) {
      detail::gather(batch, arg, place_.order, place_.begin, place_.count);
    } else if constexpr (detail::DenseData<T>) {
      if (batch.size() != arg.size()) batch = arg;
    }
  }

  /// Fisher and Yates, written out because std::shuffle may differ between standard libraries.
  void start_epoch() {
    place_.begin = 0;
    if (!shuffle_) return;
    auto& order = place_.order;
    for (std::size_t i = order.size() - 1; i > 0; --i)
      std::swap(order[i], order[grove::detail::split_mix(place_.random) % (i + 1)]);
  }

  std::tuple<const Args&...> args_;
  std::tuple<typename detail::BatchOf<Args>::type...> batch_;
  detail::BatchPlace place_;
  std::size_t batch_size_ = 0;
  bool shuffle_ = true;
};

}  // namespace grove::optim
