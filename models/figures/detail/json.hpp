// Data as JSON that may stand in a page.
#pragma once

#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "text.hpp"

namespace grove::models::detail {

/// Text as a string of JSON; no "<" is left in it, so that it cannot end the element that it stands in.
inline std::string json_string(std::string_view text) {
  std::string result = "\"";
  for (const char c : clean(text)) {
    if (c == '"' || c == '\\')
      result += std::string("\\") + c;
    else if (c == '<')
      result += "\\u003c";
    else
      result += c;
  }
  return result + "\"";
}
/// Text for plotly.js, which takes some of HTML in titles and names for markup.
inline std::string json_label(std::string_view text) {
  std::string result;
  for (const char c : text) result += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
  return json_string(result);
}
/// To eight digits, which are more than a screen shows; what is not finite is null, a gap.
inline std::string json_number(double value) { return std::isfinite(value) ? fmt::format("{:.8g}", value) : "null"; }

template <class Values, class Write>
std::string json_list(const Values& values, const Write& write) {
  std::string result = "[";
  for (const auto& value : values) {
    result += result.size() > 1 ? "," : "";
    result += write(value);
  }
  return result + "]";
}
inline std::string json_numbers(const std::vector<double>& values) { return json_list(values, json_number); }

using JsonMember = std::pair<const char*, std::string>;
/// An object; members whose value is an empty text are left out.
inline std::string json_object(std::initializer_list<JsonMember> members) {
  std::string result = "{";
  for (const auto& [name, value] : members)
    if (!value.empty()) result += (result.size() > 1 ? ",\"" : "\"") + std::string(name) + "\":" + value;
  return result + "}";
}

}  // namespace grove::models::detail
