// A fit as a table: a line for each param.
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
  std::string name;  ///< its path, with its place in a vector or a matrix
  double estimate = 0;
  double error = 0;  ///< standard error
  double t = 0;      ///< estimate / error
  double p = 0;      ///< probability of so large a |t| if the param were zero
  double low = 0;    ///< ends of its confidence interval
  double high = 0;
  std::string note = {};  ///< "fixed", "at a bound", "not determined" or nothing
};

/// What `summary()` of a fit returns; it prints as a table.
struct FitSummary {
  std::vector<FitRow> rows;
  double level = 0.95;         ///< of the intervals
  std::int64_t residuals = 0;  ///< those of positive weight
  std::int64_t degrees_of_freedom = 0;
  double residual_standard_error = 0;                           ///< √(Σ w r² / degrees of freedom)
  double r_squared = std::numeric_limits<double>::quiet_NaN();  ///< NaN if the observations are not known
  double cost = 0;
  std::string end;  ///< why the fit ended
  std::vector<std::string> warnings;

  std::string string() const {
    using grove::detail::number;
    std::vector<std::vector<std::string>> cells{
        {"", "estimate", "std. error", "t", "p", number(100 * level, "{:g}") + " % interval", "", ""}};
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
    text += grove::detail::fill("{} residuals, {} degrees of freedom, residual standard error {}",
                                {residuals, degrees_of_freedom, number(residual_standard_error, "{:.6g}")});
    if (r_squared == r_squared) text += ", R² " + number(r_squared, "{:.6f}");
    text += "\ncost " + number(cost, "{:.8g}") + ": " + end;
    for (const std::string& warning : warnings) text += "\nwarning: " + warning;
    return text;
  }

  friend std::ostream& operator<<(std::ostream& out, const FitSummary& summary) { return out << summary.string(); }
};

}  // namespace grove::optim

template <>
struct fmt::formatter<grove::optim::FitSummary> : grove::detail::TextFormatter {
  template <class Context>
  auto format(const grove::optim::FitSummary& summary, Context& context) const {
    return write(summary.string(), context);
  }
};
