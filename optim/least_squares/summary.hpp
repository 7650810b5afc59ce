// A fit as a table: a line for each param, and how good it is as a whole.
#pragma once

#include <cstdint>
#include <limits>
#include <ostream>
#include <string>
#include <vector>

#include "../../autodiff/detail/fmt.hpp"
#include "../../autodiff/detail/message.hpp"

namespace grove::optim {

/// A param of a fit.
struct FitRow {
  std::string name;       ///< its path, with its place in a vector or a matrix
  double estimate = 0;    ///< the fitted value
  double error = 0;       ///< standard error
  double t = 0;           ///< estimate / error, z where errors are those of large samples
  double p = 0;           ///< probability of so large a |t| if the param were zero
  double low = 0;         ///< lower end of its confidence interval
  double high = 0;        ///< upper end of it
  std::string note = {};  ///< "fixed", "at a bound", "not determined" or nothing
};

/// What `summary()` of a fit returns; it prints as a table. Measures that a fit does not have are NaN and are not
/// shown; without rows (a network's, say) there is no table.
struct FitSummary {
  std::vector<FitRow> rows;                                     ///< one for each number of the params
  double level = 0.95;                                          ///< of the intervals
  std::int64_t residuals = 0;                                   ///< those of positive weight
  std::int64_t degrees_of_freedom = 0;                          ///< residuals less free params
  double residual_standard_error = 0;                           ///< √(Σ w r² / degrees of freedom)
  double r_squared = std::numeric_limits<double>::quiet_NaN();  ///< NaN if the observations are not known
  double cost = 0;                                              ///< half the sum of squares, weighted and robust
  std::string end;                                              ///< why the fit ended
  bool exact = false;                 ///< the residuals are zero to within rounding, so that there is no t and no p
  std::vector<std::string> warnings;  ///< what should be known before the numbers are used
  std::string statistic = "t";        ///< that of Student, or "z": the errors are those of large samples
  /// NaN where the fit has none.
  double log_likelihood = std::numeric_limits<double>::quiet_NaN();
  double null_log_likelihood = std::numeric_limits<double>::quiet_NaN();  ///< of a model that has a constant only
  /// NaN where the fit has none.
  double deviance = std::numeric_limits<double>::quiet_NaN();
  double null_deviance = std::numeric_limits<double>::quiet_NaN();  ///< of a model that has a constant only
  double aic = std::numeric_limits<double>::quiet_NaN();            ///< 2 · (number of params) - 2 · log_likelihood
  double bic = std::numeric_limits<double>::quiet_NaN();            ///< the same with ln(observations) in place of 2

  /// The summary as text: rows, fit, warnings.
  std::string string() const {
    std::string text = rows.empty() ? "" : table();
    text += footer();
    if (exact) text += "\nthe residuals are zero to within rounding, and so are the errors; t and p say nothing";
    for (const std::string& warning : warnings) text += "\nwarning: " + warning;
    return text;
  }

  friend std::ostream& operator<<(std::ostream& out, const FitSummary& summary) { return out << summary.string(); }

 private:
  std::string table() const {
    using grove::detail::number;
    std::vector<std::vector<std::string>> cells{
        {"", "estimate", "std. error", statistic, "p", number(100 * level, "{:g}") + " % interval", "", ""}};
    for (const FitRow& row : rows) {
      cells.push_back({row.name, number(row.estimate, "{:.6g}"), number(row.error, "{:.3g}"), number(row.t, "{:.3g}"),
                       number(row.p, "{:.2g}"), number(row.low, "{:.6g}"), number(row.high, "{:.6g}"), row.note});
    }
    std::vector<std::size_t> widths(cells.front().size(), 0);
    for (const auto& line : cells) {
      for (std::size_t k = 0; k < line.size(); ++k) widths[k] = std::max(widths[k], line[k].size());
    }
    std::string text;
    for (const auto& line : cells) {
      std::string written = line[0] + std::string(widths[0] - line[0].size(), ' ');
      for (std::size_t k = 1; k + 1 < line.size(); ++k)
        written += "  " + std::string(widths[k] - line[k].size(), ' ') + line[k];
      if (!line.back().empty()) written += "  " + line.back();
      written.erase(written.find_last_not_of(' ') + 1);
      text += written + '\n';
    }
    return text;
  }

  std::string footer() const {
    using grove::detail::number;
    const bool squares = statistic == "t";
    std::string text = grove::detail::fill(squares ? "{} residuals" : "{} observations", {residuals});
    if (!rows.empty()) text += grove::detail::fill(", {} degrees of freedom", {degrees_of_freedom});
    if (squares) text += ", residual standard error " + number(residual_standard_error, "{:.6g}");
    const auto add = [&](const char* name, double value, const char* format) {
      if (value == value) text += std::string(name) + number(value, format);
    };
    add(", R² ", r_squared, "{:.6f}");
    add("\nlog-likelihood ", log_likelihood, "{:.8g}");
    add(" (constant only ", null_log_likelihood, "{:.8g})");
    add(", deviance ", deviance, "{:.8g}");
    add(" (constant only ", null_deviance, "{:.8g})");
    add(", AIC ", aic, "{:.8g}");
    add(", BIC ", bic, "{:.8g}");
    if (squares && cost == cost) return text + "\ncost " + number(cost, "{:.8g}") + ": " + end;
    return end.empty() ? text : text + '\n' + end;
  }
};

}  // namespace grove::optim

template <>
struct fmt::formatter<grove::optim::FitSummary> : grove::detail::TextFormatter {
  template <class Context>
  auto format(const grove::optim::FitSummary& summary, Context& context) const {
    return write(summary.string(), context);
  }
};
