// Which arguments of a loss are data, and rows of them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "../../../autodiff/derivatives/detail/rows.hpp"
#include "../../numerics/detail/check.hpp"
#include "chunk_tree.hpp"

namespace grove::mpi::detail {

/// The data among the arguments of a loss: those that are named, or else the first that has rows and all others with
/// as many.
class Examples {
 public:
  template <class... Args>
  Examples(std::string_view function, const std::vector<std::int64_t>& named, const Args&... args)
      : counts_{grove::detail::example_count(args)...} {
    for (const std::int64_t argument : named) {
      if (argument < 1 || argument > static_cast<std::int64_t>(counts_.size())) {
        throw HyperparameterError(
            optim::detail::fill("{}: data_arguments must lie in [1, {}], got {}; the params are argument 0",
                                {function, counts_.size(), argument}));
      }
      const std::int64_t count = counts_[static_cast<std::size_t>(argument - 1)];
      if (count < 0 || (count_ >= 0 && count != count_)) {
        throw DataError(optim::detail::fill("{}: argument {} of the loss has {} examples, and argument {} has {}",
                                            {function, named.front(), count_, argument, count}));
      }
      count_ = count;
    }
    is_data_.assign(counts_.size(), false);
    for (const std::int64_t argument : named) is_data_[static_cast<std::size_t>(argument - 1)] = true;
    if (!named.empty()) return;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (count_ < 0) count_ = counts_[i];
      is_data_[i] = counts_[i] >= 0 && counts_[i] == count_;
    }
  }

  /// How many there are; -1 if no argument is data.
  std::int64_t count() const { return count_; }

  /// Calls f with the arguments, of the data only these rows. Rows are copied, into memory that is aligned as all is:
  /// where a sum begins to be vectorized depends on that.
  template <class F, class... Args>
  decltype(auto) with_rows(const Range& rows, const F& f, const Args&... args) const {
    return [&]<std::size_t... I>(std::index_sequence<I...>)->decltype(auto) {
      (grove::detail::check_type_of_data<Args>("mpi", I + 1, is_data_[I]), ...);
      [[maybe_unused]] const std::tuple<decltype(rows_of(rows, true, args))...> parts(
          rows_of(rows, is_data_[I], args)...);
      return f(std::get<I>(parts)...);
    }
    (std::index_sequence_for<Args...>{});
  }

 private:
  template <class T>
  static decltype(auto) rows_of(const Range& rows, bool is_data, const T& data) {
    using Part = typename grove::detail::BatchOf<T>::type;
    if constexpr (grove::detail::DenseData<T>) {
      if (!is_data) return Part(data);
      return Part(data.middleRows(static_cast<Eigen::Index>(rows.begin), static_cast<Eigen::Index>(rows.count())));
    } else if constexpr (grove::detail::is_list<T>) {
      if (!is_data) return T(data);
      return T(data.begin() + rows.begin, data.begin() + rows.end);
    } else {
      return (data);
    }
  }

  std::vector<std::int64_t> counts_;
  std::int64_t count_ = -1;
  std::vector<bool> is_data_;
};

}  // namespace grove::mpi::detail
