// One trace of plotly.js: how it looks, as JSON.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "drawing.hpp"
#include "extents.hpp"
#include "json.hpp"
#include "style.hpp"

namespace grove::models::detail {

/// What one panel shows, as objects of JSON.
struct Traces {
  Extents extents = {};
  std::size_t next_colour = 0;
  std::vector<std::string> list = {};
  std::vector<std::string> shapes = {};  ///< lines that do not end where the data ends

  Style style(const Look& look, double width = 1.8, double opacity = 1) {
    return style_of(look, look.colour.empty() ? next_colour++ : 0, width, opacity);
  }
  void add(std::initializer_list<JsonMember> members) { list.push_back(json_object(members)); }
};

inline std::string quoted(const char* word) { return std::string("\"") + word + "\""; }
inline std::string flag(bool b) { return b ? "true" : "false"; }
inline std::string rgba_of(const Style& s) {
  const unsigned rgb = rgb_of(s.colour);
  return fmt::format("rgba({},{},{},{})", rgb >> 16, rgb >> 8 & 0xff, rgb & 0xff, s.opacity);
}
inline std::string json_line(const Style& s, const char* shape = nullptr) {
  static constexpr const char* dashes[] = {"solid", "dash", "dot", "dashdot", "longdash"};
  return json_object({{"color", quoted(s.colour.c_str())},
                      {"width", json_number(s.width)},
                      {"dash", quoted(dashes[(s.dash - 1) % 5])},
                      {"shape", shape == nullptr ? "" : quoted(shape)}});
}
inline std::string json_marker(const Style& s, double times = 1) {
  static constexpr Named symbols[] = {{"7", "circle"},      {"5", "square"}, {"9", "triangle-up"}, {"13", "diamond"},
                                      {"6", "circle-open"}, {"2", "x"},      {"1", "cross"},       {"3", "star"}};
  const char* symbol = "circle";
  for (const Named& entry : symbols)
    if (s.marker == entry.name) symbol = entry.value;
  return json_object({{"color", quoted(s.colour.c_str())},
                      {"size", json_number(12 * times * s.marker_size)},
                      {"symbol", quoted(symbol)}});
}
/// The title in the legend, or no place in it.
inline std::string in_legend(const std::string& title) { return flag(!title.empty()); }

inline std::vector<double> places(const std::vector<double>& x, std::size_t count) {
  std::vector<double> result;
  for (std::size_t i = 0; i < count; ++i) result.push_back(at(x, i));
  return result;
}

}  // namespace grove::models::detail
