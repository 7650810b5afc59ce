// Between trees and the flat vector of doubles that the gradient check works on.
#pragma once

#include <tuple>
#include <type_traits>
#include <utility>

#include "../../error.hpp"
#include "../../tree/map.hpp"
#include "../options.hpp"
#include "../report.hpp"
#include "problem.hpp"

namespace grove::detail::check {

template <class Tree>
std::vector<FlatLeaf> leaf_table(const Tree& t) {
  std::vector<FlatLeaf> leaves;
  Eigen::Index offset = 0;
  tree::for_each_with_path(
      [&](const tree::Path& path, const auto& leaf) {
        using View = std::remove_cvref_t<decltype(leaf)>;
        FlatLeaf entry{path.string(), offset};
        if constexpr (std::is_floating_point_v<View>) {
          entry.scalar = true;
          entry.single = std::is_same_v<View, float>;
        } else {
          entry.rows = leaf.rows();
          entry.cols = leaf.cols();
          entry.single = std::is_same_v<typename View::Scalar, float>;
        }
        offset += entry.size();
        leaves.push_back(std::move(entry));
      },
      t);
  return leaves;
}

// Calls f(scalar, next double) for every number of the tree, leaf by leaf and column by column.
template <class Tree, class Flat, class F>
void zip_flat(Tree& t, Flat& flat, F&& f) {
  Eigen::Index k = 0;
  tree::for_each(
      [&](auto&& leaf) {
        if constexpr (std::is_floating_point_v<std::remove_cvref_t<decltype(leaf)>>) {
          f(leaf, flat[k++]);
        } else {
          for (Eigen::Index j = 0; j < leaf.cols(); ++j)
            for (Eigen::Index i = 0; i < leaf.rows(); ++i) f(leaf(i, j), flat[k++]);
        }
      },
      t);
}

template <class Tree>
Eigen::VectorXd to_flat(const Tree& t, const std::vector<FlatLeaf>& leaves) {
  Eigen::VectorXd flat(leaves.empty() ? 0 : leaves.back().offset + leaves.back().size());
  zip_flat(t, flat, [](const auto& number, double& slot) { slot = static_cast<double>(number); });
  return flat;
}

template <class Tree>
void from_flat(const Eigen::VectorXd& flat, Tree& t) {
  zip_flat(t, flat,
           [](auto& number, double slot) { number = static_cast<std::remove_cvref_t<decltype(number)>>(slot); });
}

template <class Params, class Tree>
FlatProblem::Gradient flat_gradient(const Tree& gradient, double value) {
  FlatProblem::Gradient result;
  result.leaves = leaf_table(gradient);
  result.entries = to_flat(gradient, result.leaves);
  result.value = value;
  result.same_type = std::is_same_v<Params, Tree>;
  return result;
}

// The leaves and the point of a problem; throws if writing one leaf changes another.
template <class Tree>
FlatProblem flat_problem(const char* name, const Tree& params) {
  FlatProblem problem;
  problem.name = name;
  problem.leaves = leaf_table(params);
  problem.params = to_flat(params, problem.leaves);
  Eigen::VectorXd numbered = problem.params;
  for (Eigen::Index k = 0; k < numbered.size(); ++k) numbered[k] = static_cast<double>(k);
  Tree copy = params;
  from_flat(numbered, copy);
  const Eigen::VectorXd seen = to_flat(copy, problem.leaves);
  for (const auto& leaf : problem.leaves)
    if (leaf.size() > 0 && std::abs(seen[leaf.offset] - numbered[leaf.offset]) > 0.5)
      throw StructureError(
          fill("{}: {}: shares its memory with another leaf; register each member once", {name, leaf.label()}));
  return problem;
}

template <class T>
inline constexpr bool is_options = std::is_same_v<std::remove_cvref_t<T>, GradcheckOptions>;

// Calls f(options, args…) with the options that end `args`, or with the default ones.
template <class F, class... Args>
decltype(auto) with_options(F&& f, const Args&... args) {
  constexpr std::size_t n = sizeof...(Args);
  const auto all = std::tie(args...);
  const auto call = [&]<std::size_t... I>(const GradcheckOptions& options, std::index_sequence<I...>)->decltype(auto) {
    return f(options, std::get<I>(all)...);
  };
  if constexpr (n > 0) {
    if constexpr (is_options<std::tuple_element_t<n - 1, std::tuple<Args...>>>)
      return call(std::get<n - 1>(all), std::make_index_sequence<n - 1>{});
    else
      return call(GradcheckOptions{}, std::make_index_sequence<n>{});
  } else {
    return call(GradcheckOptions{}, std::index_sequence<>{});
  }
}

inline void throw_unless_ok(const GradcheckReport& report) {
  if (!report.ok()) throw GradcheckError(to_string(report));
}

}  // namespace grove::detail::check
