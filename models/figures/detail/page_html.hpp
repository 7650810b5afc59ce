// A page that shows frames of figures, and moves.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "../figure.hpp"
#include "json.hpp"
#include "page_layout.hpp"
#include "text.hpp"

namespace grove::models::detail {

/// Text between the tags of a page.
inline std::string html_text(std::string_view text) {
  std::string result;
  for (const char c : clean(text))
    result += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
  return result;
}

/// Objects of JSON, each kept once and named by its place.
class Shared {
 public:
  std::string place_of(const std::string& object) {
    const auto [found, added] = places_.try_emplace(object, list_.size());
    if (added) list_.push_back(object);
    return text_of(found->second);
  }
  std::string list() const {
    return json_list(list_, [](const std::string& object) { return object; });
  }

 private:
  std::map<std::string, std::size_t> places_ = {};
  std::vector<std::string> list_ = {};
};

/// {parts: all traces and layouts, frames: for each frame and panel the places of its layout and traces, names,
/// seconds}. What stands still is in the page once.
inline std::string page_data(const std::vector<Figure>& frames, const std::vector<std::string>& names, double seconds) {
  Shared parts;
  const std::string list = json_list(frames, [&](const Figure& figure) {
    return json_list(figure.panels, [&](const Panel& panel) {
      const Traces traces = traces_of(panel);
      std::string places = "[" + parts.place_of(layout_of(panel, figure, traces));
      for (const std::string& trace : traces.list) places += "," + parts.place_of(trace);
      return places + "]";
    });
  });
  return json_object({{"frames", list},
                      {"names", json_list(names, [](const std::string& name) { return json_string(name); })},
                      {"seconds", json_number(seconds)},
                      {"parts", parts.list()}});
}

inline constexpr const char* page_style = R"(
body { font-family: system-ui, sans-serif; margin: 1rem; background: #ffffff; color: #222222; }
h1 { font-size: 1.2rem; }
#panels { display: grid; gap: 0.5rem; overflow-x: auto; }
#controls { display: flex; gap: 0.7rem; align-items: center; margin: 0.5rem 0; max-width: 60rem; }
#controls[hidden] { display: none; }
#step { flex: 1; }
#play { width: 5rem; }
)";

inline constexpr const char* page_program = R"(
const data = JSON.parse(document.getElementById('data').textContent);
const panels = document.getElementById('panels');
const step = document.getElementById('step');
const play = document.getElementById('play');
const name = document.getElementById('name');
const boxes = data.frames[0].map(() => panels.appendChild(document.createElement('div')));
let timer = null;

// plotly.js keeps and changes what it is given, so each frame gets copies.
const part = (place) => structuredClone(data.parts[place]);
function show(k) {
  data.frames[k].forEach(([layout, ...traces], p) =>
    Plotly.react(boxes[p], traces.map(part), part(layout), {responsive: false, displaylogo: false}));
  step.value = k;
  name.textContent = data.names[k];
}
function stop() {
  clearInterval(timer);
  timer = null;
  play.textContent = 'Play';
}
function start() {
  if (+step.value >= data.frames.length - 1) show(0);
  play.textContent = 'Pause';
  timer = setInterval(() => {
    if (+step.value + 1 < data.frames.length) show(+step.value + 1);
    else stop();
  }, 1000 * data.seconds);
}
step.max = data.frames.length - 1;
step.addEventListener('input', () => { stop(); show(+step.value); });
play.addEventListener('click', () => { if (timer === null) start(); else stop(); });
document.getElementById('controls').hidden = data.frames.length < 2;
show(0);
)";

/// A page that needs nothing but `library`: an element that brings plotly.js, or says where it is.
inline std::string page_html(const std::vector<Figure>& frames, const std::vector<std::string>& names, double seconds,
                             const std::string& library) {
  const std::string title = html_text(frames[0].title.empty() ? frames[0].panels[0].title : frames[0].title);
  const std::string columns = "grid-template-columns: repeat(" + text_of(columns_of(frames[0])) + ", max-content)";
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>" + title +
         "</title>\n<style>" + page_style + "</style>\n" + library + "</head>\n<body>\n<h1>" +
         html_text(frames[0].title) +
         "</h1>\n<div id=\"controls\" hidden><button id=\"play\" type=\"button\">Play</button>"
         "<input id=\"step\" type=\"range\" min=\"0\" value=\"0\" aria-label=\"step\"><output "
         "id=\"name\"></output></div>\n"
         "<div id=\"panels\" style=\"" +
         columns + "\"></div>\n<script id=\"data\" type=\"application/json\">" + page_data(frames, names, seconds) +
         "</script>\n<script>" + page_program + "</script>\n</body>\n</html>\n";
}

}  // namespace grove::models::detail
