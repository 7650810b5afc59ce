// Bounds of params.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "../../autodiff/tree/tree.hpp"
#include "../numerics/detail/check.hpp"
#include "../protocol/mask.hpp"

namespace grove::optim {

/// A bound for each param. It can be made of
///   - one number for all;
///   - a map from the first steps of a path to the bound: `{{"rate", 0.0}, {"layers[1]", -1.0}}`; the longest entry
///   that
///     fits counts, and what none covers is not bounded;
///   - a function of the path, `[](const tree::Path& p) { return p.ends_with("rate") ? 0.0 : -INFINITY; }`;
///   - a tree like the params.
/// Infinite bounds bound nothing. NaN is a HyperparameterError.
class ParamBounds {
 public:
  /// Bounds by beginnings of paths; the longest that fits counts.
  using Prefixes = std::map<std::string, double>;

  /// No bounds.
  ParamBounds() = default;
  /// One bound for all params.
  ParamBounds(double bound) : ParamBounds([bound](const tree::Path&) { return bound; }) {}
  /// Bounds by beginnings of paths.
  ParamBounds(std::initializer_list<Prefixes::value_type> prefixes) : ParamBounds(Prefixes(prefixes)) {}
  /// Bounds by beginnings of paths.
  ParamBounds(Prefixes prefixes) : prefixes_(std::move(prefixes)) {
    for (const auto& entry : prefixes_) check(entry.first, entry.second);
  }
  /// A function from the path of a leaf to its bound.
  template <class F>
  requires std::is_invocable_r_v<double, const F&, const tree::Path&> ParamBounds(F f) : function_(std::move(f)) {
    detail::check_given("least_squares", "the function of bounds", function_);
  }
  /// A tree of the shape of the params.
  template <tree::Pytree Tree>
  requires(!std::is_arithmetic_v<Tree> && !std::is_invocable_r_v<double, const Tree&, const tree::Path&> &&
           !std::is_same_v<Tree, Prefixes> && !std::is_same_v<Tree, ParamBounds>) ParamBounds(const Tree& tree)
      : values_(tree::flatten(tree).template cast<double>()), structure_(tree::structure(tree)) {
    for (const double bound : values_) check("a tree of bounds", bound);
  }

  /// The bounds of `params` in the order of tree::flatten; `none` where there is none.
  /// Throws: StructureError if a tree of bounds is not like the params, or an entry of a map fits no leaf.
  template <class P>
  Eigen::VectorXd of(const P& params, double none) const {
    if (structure_) {
      if (!(tree::structure(params) == *structure_)) {
        throw StructureError(detail::fill("least_squares: the bounds are {} and the params {}",
                                          {structure_->string(), tree::structure(params).string()}));
      }
      return values_;
    }
    Eigen::VectorXd bounds = Eigen::VectorXd::Constant(tree::size(params), none);
    if (!prefixes_.empty()) {
      std::map<std::string, double> all = prefixes_;
      all.emplace("", none);  // an entry that fits every path
      const std::vector<double> of_leaves = PerLeaf<double>(all).of(params, "least_squares: bounds");
      spread(params, bounds, [&](const tree::Path&, std::size_t leaf) { return of_leaves[leaf]; });
    } else if (function_) {
      spread(params, bounds, [&](const tree::Path& path, std::size_t) {
        const double bound = function_(path);
        check(path.string(), bound);
        return bound;
      });
    }
    return bounds;
  }

 private:
  static void check(const std::string& what, double bound) {
    if (std::isnan(bound)) {
      throw HyperparameterError(detail::fill("least_squares: {}: a bound is nan; infinity bounds nothing", {what}));
    }
  }
  template <class P, class Bound>
  static void spread(const P& params, Eigen::VectorXd& bounds, const Bound& bound) {
    Eigen::Index position = 0;
    std::size_t leaf = 0;
    detail::for_each_shape(
        [&](const tree::Path& path, const LeafShape& shape) {
          bounds.segment(position, shape.size()).setConstant(bound(path, leaf++));
          position += shape.size();
        },
        params);
  }

  Prefixes prefixes_;
  std::function<double(const tree::Path&)> function_;
  Eigen::VectorXd values_;
  std::optional<tree::Structure> structure_;
};

}  // namespace grove::optim
