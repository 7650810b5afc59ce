// A line that shows how a minimization goes on.
#pragma once

#include <cstdio>
#include <string>
#include <utility>

#include "optim/training/callbacks.hpp"
#include "optim/training/detail/terminal.hpp"

namespace grove::optim {
namespace detail {

/// `title: step 3/100  loss 0.5  |gradient| 0.1  2.0 s`
inline std::string progress_text(const std::string& title, const Progress& now) {
  using grove::detail::number;
  return fill("{}{}step {}/{}  loss {}  |gradient| {}  {} s",
              {title, title.empty() ? "" : ": ", now.step, now.max_steps, number(now.value, "{:.6g}"),
               number(now.gradient_norm, "{:.3g}"), number(now.seconds, "{:.1f}")});
}

}  // namespace detail

/// A line that is rewritten as the minimization goes on, at most ten times a second. Silent if `stream` is no terminal.
///
///   minimize(loss, params, adam(1e-2), {.callbacks = {progress_line("warm-up")}});
inline Callback progress_line(std::string title = {}, std::FILE* stream = stderr) {
  const bool visible = detail::is_terminal(stream);
  return [title = std::move(title), stream, visible, shown = -1.0](const Progress& now) mutable {
    if (!visible || (!now.last && now.seconds - shown < 0.1)) return;
    shown = now.seconds;
    std::fputs(detail::fill("\r\x1b[2K{}{}", {detail::progress_text(title, now), now.last ? "\n" : ""}).c_str(),
               stream);
    std::fflush(stream);
  };
}

}  // namespace grove::optim
