// The check of a Jacobian: the same judgement as of a gradient, for each entry of the result.
#pragma once

#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "identities.hpp"
#include "run.hpp"

namespace grove::detail::check {

// A function from a flat vector to a flat vector, with its derivatives.
struct FlatFunction {
  std::function<Eigen::VectorXd(const Eigen::VectorXd& x)> value;
  std::function<Eigen::MatrixXd(const Eigen::VectorXd&x)> forward, reverse;
  std::function<Eigen::VectorXd(const Eigen::VectorXd& x, const Eigen::VectorXd& tangent)> jvp;
  std::function<Eigen::VectorXd(const Eigen::VectorXd& x, const Eigen::VectorXd& cotangent)> vjp;
  FlatProblem params;             // leaves, point, name
  std::vector<FlatLeaf> outputs;  // leaves of the result

  std::string output_name(Eigen::Index i) const {
    for (const auto& leaf : outputs)
      if (i < leaf.offset + leaf.size())
        return (leaf.path.empty() ? "result" : leaf.path) + leaf.index(i - leaf.offset);
    return {};
  }
};

// All outputs are compared at the same points, so what a function returned there is kept until `forget`.
template <class Result>
class Memo {
 public:
  using Function = std::function<Result(const Eigen::VectorXd&)>;

  // `position` is the only entry in which the points differ, -1 if any may.
  const Result& at(const Function& f, const Eigen::VectorXd& x, Eigen::Index position) {
    for (const auto& [point, result] : kept_)
      if (position >= 0 ? point[position] == x[position] : same(point, x)) return result;
    return kept_.emplace_back(x, f(x)).second;
  }
  void forget() { kept_.clear(); }

 private:
  static bool same(const Eigen::VectorXd& a, const Eigen::VectorXd& b) {
    for (Eigen::Index k = 0; k < a.size(); ++k)
      if (!(a[k] == b[k] || (std::isnan(a[k]) && std::isnan(b[k])))) return false;
    return true;
  }

  std::deque<std::pair<Eigen::VectorXd, Result>> kept_;
};

class JacobianRun {
 public:
  JacobianRun(const FlatFunction& function, const GradcheckOptions& options)
      : function_(function), options_(options), random_(options.seed) {
    check_options(function.params, options);
  }

  GradcheckReport run() {
    report_.seed = options_.seed;
    report_.taylor_order = 0;
    leaves_ = std::vector<GradcheckLeaf>(function_.params.leaves.size());
    for (std::size_t i = 0; i < leaves_.size(); ++i) {
      leaves_[i].path = function_.params.leaves[i].label();
      leaves_[i].rows = function_.params.leaves[i].rows;
      leaves_[i].cols = function_.params.leaves[i].cols;
    }
    if (repeatable()) {
      const bool along = directional();
      report_.method = along ? "central differences along random directions" : "central differences of every entry";
      along ? check_directions() : check_entries();
    }
    conclude_all();
    return std::move(report_);
  }

 private:
  struct Row {
    Comparison comparison;
    Eigen::Index output = 0;
  };

  const Eigen::VectorXd& point() const { return function_.params.params; }

  bool directional() const {
    constexpr Eigen::Index most = 1000000;
    const Eigen::Index n = point().size();
    if (options_.coverage != GradcheckCoverage::automatic) return options_.coverage == GradcheckCoverage::directional;
    return n > options_.full_limit || n * value_.size() > most;
  }

  bool fail(GradcheckVerdict verdict, const std::string& why) {
    report_.verdict = verdict;
    report_.summary = fill("{}: {}: {}", {function_.params.name, to_string(verdict), why});
    return false;
  }

  bool repeatable() {
    using enum GradcheckVerdict;
    value_ = function_.value(point());
    const Eigen::VectorXd again = function_.value(point());
    if (value_.size() != again.size())
      return fail(structure,
                  fill("two calls with the same params gave {} and {} results", {value_.size(), again.size()}));
    for (Eigen::Index i = 0; i < value_.size(); ++i) {
      if (!same_result(value_[i], again[i], options_.nondet_tol))
        return fail(
            nondeterministic,
            fill("two calls with the same params gave the values {} and {} of {}; draw random numbers outside of "
                 "the function and pass them in",
                 {value_[i], again[i], function_.output_name(i)}));
      if (!std::isfinite(value_[i]))
        return fail(non_finite, fill("the value of {} at params is {}; {}",
                                     {function_.output_name(i), value_[i], way_to_a_value(function_.params)}));
    }
    return true;
  }

  // The problem of one output; what it evaluates serves the others too.
  FlatProblem problem_of(const Eigen::Index& output) {
    FlatProblem problem = function_.params;
    problem.value = [this, &output](const Eigen::VectorXd& x) {
      const auto& y = values_.at(
          [this](const Eigen::VectorXd& at) { return ++report_.evaluations, function_.value(at); }, x, position_);
      return output < y.size() ? y[output] : not_a_number;
    };
    problem.gradient = [this, &output](const Eigen::VectorXd& x) {
      const auto& j = jacobians_.at(
          [this](const Eigen::VectorXd& at) { return ++report_.gradients, function_.reverse(at); }, x, -1);
      FlatProblem::Gradient gradient;
      gradient.entries = j.row(output).transpose();
      return gradient;
    };
    return problem;
  }

