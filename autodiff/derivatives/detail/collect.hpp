// What the instances of a batch returned, put together in the form of the batch.
#pragma once

#include <iterator>
#include <tuple>
#include <utility>
#include <vector>

#include "../../operations/arrangement/join.hpp"
#include "../jvp.hpp"
#include "batch.hpp"

namespace grove::detail {

/// The type of a result that outlives the call: expressions become their values.
template <class R>
using settled_result_t = bare<decltype(settled(std::declval<const bare<R>&>()))>;

// ---- Several results ------------------------------------------------------------------------------------------------

/// Results of which each is collected by itself: their parts, and how these are joined again.
template <class R>
struct Several {
  static constexpr bool holds = false;
};
template <class... T>
struct Several<std::tuple<T...>> {
  static constexpr bool holds = true;
  using Types = std::tuple<T...>;
  static auto parts(auto& r) {
    return std::apply([](auto&... part) { return std::tie(part...); }, r);
  }
  template <class... P>
  static std::tuple<P...> join(P... part) {
    return {std::move(part)...};
  }
};
template <class A, class B>
struct Several<std::pair<A, B>> {
  static constexpr bool holds = true;
  using Types = std::tuple<A, B>;
  static auto parts(auto& r) { return std::tie(r.first, r.second); }
  template <class P, class Q>
  static std::pair<P, Q> join(P first, Q second) {
    return {std::move(first), std::move(second)};
  }
};
template <class A, class B>
struct Several<ValueAndGrad<A, B>> {
  static constexpr bool holds = true;
  using Types = std::tuple<A, B>;
  static auto parts(auto& r) { return std::tie(r.value, r.grads); }
  template <class P, class Q>
  static ValueAndGrad<P, Q> join(P value, Q grads) {
    return {std::move(value), std::move(grads)};
  }
};
template <class T>
struct Several<ValueAndTangent<T>> {
  static constexpr bool holds = true;
  using Types = std::tuple<T, T>;
  static auto parts(auto& r) { return std::tie(r.value, r.tangent); }
  template <class P>
  static ValueAndTangent<P> join(P value, P tangent) {
    return {std::move(value), std::move(tangent)};
  }
};

// ---- Lanes ----------------------------------------------------------------------------------------------------------

/// OneLane k of a leaf of batched numbers, or the leaf of a single instance as it is.
struct WholeLeaf {
  static const auto& of(const auto& leaf) { return leaf; }
};
struct OneLane {
  int k;
  auto of(const auto& leaf) const {
    if constexpr (Dense<decltype(leaf)>) {
      return leaf.unaryExpr([lane = k](const auto& x) { return x[lane]; });
    } else {
      return leaf[k];
    }
  }
};

/// An instance's result: as it is, or a lane of it.
template <class R>
R one_result(R&& result, WholeLeaf) {
  return std::move(result);
}
template <class R, class Batched>
R one_result(const Batched& result, OneLane lane) {
  R one{};
  if constexpr (!tree::Leaf<R>) tree::detail::match_structure(one, result);
  const auto take = [lane](auto& to, const auto& from) { to = lane.of(from); };
  tree::detail::visit(tree::detail::NoTrail{}, take, one, result);
  return one;
}

// ---- Collectors -----------------------------------------------------------------------------------------------------
//
// `put(i, result, which)` takes the result of instance i, in the order of the instances, from a result of one instance
// (WholeLeaf) or from a lane of one of several (OneLane). A collector is for n instances from `first` on; `take` puts
// those of another in their place, in the order of the instances, too.

[[noreturn, gnu::noinline, gnu::cold]] inline void throw_ragged(Index i, Index size, Index first, Index first_size) {
  throw ShapeError(
      fill("vmap: instance {} gave a vector of {} elements, instance {} one of {}; they are to be rows of one "
           "matrix (with a std::vector of instances they may differ)",
           {i, size, first, first_size}));
}

/// Which instances a collector is for.
struct InstanceRange {
  Index first, count;
};

/// The row of instance i.
template <class Rows, class Row>
void put_row(Rows& rows, InstanceRange all, Index i, const Row& row) {
  if constexpr (int(Rows::ColsAtCompileTime) == 1) {
    if (i == all.first) rows.resize(all.count, 1);
    rows(i - all.first) = row;
  } else {
    if (i == all.first) rows.resize(all.count, row.size());
    if (row.size() != rows.cols()) throw_ragged(i, row.size(), all.first, rows.cols());
    rows.row(i - all.first) = row.transpose();
  }
}

/// The rows of some of the instances.
template <class Rows>
void put_rows(Rows& rows, InstanceRange all, InstanceRange some, const Rows& part) {
  if (some.first == all.first) rows.resize(all.count, part.cols());
  if (part.cols() != rows.cols()) throw_ragged(some.first, part.cols(), all.first, rows.cols());
  rows.middleRows(some.first - all.first, some.count) = part;
}

/// A batch again, of results that are like its instances.
template <class B>
class BatchCollector {
 public:
  BatchCollector(const B& batch, InstanceRange range) : range_(range) { tree::detail::match_structure(whole_, batch); }
  template <class R, class Which>
  void put(Index i, const R& result, Which which) {
    const auto put_leaf = [&](auto& rows, const auto& row) { put_row(rows, range_, i, which.of(row)); };
    tree::detail::visit_leaves(put_leaf, whole_, result);
  }
  void take(BatchCollector&& part) {
    const auto put_leaf = [&](auto& rows, const auto& some) { put_rows(rows, range_, part.range_, some); };
    tree::detail::visit_leaves(put_leaf, whole_, part.whole_);
  }
  B finish() { return std::move(whole_); }

