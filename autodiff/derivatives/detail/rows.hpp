// Rows of data: which arguments of a loss have them, and how some of them become arguments of their own.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "../../detail/message.hpp"
#include "../../error.hpp"
#include "batch.hpp"

namespace grove::detail {

template <class T>
concept DenseData = std::is_base_of_v<Eigen::DenseBase<T>, T>;

/// The examples in an argument of a loss; -1 for what is no data.
template <class T>
std::int64_t example_count(const T& data) {
  if constexpr (DenseData<T>) {
    return data.rows();
  } else if constexpr (is_list<T>) {
    return static_cast<std::int64_t>(data.size());
  } else {
    return -1;
  }
}

/// What some rows of an argument are kept in: the same with any number of rows.
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

/// The number of rows that the type of an argument says; -1 for others.
template <class A>
inline constexpr int fixed_rows = -1;
template <DenseData A>
inline constexpr int fixed_rows<A> = A::RowsAtCompileTime;

/// Throws: DataError if an argument is data and its type says how many rows it has: parts of it would be of another
/// type, and a loss that asks for this one would read beyond their end.
template <class A>
void check_type_of_data(const char* caller, std::size_t argument, bool is_data) {
  if (!is_data || fixed_rows<A> <= 1) return;
  throw DataError(
      fill("{}: argument {} of the loss has {} rows by its type, and cannot be cut; make it an Eigen array with a "
           "dynamic number of rows",
           {caller, argument, fixed_rows<A>}));
}
/// The same of all arguments behind the params.
template <class... Args>
void check_types_of_data([[maybe_unused]] const char* caller,
                         [[maybe_unused]] std::span<const bool, sizeof...(Args)> is_data) {
  [[maybe_unused]] std::size_t argument = 0;
  ((check_type_of_data<Args>(caller, argument + 1, is_data[argument]), ++argument), ...);
}

/// `count` examples from `begin` on.
template <class T>
void take_rows(typename BatchOf<T>::type& batch, const T& data, std::int64_t begin, std::int64_t count) {
  if constexpr (DenseData<T>) {
    batch = data.middleRows(begin, count);
  } else if constexpr (is_list<T>) {
    batch.assign(data.begin() + begin, data.begin() + begin + count);
  }
}

/// The examples that most of the arguments have: the largest number if there are several such.
inline std::int64_t most_common_count(std::span<const std::int64_t> counts) {
  std::int64_t best = -1;
  std::ptrdiff_t votes = 0;
  for (const std::int64_t count : counts) {
    const auto same = std::count(counts.begin(), counts.end(), count);
    if (count > 0 && (same > votes || (same == votes && count > best))) {
      best = count;
      votes = same;
    }
  }
  return best;
}

/// Marks the arguments that are data, and returns the number of their examples. `counts` are those of the arguments
/// behind the params; `named` those that the user says are data (the params are argument 0), or none for a guess.
inline std::int64_t choose_data(const char* caller, const char* what_for, std::span<const std::int64_t> counts,
                                std::span<const std::int64_t> named, std::span<bool> is_data) {
  std::fill(is_data.begin(), is_data.end(), false);
  std::int64_t examples = -1;
  for (const std::int64_t argument : named) {
    if (argument < 1 || argument > static_cast<std::int64_t>(counts.size()))
      throw HyperparameterError(fill("{}: data_arguments must lie in [1, {}], got {}; the params are argument 0",
                                     {caller, counts.size(), argument}));
    const std::int64_t count = counts[static_cast<std::size_t>(argument - 1)];
    if (count <= 0)
      throw DataError(fill("{}: argument {} of the loss has no examples to make {} of", {caller, argument, what_for}));
    if (examples >= 0 && count != examples)
      throw DataError(fill("{}: argument {} of the loss has {} examples, and argument {} has {}",
                           {caller, named.front(), examples, argument, count}));
    examples = count;
    is_data[static_cast<std::size_t>(argument - 1)] = true;
  }
  if (!named.empty()) return examples;
  examples = most_common_count(counts);
  if (examples <= 0)
    throw DataError(fill("{}: {} need a matrix or a vector of examples as argument of the loss", {caller, what_for}));
  for (std::size_t i = 0; i < counts.size(); ++i) is_data[i] = counts[i] == examples;
  return examples;
}

}  // namespace grove::detail
