// Which parameters the numbers of an evaluation depend on, and which pairs of them an operation joins, from the list of
// operations.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "observed.hpp"

namespace grove::detail {

/// Entries of a matrix: the columns of each row, increasing.
using PatternRows = std::vector<std::vector<Eigen::Index>>;

/// The sets of parameters that operations depend on, the oldest operation first. A set lives until its last use.
class Dependencies {
 public:
  using Set = std::vector<std::uint32_t>;  // origins of parameters, increasing
  using Shared = std::shared_ptr<const Set>;

  /// For the operations that are marked as needed, whose operands become needed, too.
  Dependencies(const Origins& list, std::vector<bool> needed)
      : list_(list), needed_(std::move(needed)), sets_(list.size()), uses_(list.size(), 0) {
    for (std::size_t k = list_.size(); k-- > 1;) {
      if (!needed_[k]) continue;
      for (const std::uint32_t origin : list_[k]) {
        if (origin == 0) continue;
        needed_[origin] = true;
        ++uses_[origin];
      }
    }
  }

  /// Keeps the set of an operation for one more use.
  void keep(std::uint32_t origin) { ++uses_[origin]; }
  /// A use of it.
  Shared take(std::uint32_t origin) { return --uses_[origin] == 0 ? std::move(sets_[origin]) : sets_[origin]; }
  void enter(std::size_t k) {
    if (!needed_[k]) return;
    const auto [a, b] = list_[k];
    if (a == 0 && b == 0) {  // a parameter
      sets_[k] = std::make_shared<const Set>(1, static_cast<std::uint32_t>(k));
    } else {
      sets_[k] = a == 0 ? take(b) : b == 0 ? take(a) : united(take(a), take(b));
    }
    if (uses_[k] == 0) sets_[k] = nullptr;
  }

 private:
  static Shared united(const Shared& a, const Shared& b) {
    if (a == b || std::includes(a->begin(), a->end(), b->begin(), b->end())) return a;
    if (std::includes(b->begin(), b->end(), a->begin(), a->end())) return b;
    auto both = std::make_shared<Set>();
    both->reserve(a->size() + b->size());
    std::set_union(a->begin(), a->end(), b->begin(), b->end(), std::back_inserter(*both));
    return both;
  }

  const Origins& list_;
  std::vector<bool> needed_;
  std::vector<Shared> sets_;
  std::vector<std::uint32_t> uses_;
};

/// The pattern of the Jacobian: row i has the parameters that the number of origin results[i] depends on.
inline PatternRows jacobian_rows(const Origins& list, const std::vector<std::uint32_t>& results) {
  std::vector<bool> needed(list.size(), false);
  for (const std::uint32_t origin : results) {
    if (origin != 0) needed[origin] = true;
  }
  Dependencies dependencies(list, std::move(needed));
  for (const std::uint32_t origin : results) {
    if (origin != 0) dependencies.keep(origin);
  }
  for (std::size_t k = 1; k < list.size(); ++k) dependencies.enter(k);
  PatternRows rows(results.size());
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (results[i] == 0) continue;
    const Dependencies::Shared set = dependencies.take(results[i]);
    for (const std::uint32_t origin : *set) rows[i].push_back(Eigen::Index(origin) - 1);
  }
  return rows;
}

/// How an operation bends: in none of its operands, in both together only (a product), in the second and both, or in
/// every way.
enum class Curved { never, between, in_second, everywhere };
inline Curved curved(const ObservedOperation& made) {
  constexpr std::array<std::string_view, 16> straight{"parameter", "+",       "-",       "copy",     "Abs",   "Relu",
                                                      "LeakyRelu", "maximum", "minimum", "Sign",     "Floor", "Ceil",
                                                      "Round",     "Rint",    "Trunc",   "remainder"};
  const bool second_constant = made.operands[1].origin == 0;
  if (std::find(straight.begin(), straight.end(), made.name) != straight.end()) return Curved::never;
  if (made.name == "*") {
    return second_constant || made.operands[0].origin == 0 ? Curved::never : Curved::between;
  }
  if (made.name == "/") return second_constant ? Curved::never : Curved::in_second;
  return Curved::everywhere;
}

/// The pattern of the Hessian, symmetric and with its diagonal, of the number of origin `result` in n parameters.
inline PatternRows hessian_rows(const Observations& list, std::uint32_t result, std::size_t n) {
  std::vector<bool> reached(list.size(), false), needed(list.size(), false);
  if (result != 0) reached[result] = true;
  for (std::size_t k = result; k > 0; --k) {
    if (!reached[k]) continue;
    for (const ObservedOperand& x : list[k].operands) {
      if (x.origin == 0) continue;
      reached[x.origin] = true;
      if (curved(list[k]) != Curved::never) needed[x.origin] = true;
    }
  }
  Origins origins_of(list.size());
  std::transform(list.begin(), list.end(), origins_of.begin(), [](const ObservedOperation& made) {
    return Origins::value_type{made.operands[0].origin, made.operands[1].origin};
  });
  Dependencies dependencies(origins_of, std::move(needed));
  const auto is_curved = [&](std::size_t k) { return reached[k] && curved(list[k]) != Curved::never; };
  for (std::size_t k = 1; k < list.size(); ++k) {
    if (!is_curved(k)) continue;
    for (const ObservedOperand& x : list[k].operands) {
      if (x.origin != 0) dependencies.keep(x.origin);
    }
  }
  std::unordered_set<std::uint64_t> pairs;
  const auto join = [&](const Dependencies::Set& a, const Dependencies::Set& b) {
    for (const std::uint32_t i : a) {
      for (const std::uint32_t j : b) pairs.insert(std::uint64_t(std::max(i, j) - 1) * n + std::min(i, j) - 1);
    }
  };
  const Dependencies::Set none;
  for (std::size_t k = 1; k < list.size(); ++k) {
    if (is_curved(k)) {
      const ObservedOperation& made = list[k];
      const auto of = [&](std::uint32_t origin) { return origin == 0 ? nullptr : dependencies.take(origin); };
      const Dependencies::Shared a = of(made.operands[0].origin), b = of(made.operands[1].origin);
      const Dependencies::Set &first = a ? *a : none, &second = b ? *b : none;
      const Curved how = curved(made);
      join(first, second);
      if (how == Curved::everywhere) join(first, first);
      if (how != Curved::between) join(second, second);
    }
    dependencies.enter(k);
  }
  PatternRows rows(n);
  for (std::size_t i = 0; i < n; ++i) rows[i].push_back(static_cast<Eigen::Index>(i));
  for (const std::uint64_t pair : pairs) {
    const std::uint64_t i = pair / n, j = pair % n;
    if (i == j) continue;
    rows[i].push_back(static_cast<Eigen::Index>(j));
    rows[j].push_back(static_cast<Eigen::Index>(i));
  }
  for (auto& row : rows) std::sort(row.begin(), row.end());
  return rows;
}

}  // namespace grove::detail
