// A line that shows how a minimization goes on.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "callbacks.hpp"
#include "detail/terminal.hpp"

namespace grove::optim {
namespace detail {

/// `9.5 s`, `1:05 min`, `2:03:00 h`
inline std::string duration_text(double seconds) {
  using grove::detail::number;
  if (!(seconds < 1e9)) return "long";
  if (seconds < 59.95) return number(seconds, "{:.1f}") + " s";
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  const auto two = [](std::int64_t x) { return (x < 10 ? "0" : "") + std::to_string(x); };
  if (whole < 3600) return fill("{}:{} min", {whole / 60, two(whole % 60)});
  return fill("{}:{}:{} h", {whole / 3600, two(whole / 60 % 60), two(whole % 60)});
}

/// The part that is done, by steps or by time, whichever is further.
inline double done_fraction(const Progress& now) {
  const auto part = [](double x, double of) { return of > 0 ? std::min(x / of, 1.0) : 0.0; };
  return std::max(part(static_cast<double>(now.step), static_cast<double>(now.max_steps)),
                  part(now.seconds, now.max_seconds));
}

/// Columns of a text: its code points.
inline std::size_t columns_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// Its first columns.
inline std::string clipped(std::string text, std::size_t columns) {
  while (columns_of(text) > columns) {
    while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0) == 0x80) text.pop_back();
    if (!text.empty()) text.pop_back();
  }
  return text;
}

/// `title:  3 %  step 3/100  loss 0.5  measure 0.4  |gradient| 0.1  2.0 s  1:05 min left`, or as much of it as there
/// are columns for, the least important left out first.
inline std::string progress_text(const std::string& title, const Progress& now, std::size_t columns = 1000) {
  using grove::detail::number;
  struct Part {
    int importance;
    std::string text;
  };
  std::vector<Part> parts;
  const double done = done_fraction(now);
  if (!title.empty()) parts.push_back({2, title + ":"});
  parts.push_back({6, fill("{} %", {static_cast<std::int64_t>(100 * done)})});
  parts.push_back({3, fill("step {}/{}", {now.step, now.max_steps})});
  parts.push_back({7, "loss " + number(now.value, "{:.6g}")});
  if (now.measure) parts.push_back({5, "measure " + number(*now.measure, "{:.6g}")});
  parts.push_back({0, "|gradient| " + number(now.gradient_norm, "{:.3g}")});
  parts.push_back({now.last ? 4 : 1, duration_text(now.seconds)});
  if (!now.last && done > 0) parts.push_back({4, duration_text(now.seconds * (1 - done) / done) + " left"});
  const auto line = [&] {
    std::string text;
    for (const Part& part : parts) text += (text.empty() ? "" : "  ") + part.text;
    return text;
  };
  while (parts.size() > 1 && columns_of(line()) > columns) {
    parts.erase(std::min_element(parts.begin(), parts.end(),
                                 [](const Part& a, const Part& b) { return a.importance < b.importance; }));
  }
  return clipped(line(), columns);
}

}  // namespace detail

/// A line that is rewritten as the minimization goes on, at most ten times a second and never wider than the terminal.
///
///   minimize(loss, params, adam(1e-2), {.callbacks = {progress_line("warm-up")}});
///
/// It has the part that is done, the step, the loss, the measure if there is one, the norm of the gradient, the time
/// and the time left at most. Where `stream` is no terminal it is silent, or writes a plain line every `plain_seconds`,
/// and one at the end. Throws: HyperparameterError if `plain_seconds` is negative.
inline Callback progress_line(std::string title = {}, std::FILE* stream = stderr, double plain_seconds = 0) {
  detail::check_not_negative("progress_line", "plain_seconds", plain_seconds);
  const bool terminal = detail::is_terminal(stream);
  const double pause = terminal ? 0.1 : plain_seconds;
  return [title = std::move(title), stream, terminal, pause, shown = -pause](const Progress& now) mutable {
    if (pause == 0 || (!now.last && now.seconds - shown < pause)) return;
    shown = now.seconds;
    if (terminal) {
      const std::string text = detail::progress_text(title, now, detail::terminal_columns(stream) - 1);
      std::fputs(detail::fill("\r\x1b[2K{}{}", {text, now.last ? "\n" : ""}).c_str(), stream);
    } else {
      std::fputs((detail::progress_text(title, now) + "\n").c_str(), stream);
    }
    std::fflush(stream);
  };
}

}  // namespace grove::optim
