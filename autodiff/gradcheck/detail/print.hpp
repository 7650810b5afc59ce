// A gradient check's report as a table and as JSON.
#pragma once

#include <algorithm>
#include <cmath>

#include "../report.hpp"
#include "columns.hpp"

namespace grove {

namespace detail::check {

// One row of the table, columns two spaces apart; all but the first and the last flush right.
inline std::string table_row(std::size_t first_width, std::initializer_list<std::string_view> cells) {
  constexpr std::size_t widths[] = {0, 15, 15, 9, 9, 9, 8, 5, 0};
  std::string text;
  std::size_t column = 0;
  for (std::string_view cell : cells) {
    text += "  ";
    text += column == 0 ? padded_right(cell, first_width) : padded_left(cell, widths[column]);
    ++column;
  }
  return text += '\n';
}

inline std::string print_rows(const GradcheckReport& report) {
  std::size_t width = 4;
  for (const auto& row : report.rows) width = std::max(width, row.name().size());
  std::string text = table_row(
      width, {"path", "analytic", "numeric", "abs error", "rel error", "tolerance", "step", "slope", "verdict"});
  for (const auto& row : report.rows) {
    const char *full = "{:.8e}", *brief = "{:.2e}";
    text += table_row(
        width, {row.name(), number(row.analytic, full), number(row.numeric, full), number(row.absolute_error, brief),
                number(row.relative_error, brief), number(row.tolerance, brief), number(row.step, "{:.1e}"),
                std::isnan(row.slope) ? "-" : number(row.slope, "{:.2f}"), to_string(row.verdict)});
    if (!row.note.empty()) text += "    " + row.note + '\n';
  }
  return text;
}

inline std::string print_leaves(const GradcheckReport& report) {
  constexpr std::size_t most = 20;
  std::string text;
  std::int64_t hidden = 0;
  std::size_t shown = 0;
  for (const auto& leaf : report.leaves) {
    const bool worth = report.leaves.size() <= most || leaf.verdict != GradcheckVerdict::ok;
    if (!worth || shown == most) {
      ++hidden;
      continue;
    }
    ++shown;
    text += fill("  {} ({}×{}): {}; {} of {} entries compared, max abs error {}, max rel error {}\n",
                 {leaf.path, leaf.rows, leaf.cols, to_string(leaf.verdict), leaf.checked, leaf.rows * leaf.cols,
                  number(leaf.max_absolute_error, "{:.2e}"), number(leaf.max_relative_error, "{:.2e}")});
  }
  if (hidden > 0) text += fill("  and {} more leaves\n", {hidden});
  return text;
}

inline std::string json_number(double x) { return std::isfinite(x) ? number(x) : "null"; }

inline std::string json_string(std::string_view text) {
  constexpr char hex[] = "0123456789abcdef";
  std::string quoted = "\"";
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (code < 0x20) {
      quoted += "\\u00";
      quoted += hex[code / 16];
      quoted += hex[code % 16];
      continue;
    }
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

// A JSON object or list in the making.
class JsonText {
 public:
  explicit JsonText(char open) : text_(1, open) {}

  JsonText& item(std::string_view json) {
    if (text_.size() > 1) text_ += ',';
    text_ += json;
    return *this;
  }
  JsonText& field(std::string_view name, std::string_view json) {
    item(json_string(name));
    text_ += ':';
    text_ += json;
    return *this;
  }
  JsonText& field(std::string_view name, double x) { return field(name, std::string_view(json_number(x))); }
  JsonText& field(std::string_view name, std::int64_t n) { return field(name, std::string_view(std::to_string(n))); }
  std::string close(char bracket) { return text_ + bracket; }

 private:
  std::string text_;
};

template <class Items, class Write>
std::string json_list(const Items& items, Write write) {
  JsonText list('[');
  for (const auto& item : items) list.item(write(item));
  return list.close(']');
}

inline std::string json_row(const GradcheckRow& row) {
  return JsonText('{')
      .field("output", json_string(row.output))
      .field("path", json_string(row.path))
      .field("index", json_string(row.index))
      .field("leaf", row.leaf)
      .field("entry", row.entry)
      .field("analytic", row.analytic)
      .field("numeric", row.numeric)
      .field("absolute_error", row.absolute_error)
      .field("relative_error", row.relative_error)
      .field("tolerance", row.tolerance)
      .field("numeric_error", row.numeric_error)
      .field("step", row.step)
      .field("slope", row.slope)
      .field("left", row.left)
      .field("right", row.right)
      .field("verdict", json_string(to_string(row.verdict)))
      .field("note", json_string(row.note))
      .close('}');
}

inline std::string json_leaf(const GradcheckLeaf& leaf) {
  return JsonText('{')
      .field("path", json_string(leaf.path))
      .field("rows", leaf.rows)
      .field("cols", leaf.cols)
      .field("checked", leaf.checked)
      .field("wrong", leaf.wrong)
      .field("gradient_norm", leaf.gradient_norm)
      .field("max_absolute_error", leaf.max_absolute_error)
      .field("max_relative_error", leaf.max_relative_error)
      .field("verdict", json_string(to_string(leaf.verdict)))
      .close('}');
}

}  // namespace detail::check

inline std::string_view to_string(GradcheckVerdict verdict) {
  constexpr std::string_view names[] = {"ok",         "unused", "inconclusive_noise", "non_smooth",
                                        "non_finite", "wrong",  "structure",          "nondeterministic"};
  return names[static_cast<std::size_t>(verdict)];
}

inline std::string to_string(const GradcheckReport& report) {
  using detail::fill, detail::number;
  std::string text = report.summary + '\n';
  if (!report.rows.empty()) text += detail::check::print_rows(report);
  if (!report.leaves.empty()) text += "leaves:\n" + detail::check::print_leaves(report);
  if (!report.hints.empty()) text += "hints:\n";
  for (const auto& hint : report.hints) text += "  " + hint + '\n';
  if (!report.taylor_slopes.empty()) {
    text += fill("Taylor slopes along a random direction ({} if right, towards {} if not):",
                 {report.taylor_order, report.taylor_order - 1});
    for (double slope : report.taylor_slopes) text += ' ' + number(slope, "{:.2f}");
    text += '\n';
  }
  return text + fill(
                    "{}; {} values and {} gradients evaluated; seed {}; analytic is the gradient under test, numeric "
                    "its finite difference",
                    {report.method, report.evaluations, report.gradients, std::to_string(report.seed)});
}

inline std::string to_json(const GradcheckReport& report) {
  using detail::check::json_list, detail::check::json_number, detail::check::json_string, detail::check::JsonText;
  return JsonText('{')
      .field("ok", report.ok() ? "true" : "false")
      .field("verdict", json_string(to_string(report.verdict)))
      .field("summary", json_string(report.summary))
      .field("value", report.value)
      .field("method", json_string(report.method))
      .field("evaluations", report.evaluations)
      .field("gradients", report.gradients)
      .field("seed", std::to_string(report.seed))
      .field("taylor_order", std::int64_t{report.taylor_order})
      .field("taylor_slopes", json_list(report.taylor_slopes, json_number))
      .field("hints", json_list(report.hints, json_string))
      .field("rows", json_list(report.rows, detail::check::json_row))
      .field("leaves", json_list(report.leaves, detail::check::json_leaf))
      .close('}');
}

}  // namespace grove
