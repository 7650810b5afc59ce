// What the instances of a batch returned, put together in the form of the batch.
#pragma once

#include <tuple>
#include <utility>
#include <vector>

#include "../../operations/arrangement/join.hpp"
#include "../jvp.hpp"
#include "batch.hpp"

namespace grove::detail {

/// A result that outlives the call: expressions become their values.
template <class R>
struct settled_result {
  static auto pick() {
    if constexpr (is_expr<R>) {
      return std::type_identity<handle_t<R>>{};
    } else if constexpr (EigenDense<R>) {
      return std::type_identity<typename R::PlainObject>{};
    } else {
      return std::type_identity<R>{};
    }
  }
  using type = typename decltype(pick())::type;
};
template <class R>
using settled_result_t = typename settled_result<bare<R>>::type;

/// Results that are several: each is collected by itself.
template <class R>
inline constexpr bool is_several = false;
template <class... T>
inline constexpr bool is_several<std::tuple<T...>> = true;
template <class A, class B>
inline constexpr bool is_several<std::pair<A, B>> = true;
template <class A, class B>
inline constexpr bool is_several<ValueAndGrad<A, B>> = true;
template <class T>
inline constexpr bool is_several<ValueAndTangent<T>> = true;

/// A column of plain numbers, which has a row of a matrix.
template <class R>
inline constexpr bool is_plain_column = false;
template <EigenDense R>
inline constexpr bool is_plain_column<R> = is_plain_eigen<R>&& int(R::ColsAtCompileTime) == 1;
template <class R>
inline constexpr bool is_active_column = false;
template <ActiveDense R>
inline constexpr bool is_active_column<R> = int(R::ColsAtCompileTime) == 1;

[[noreturn, gnu::noinline, gnu::cold]] inline void throw_ragged(Index i, Index size, Index first) {
  throw ShapeError(
      fill("vmap: instance {} gave a vector of {} elements, instance 0 one of {}; they are to be rows of one "
           "matrix (with a std::vector of instances they may differ)",
           {i, size, first}));
}

/// Row i of n.
template <class Rows, class Row>
void put_row(Rows& rows, Index n, Index i, const Row& row) {
  if constexpr (int(Rows::ColsAtCompileTime) == 1) {
    if (i == 0) rows.resize(n, 1);
    rows(i) = row;
  } else {
    if (i == 0) rows.resize(n, row.size());
    if (row.size() != rows.cols()) throw_ragged(i, row.size(), rows.cols());
    rows.row(i) = row.transpose();
  }
}

/// A batch like `batch`, of these instances.
template <class B>
B batch_like(const B& batch, const std::vector<instance_t<B>>& list) {
  B whole{};
  tree::detail::match_structure(whole, batch);
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto put = [&](auto& rows, const auto& row) { put_row(rows, Index(list.size()), Index(i), row); };
    tree::detail::visit_leaves(put, whole, list[i]);
  }
  return whole;
}

/// Numbers make a column, columns the rows of a matrix; anything else stays a list.
template <class R>
auto rows_of_list(std::vector<R>&& list) {
  if constexpr (std::is_arithmetic_v<R> && !std::is_same_v<R, bool>) {
    return Eigen::Matrix<R, Eigen::Dynamic, 1>(
        Eigen::Map<const Eigen::Matrix<R, Eigen::Dynamic, 1>>(list.data(), Index(list.size())));
  } else if constexpr (is_plain_column<R>) {
    using Rows = plain_t<plain_traits<R>::is_array, typename R::Scalar, Eigen::Dynamic, R::RowsAtCompileTime, false>;
    Rows rows;
    for (std::size_t i = 0; i < list.size(); ++i) put_row(rows, Index(list.size()), Index(i), list[i]);
    return rows;
  } else if constexpr (is_var<R> || is_dual<R> || is_active_column<R>) {
    return settled_result_t<decltype(stack(list))>(stack(list));
  } else {
    return std::move(list);
  }
}

template <class B, class R>
auto collect(const B& batch, std::vector<R>&& list);

/// The member of each result that `member` chooses, collected.
template <class B, class R, class Member>
auto collect_member(const B& batch, std::vector<R>& list, const Member& member) {
  std::vector<bare<decltype(member(list[0]))>> members;
  members.reserve(list.size());
  for (R& result : list) members.push_back(std::move(member(result)));
  return collect(batch, std::move(members));
}
template <class B, class... T>
auto collect_members(const B& batch, std::vector<std::tuple<T...>>& list) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return std::tuple{collect_member(
        batch, list, [](auto& r) -> auto& { return std::get<I>(r); })...};
  }
  (std::index_sequence_for<T...>{});
}
template <class B, class X, class Y>
auto collect_members(const B& batch, std::vector<std::pair<X, Y>>& list) {
  return std::pair{collect_member(
                       batch, list, [](auto& r) -> auto& { return r.first; }),
                   collect_member(
                       batch, list, [](auto& r) -> auto& { return r.second; })};
}
template <class B, class X, class Y>
auto collect_members(const B& batch, std::vector<ValueAndGrad<X, Y>>& list) {
  auto value = collect_member(
      batch, list, [](auto& r) -> auto& { return r.value; });
  auto grads = collect_member(
      batch, list, [](auto& r) -> auto& { return r.grads; });
  return ValueAndGrad<decltype(value), decltype(grads)>{std::move(value), std::move(grads)};
}
template <class B, class T>
auto collect_members(const B& batch, std::vector<ValueAndTangent<T>>& list) {
  auto value = collect_member(
      batch, list, [](auto& r) -> auto& { return r.value; });
  auto tangent = collect_member(
      batch, list, [](auto& r) -> auto& { return r.tangent; });
  return ValueAndTangent<decltype(value)>{std::move(value), std::move(tangent)};
}

/// True if results of type R make a batch of type B again.
template <class B, class R>
consteval bool makes_batch() {
  if constexpr (!std::is_same_v<instance_t<B>, R>) {
    return false;
  } else {
    return is_list<B> || !is_var<tree::scalar_t<B>>;
  }
}

/// The results in the form of `batch`.
template <class B, class R>
auto collect(const B& batch, std::vector<R>&& list) {
  if constexpr (makes_batch<B, R>()) {
    if constexpr (is_list<B>) {
      return std::move(list);
    } else {
      return batch_like(batch, list);
    }
  } else if constexpr (is_several<R>) {
    return collect_members(batch, list);
  } else if constexpr (is_list<B>) {
    return std::move(list);
  } else {
    return rows_of_list(std::move(list));
  }
}

}  // namespace grove::detail