  void add(Comparison comparison, Eigen::Index output) {
    const GradcheckVerdict verdict = comparison.judgement.verdict;
    report_.verdict = std::max(report_.verdict, verdict);
    if (comparison.leaf >= 0) {
      GradcheckLeaf& leaf = leaves_[static_cast<std::size_t>(comparison.leaf)];
      leaf.verdict = std::max(leaf.verdict, verdict);
      if (comparison.entry >= 0) {
        const double numeric = comparison.judgement.numeric.value;
        ++leaf.checked;
        leaf.wrong += is_failure(verdict) ? 1 : 0;
        leaf.gradient_norm = std::max(leaf.gradient_norm, std::abs(comparison.analytic));
        if (std::isfinite(numeric)) {
          leaf.max_absolute_error = std::max(leaf.max_absolute_error, std::abs(comparison.analytic - numeric));
          leaf.max_relative_error = std::max(leaf.max_relative_error, relative_error(comparison.analytic, numeric));
        }
      }
    }
    rows_.push_back({std::move(comparison), output});
    // Only the worst are ever shown.
    if (rows_.size() > 1000 + static_cast<std::size_t>(options_.max_rows)) keep_worst();
  }

  void keep_worst() {
    const std::size_t wanted = std::min(rows_.size(), static_cast<std::size_t>(std::max(options_.max_rows, 1)));
    for (std::size_t i = 0; i < wanted; ++i)
      for (std::size_t k = i + 1; k < rows_.size(); ++k)
        if (is_worse(rows_[k].comparison, rows_[i].comparison)) std::swap(rows_[i], rows_[k]);
    rows_.resize(wanted);
  }

  void check_entries() {
    const Eigen::Index outputs = value_.size();
    const Eigen::MatrixXd reverse = function_.reverse(point()), forward = function_.forward(point());
    report_.gradients += 2;
    if (reverse.rows() != outputs || forward.rows() != outputs) {
      fail(GradcheckVerdict::structure,
           fill("the Jacobian has {} rows by reverse mode and {} by forward mode for {} results",
                {reverse.rows(), forward.rows(), outputs}));
      return;
    }
    std::deque<Eigen::Index> numbers;
    std::deque<FlatProblem> problems;
    std::deque<Checker> checkers;
    std::vector<Eigen::VectorXd> gradients;
    for (Eigen::Index i = 0; i < outputs; ++i) {
      problems.push_back(problem_of(numbers.emplace_back(i)));
      checkers.emplace_back(problems.back(), options_).move_to(point(), value_[i]);
      gradients.push_back(reverse.row(i).transpose());
    }
    for (std::size_t leaf = 0; leaf < function_.params.leaves.size(); ++leaf) {
      const FlatLeaf& shape = function_.params.leaves[leaf];
      for (Eigen::Index entry = 0; entry < shape.size(); ++entry) {
        if (options_.coverage == GradcheckCoverage::sampled && shape.size() > options_.samples &&
            random_.below(shape.size()) >= options_.samples)
          continue;
        if (options_.max_evaluations > 0 && report_.evaluations >= options_.max_evaluations) return;
        position_ = shape.offset + entry;
        values_.forget();
        for (Eigen::Index i = 0; i < outputs; ++i) {
          const auto at = static_cast<std::size_t>(i);
          Comparison comparison = compare_entry(checkers[at], gradients[at], leaf, entry);
          compare_modes(comparison, forward(i, position_), reverse.row(i).cwiseAbs().maxCoeff());
          add(std::move(comparison), i);
        }
      }
    }
  }

  bool single() const {
    bool any = function_.params.single_value;
    for (const auto& leaf : function_.params.leaves) any = any || leaf.single;
    return any;
  }

  // What forward mode says must be what reverse mode says, to rounding.
  void compare_modes(Comparison& comparison, double forward, double row_size) const {
    const double tolerance = (single() ? 1e-3 : 1e-10) * std::max(row_size, std::abs(forward));
    const double reverse = comparison.analytic;
    if (std::abs(forward - reverse) <= tolerance || (std::isnan(forward) && std::isnan(reverse))) return;
    if (forward == reverse) return;
    comparison.judgement.verdict = std::max(comparison.judgement.verdict, GradcheckVerdict::wrong);
    comparison.judgement.note =
        fill("reverse mode gives {}, forward mode {}", {number(reverse, "{:.8g}"), number(forward, "{:.8g}")});
  }

