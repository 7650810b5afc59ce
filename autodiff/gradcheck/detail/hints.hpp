// Cheap patterns in wrong gradients, each a sentence that says where to look.
#pragma once

#include <iterator>

#include "findings.hpp"

namespace grove::detail::check {

// Analytic and numeric entries of a leaf, as far as both are known.
struct LeafPair {
  const FlatProblem& problem;
  const Findings& findings;
  std::size_t leaf;
  const FlatLeaf& shape = problem.leaves[leaf];
  std::vector<double> analytic = {};
  std::vector<double> numeric = {};

  std::size_t size() const { return numeric.size(); }
  bool complete() const { return static_cast<Eigen::Index>(size()) == shape.size(); }
  double tiny() const {
    double largest = 0;
    for (double each : numeric) largest = std::max(largest, std::abs(each));
    return 1e-6 * largest;
  }
  bool close(double a, double b) const { return std::abs(a - b) <= 1e-5 * std::max(std::abs(a), std::abs(b)) + tiny(); }
};

inline LeafPair leaf_pair(const FlatProblem& problem, const Findings& findings, std::size_t i) {
  LeafPair pair{problem, findings, i};
  const FlatLeaf& leaf = pair.shape;
  for (Eigen::Index k = leaf.offset; k < leaf.offset + leaf.size(); ++k) {
    if (!std::isfinite(findings.numeric[k]) || !std::isfinite(findings.analytic[k])) continue;
    pair.analytic.push_back(findings.analytic[k]);
    pair.numeric.push_back(findings.numeric[k]);
  }
  return pair;
}

// The one ratio analytic/numeric that all entries share; NaN if they do not.
inline double common_ratio(const LeafPair& leaf) {
  double ratio = not_a_number;
  for (std::size_t k = 0; k < leaf.size(); ++k) {
    const double a = leaf.analytic[k], n = leaf.numeric[k];
    if (std::abs(a) <= leaf.tiny() && std::abs(n) <= leaf.tiny()) continue;
    const double own = a / n;
    if (std::isnan(ratio)) ratio = own;
    if (std::abs(own - ratio) > 1e-5 * std::abs(ratio)) return not_a_number;
  }
  return ratio;
}

// What a whole number n suggests when every entry is n times too large, or too small.
inline std::string factor_hint(double n, bool large) {
  if (n == 2) return large ? "the derivative of a square, or counted twice?" : "is the 2 of a square missing?";
  return fill(large ? "is a 1/{} of a mean missing, or a term counted {} times?"
                    : "a mean over {} taken twice, or {} terms not summed?",
              {n, n});
}

inline std::string ratio_hint(const LeafPair& leaf) {
  const double ratio = common_ratio(leaf);
  if (!std::isfinite(ratio) || std::abs(ratio - 1) <= 1e-6) return {};
  const std::string all = leaf.size() == 1 ? "the only entry is" : "all entries are";
  const bool large = std::abs(ratio) >= 1;
  const double factor = large ? std::abs(ratio) : 1 / std::abs(ratio), whole = std::round(factor);
  const bool is_whole = std::abs(factor - whole) <= 1e-5 * factor && whole < 1e4;
  if (is_whole && whole == 1) return all + " right in size but the sign is flipped";
  if (!is_whole) return fill("{} off by the same factor {}", {all, number(ratio, "{:.6g}")});
  return fill("{} off by factor {}{} (too {}){}; {}",
              {all, large ? "" : "1/", whole, large ? "large" : "small", ratio < 0 ? " and the sign is flipped" : "",
               factor_hint(whole, large)});
}

// Which numeric entry an analytic one equals, in a leaf of that shape.
using Rearrangement = std::size_t (*)(std::size_t k, std::size_t rows, std::size_t cols);

inline bool matches(const LeafPair& leaf, std::size_t rows, Rearrangement source) {
  for (std::size_t k = 0; k < leaf.size(); ++k)
    if (!leaf.close(leaf.analytic[k], leaf.numeric[source(k, rows, leaf.size() / rows)])) return false;
  return true;
}

inline std::string rearrangement_hint(const LeafPair& leaf) {
  using Index = std::size_t;
  const Index n = leaf.size(), rows = static_cast<Index>(leaf.shape.rows), cols = n / rows;
  if (n < 2 || !leaf.complete()) return {};
  if (rows == cols && matches(leaf, rows, [](Index k, Index r, Index c) { return (k % r) * c + k / r; }))
    return "transposed: analytic(i,j) equals numeric(j,i)";
  if (rows > 1 && cols > 1 && rows != cols &&
      matches(leaf, rows, [](Index k, Index r, Index c) { return (k / c) + (k % c) * r; }))
    return "row and column order swapped: the entries are right, but stored row by row where columns come first";
  if (matches(leaf, rows, [](Index k, Index r, Index c) { return (k + 1) % (r * c); }) ||
      matches(leaf, rows, [](Index k, Index r, Index c) { return (k + r * c - 1) % (r * c); }))
    return "off by one: every entry holds the derivative of its neighbour";
  if (matches(leaf, rows, [](Index k, Index r, Index c) { return r * c - 1 - k; })) return "in reverse order";
  return {};
}

inline std::string offset_hint(const LeafPair& leaf) {
  if (leaf.size() < 3) return {};
  const double first = leaf.analytic[0] - leaf.numeric[0];
  for (std::size_t k = 1; k < leaf.size(); ++k)
    if (std::abs(leaf.analytic[k] - leaf.numeric[k] - first) > 1e-5 * std::abs(first)) return {};
  return fill("every entry is off by the same {}", {number(first, "{:.6g}")});
}

inline std::string flipped_hint(const LeafPair& leaf) {
  int flipped = 0;
  for (std::size_t k = 0; k < leaf.size(); ++k) {
    if (!leaf.close(std::abs(leaf.analytic[k]), std::abs(leaf.numeric[k]))) return {};
    flipped += leaf.close(leaf.analytic[k], leaf.numeric[k]) ? 0 : 1;
  }
  if (flipped == 0) return {};
  return fill("sign flipped in {} of {} entries, all right in size", {flipped, leaf.size()});
}

// Errors that fill one row, one column or one entry.
inline std::string location_hint(const LeafPair& leaf) {
  const FlatLeaf& shape = leaf.shape;
  const Findings& findings = leaf.findings;
  std::vector<Eigen::Index> bad;
  for (Eigen::Index k = 0; k < shape.size(); ++k)
    if (is_failure(findings.entry_verdicts[static_cast<std::size_t>(shape.offset + k)])) bad.push_back(k);
  if (bad.empty() || shape.size() < 2 || !leaf.complete()) return {};
  const auto same = [&](auto part) {
    return std::all_of(bad.begin(), bad.end(), [&](Eigen::Index k) { return part(k) == part(bad.front()); });
  };
  if (bad.size() == 1) return fill("only entry {} is wrong", {shape.index(bad.front())});
  const auto row = [&](Eigen::Index k) { return k % shape.rows; };
  const auto column = [&](Eigen::Index k) { return k / shape.rows; };
  if (shape.rows > 1 && same(row)) return fill("only row {} is wrong", {row(bad.front())});
  if (shape.cols > 1 && same(column)) return fill("only column {} is wrong", {column(bad.front())});
  return {};
}

inline std::string zero_hint(const LeafPair& leaf) {
  for (const double each : leaf.analytic)
    if (each != 0) return {};
  return "the gradient is zero everywhere, but the value does depend on it: was the parameter turned into a plain "
         "number "
         "(value_of, stop_gradient, a cast)?";
}

inline std::string swapped_hint(const LeafPair& leaf) {
  const auto& leaves = leaf.problem.leaves;
  for (std::size_t j = 0; j < leaves.size() && leaf.complete(); ++j) {
    if (j == leaf.leaf || leaves[j].size() != leaf.shape.size()) continue;
    const LeafPair other = leaf_pair(leaf.problem, leaf.findings, j);
    if (!other.complete() || other.tiny() == 0) continue;
    bool same = true;
    for (std::size_t k = 0; same && k < leaf.size(); ++k) same = leaf.close(leaf.analytic[k], other.numeric[k]);
    if (same) return "holds the gradient of " + leaves[j].label();
  }
  return {};
}

// What each says of a leaf with a wrong gradient, or nothing; the first that speaks is heard. A new hint is a function
// and its place in this list.
using Hint = std::string (*)(const LeafPair&);
inline constexpr Hint hints[] = {swapped_hint, zero_hint,   ratio_hint,   rearrangement_hint,
                                 flipped_hint, offset_hint, location_hint};

inline void add_hints(const FlatProblem& problem, Findings& findings) {
  for (std::size_t i = 0; i < problem.leaves.size(); ++i) {
    if (findings.verdicts[i] != GradcheckVerdict::wrong) continue;
    const LeafPair leaf = leaf_pair(problem, findings, i);
    if (leaf.size() == 0) continue;
    std::string text;
    for (std::size_t k = 0; text.empty() && k < std::size(hints); ++k) text = hints[k](leaf);
    if (!text.empty()) findings.hints.push_back(leaf.shape.label() + ": " + text);
  }
}

}  // namespace grove::detail::check
