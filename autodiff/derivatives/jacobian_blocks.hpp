// The Jacobian of a function from trees to trees, read by the paths of both.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../detail/message.hpp"
#include "../tree/path.hpp"
#include "jacobian.hpp"

namespace grove {

/// Where a leaf stands in a flattened tree.
struct LeafRange {
  tree::Path path;         ///< the leaf's path
  Eigen::Index first = 0;  ///< of its rows or columns in the matrix
  Eigen::Index size = 0;   ///< how many there are
};

/// A Jacobian with the leaves of its rows and columns. What jacobian_blocks returns.
template <class Value, class S>
struct JacobianBlocks {
  Value value;                                                ///< what the function returns, in plain numbers
  Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic> jacobian;  ///< all of it, in the order of tree::flatten
  std::vector<LeafRange> results;                             ///< where the leaves of the result are: its rows
  std::vector<LeafRange> params;                              ///< where the leaves of the params are: its columns

  /// The derivatives of the results at a path by the parameters at another: the entries of a leaf in the order of
  /// tree::flatten (by columns). A path may name a node, "layers[0]": all leaves below; "" is everything. Throws: Error
  /// for a path that is not there.
  auto block(std::string_view result, std::string_view param) const {
    const auto [i, m] = range(results, result, "result");
    const auto [j, n] = range(params, param, "parameter");
    return jacobian.block(i, j, m, n);
  }

 private:
  static std::pair<Eigen::Index, Eigen::Index> range(const std::vector<LeafRange>& leaves, std::string_view path,
                                                     const char* what) {
    Eigen::Index first = -1, size = 0;
    for (const LeafRange& leaf : leaves) {  // those below a node follow one another
      if (!leaf.path.starts_with(path)) continue;
      if (first < 0) first = leaf.first;
      size += leaf.size;
    }
    if (first < 0 && !path.empty()) throw_no_path(leaves, path, what);
    return {std::max<Eigen::Index>(first, 0), size};
  }
  [[noreturn]] static void throw_no_path(const std::vector<LeafRange>& leaves, std::string_view path,
                                         const char* what) {
    std::string text;
    for (const LeafRange& leaf : leaves) text += (text.empty() ? "" : ", ") + ('"' + leaf.path.string() + '"');
    throw Error(detail::fill("jacobian_blocks: there is no {} at \"{}\"; there are {}", {what, path, text}));
  }
};

namespace detail {

template <class T>
std::vector<LeafRange> leaf_ranges(const T& tree) {
  std::vector<LeafRange> list;
  Index first = 0;
  tree::detail::visit_leaves_with_path(
      [&](const tree::Path& path, const auto& leaf) {
        const auto size = static_cast<Index>(leaf_traits<bare<decltype(leaf)>>::size(leaf));
        list.push_back({path, first, size});
        first += size;
      },
      tree);
  return list;
}

}  // namespace detail

/// f's value and its Jacobian by blocks: `jacobian_blocks(f)(params, args…)`, for functions from trees to trees.
///
///   const auto j = grove::jacobian_blocks(model)(params, x);
///   j.block("prediction", "layers[0].weight");   // (scalars of the prediction) × (scalars of the weight)
///
/// Cost: that of value_and_jacobian. Throws: what f throws; `block` throws Error for a path that is not there.
template <class F>
auto jacobian_blocks(F f) {
  return [f = std::move(f)]<detail::Differentiable P, class... Args>(const P& params, const Args&... args) {
    using S = detail::innermost_scalar_t<P, Args...>;
    auto [value, jacobian] = value_and_jacobian(std::cref(f))(params, args...);
    auto results = detail::leaf_ranges(value);
    return JacobianBlocks<decltype(value), S>{std::move(value), std::move(jacobian), std::move(results),
                                              detail::leaf_ranges(params)};
  };
}

}  // namespace grove