  // J·v by forward mode against differences along v, for every output, and ⟨Jᵀu, v⟩ = ⟨u, J·v⟩.
  void check_directions() {
    position_ = -1;
    Eigen::Index output = 0;
    const FlatProblem problem = problem_of(output);
    Checker checker(problem, options_);
    checker.move_to(point(), 0);
    for (int k = 0; k < std::max(options_.directions, 4); ++k) {
      const Eigen::VectorXd direction = random_direction(checker, whole(checker), k % 2 == 1, false, random_);
      const Eigen::VectorXd slopes = function_.jvp(point(), direction);
      ++report_.gradients;
      values_.forget();
      bool failed = false;
      for (output = 0; output < value_.size(); ++output) {
        checker.move_to(point(), value_[output]);
        Comparison comparison = along(checker, direction, slopes[output]);
        if (comparison.judgement.verdict == GradcheckVerdict::wrong && !failed) {
          failed = true;
          name_entry(checker, direction, output, comparison.judgement.numeric.step);
          values_.forget();
        }
        add(std::move(comparison), output);
      }
      check_transposed(direction, slopes);
      if (failed) return;
    }
  }

  Comparison along(Checker& checker, const Eigen::VectorXd& direction, double slope) {
    const double size = std::abs(slope), rtol = checker.rtol();
    const Line line = checker.direction_line(direction, size);
    const auto precision = [&]() -> Precision { return {checker.epsilon() * size, size, checker.epsilon()}; };
    Comparison result;
    result.analytic = slope;
    result.direction = " along a random direction";
    const double atol = options_.atol > 0 ? options_.atol : 1e-3 * rtol * size;
    result.judgement = Judge(line, slope, {rtol, atol, rtol * size})
                           .decide({1.0}, checker.relative_step(1.0), options_.method, precision);
    if (checker.leaf_count() == 1) result.leaf = 0;
    return result;
  }

  // Halves the direction until one parameter is left, and compares the output's slope along that one alone.
  void name_entry(Checker& checker, const Eigen::VectorXd& direction, Eigen::Index output, double step) {
    Range range = whole(checker);
    const auto discrepancy_in = [&](Range part) {
      Eigen::VectorXd only = filled(direction.size(), 0);
      for (Eigen::Index k = part.begin; k < part.end; ++k) only[k] = direction[k];
      values_.forget();
      const Line line = checker.direction_line(only, 0);
      const double miss = std::abs(fourth_order_difference(line, step).value - function_.jvp(point(), only)[output]);
      return std::isnan(miss) ? infinity : miss;
    };
    while (range.size() > 1) {
      const Eigen::Index middle = range.begin + range.size() / 2;
      const Range lower{range.begin, middle}, upper{middle, range.end};
      range = discrepancy_in(lower) >= discrepancy_in(upper) ? lower : upper;
    }
    Eigen::VectorXd unit = filled(direction.size(), 0);
    unit[range.begin] = 1;
    Eigen::VectorXd gradient = unit;
    gradient[range.begin] = function_.jvp(point(), unit)[output];
    values_.forget();
    const std::size_t leaf = leaf_at(checker, range.begin);
    const Eigen::Index entry = range.begin - checker.leaf(leaf).offset;
    const Line line = checker.entry_line(leaf, entry);
    Comparison comparison;
    comparison.leaf = static_cast<std::int64_t>(leaf);
    comparison.entry = entry;
    comparison.analytic = gradient[range.begin];
    const double size = std::abs(comparison.analytic);
    comparison.judgement =
        Judge(line, comparison.analytic, {checker.rtol(), options_.atol})
            .decide(checker.scales(leaf, entry), checker.first_step(checker.first_scale(leaf, entry)), options_.method,
                    [&]() -> Precision {
                      return {checker.epsilon() * size, size, checker.epsilon()};
                    });
    add(std::move(comparison), output);
  }

  void check_transposed(const Eigen::VectorXd& direction, const Eigen::VectorXd& slopes) {
    Eigen::VectorXd cotangent(value_.size());
    for (double& each : cotangent) each = random_.normal();
    const Eigen::VectorXd pulled = function_.vjp(point(), cotangent);
    ++report_.gradients;
    const Identity identity{"⟨vjp(u),v⟩ = ⟨u,jvp(v)⟩", dot_product(pulled, direction), dot_product(cotangent, slopes),
                            magnitude_of_dot(pulled, direction) + magnitude_of_dot(cotangent, slopes)};
    identities_.push_back(identity);
  }

  void conclude_all() {
    keep_worst();
    report_.leaves = leaves_;
    for (const Row& each : rows_) {
      GradcheckRow row = make_row(function_.params, each.comparison);
      row.output = function_.output_name(each.output);
      report_.rows.push_back(std::move(row));
    }
    if (report_.summary.empty())
      report_.summary = rows_.empty() ? fill("{}: {}: there is nothing to compare",
                                             {function_.params.name, to_string(report_.verdict)})
                                      : summarize(function_.params, report_);
    require_identities(report_, function_.params, identities_, options_.max_rows);
    for (auto& leaf : report_.leaves)
      if (report_.rows.empty()) leaf.verdict = std::max(leaf.verdict, report_.verdict);
  }

  const FlatFunction& function_;
  const GradcheckOptions& options_;
  SplitMix random_;
  GradcheckReport report_;
  std::vector<GradcheckLeaf> leaves_;
  std::vector<Row> rows_;
  std::vector<Identity> identities_;
  Eigen::VectorXd value_;
  Memo<Eigen::VectorXd> values_;
  Memo<Eigen::MatrixXd> jacobians_;
  Eigen::Index position_ = -1;
};

}  // namespace grove::detail::check