 private:
  InstanceRange range_;
  B whole_{};
};

/// Numbers as a column, columns as the rows of a matrix.
template <class Rows>
class RowsCollector {
 public:
  RowsCollector(const auto& /*batch*/, InstanceRange range) : range_(range) {}
  template <class R, class Which>
  void put(Index i, const R& row, Which which) {
    put_row(rows_, range_, i, which.of(row));
  }
  void take(RowsCollector&& part) { put_rows(rows_, range_, part.range_, part.rows_); }
  Rows finish() { return std::move(rows_); }

 private:
  InstanceRange range_;
  Rows rows_;
};

/// Anything, in a list.
template <class R>
class ListCollector {
 public:
  ListCollector(const auto& /*batch*/, InstanceRange range) { list_.reserve(static_cast<std::size_t>(range.count)); }
  template <class Result, class Which>
  void put(Index /*i*/, Result&& result, Which which) {
    list_.push_back(one_result<R>(std::forward<Result>(result), which));
  }
  void take(ListCollector&& part) {
    list_.insert(list_.end(), std::move_iterator(part.list_.begin()), std::move_iterator(part.list_.end()));
  }
  std::vector<R> finish() { return std::move(list_); }

 protected:
  std::vector<R> list_;
};

/// Variables, and columns of them, as an active vector or matrix.
template <class R>
class ActiveCollector : public ListCollector<R> {
 public:
  using ListCollector<R>::ListCollector;
  auto finish() { return settled_result_t<decltype(stack(this->list_))>(stack(this->list_)); }
};

template <class B, class R>
struct choose_collector;
template <class B, class R>
using Collector = typename choose_collector<B, R>::type;

template <class B, class R, class Types = typename Several<R>::Types>
class SeveralCollector;
template <class B, class R, class... T>
class SeveralCollector<B, R, std::tuple<T...>> {
 public:
  SeveralCollector(const B& batch, InstanceRange range) : parts_(Collector<B, T>(batch, range)...) {}
  template <class Result, class Which>
  void put(Index i, Result&& result, Which which) {
    const auto parts = Several<bare<Result>>::parts(result);
    [&]<std::size_t... K>(std::index_sequence<K...>) {
      if constexpr (std::is_same_v<Which, WholeLeaf>) {
        (std::get<K>(parts_).put(i, std::move(std::get<K>(parts)), which), ...);
      } else {
        (std::get<K>(parts_).put(i, std::get<K>(parts), which), ...);
      }
    }
    (std::index_sequence_for<T...>{});
  }
  void take(SeveralCollector&& other) {
    [&]<std::size_t... K>(std::index_sequence<K...>) {
      (std::get<K>(parts_).take(std::move(std::get<K>(other.parts_))), ...);
    }
    (std::index_sequence_for<T...>{});
  }
  auto finish() {
    return std::apply([](auto&... part) { return Several<R>::join(part.finish()...); }, parts_);
  }

 private:
  std::tuple<Collector<B, T>...> parts_;
};

template <class D>
struct collector_of_dense {
  static auto pick() {
    if constexpr (int(D::ColsAtCompileTime) != 1) {
      return std::type_identity<ListCollector<D>>{};
    } else if constexpr (!is_plain_eigen<D>) {
      return std::type_identity<ActiveCollector<D>>{};
    } else {
      constexpr bool is_array = plain_traits<D>::is_array;
      return std::type_identity<
          RowsCollector<plain_t<is_array, typename D::Scalar, Eigen::Dynamic, D::RowsAtCompileTime, false>>>{};
    }
  }
  using identity = decltype(pick());
};

template <class B, class R>
struct choose_collector {
  static auto pick() {
    constexpr bool is_instance = std::is_same_v<instance_t<B>, R>;
    if constexpr (is_instance && is_list<B>) {
      return std::type_identity<ListCollector<R>>{};
    } else if constexpr (is_instance && !is_var<tree::scalar_t<B>>) {
      return std::type_identity<BatchCollector<B>>{};
    } else if constexpr (Several<R>::holds) {
      return std::type_identity<SeveralCollector<B, R>>{};
    } else if constexpr (is_list<B>) {
      return std::type_identity<ListCollector<R>>{};
    } else if constexpr (std::is_arithmetic_v<R> && !std::is_same_v<R, bool>) {
      return std::type_identity<RowsCollector<Eigen::Matrix<R, Eigen::Dynamic, 1>>>{};
    } else if constexpr (is_var<R> || is_dual<R>) {
      return std::type_identity<ActiveCollector<R>>{};
    } else if constexpr (Dense<R>) {
      return typename collector_of_dense<R>::identity{};
    } else {
      return std::type_identity<ListCollector<R>>{};
    }
  }
  using type = typename decltype(pick())::type;
};

}  // namespace grove::detail
