// Colours: the palette, names, colour maps, and looks as gnuplot says them.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "../look.hpp"
#include "text.hpp"

namespace grove::models::detail {

struct Named {
  const char* name;
  const char* value;
};

/// Okabe and Ito's colours, which colour-blind people tell apart.
inline constexpr std::array<Named, 10> colour_names{{{"blue", "#0072b2"},
                                                     {"red", "#d55e00"},
                                                     {"green", "#009e73"},
                                                     {"pink", "#cc79a7"},
                                                     {"orange", "#e69f00"},
                                                     {"sky", "#56b4e9"},
                                                     {"black", "#222222"},
                                                     {"grey", "#8a8a8a"},
                                                     {"yellow", "#f0e442"},
                                                     {"white", "#ffffff"}}};
inline constexpr std::size_t palette_size = 7;  // the first names, those that are seen on white

/// Markers and gnuplot's numbers for them.
inline constexpr std::array<Named, 8> markers{{{"circle", "7"},
                                               {"square", "5"},
                                               {"triangle", "9"},
                                               {"diamond", "13"},
                                               {"ring", "6"},
                                               {"cross", "2"},
                                               {"plus", "1"},
                                               {"star", "3"}}};

template <std::size_t n>
const char* value_of(const std::array<Named, n>& table, const std::string& name) {
  for (const Named& entry : table)
    if (name == entry.name) return entry.value;
  return nullptr;
}

inline bool is_hex_colour(const std::string& text) {
  return text.size() == 7 && text[0] == '#' && text.find_first_not_of("0123456789abcdefABCDEF", 1) == std::string::npos;
}
/// A colour as "#rrggbb": what the look says, or the palette's colour of this number.
inline std::string colour_of(const std::string& colour, std::size_t index) {
  if (colour.empty()) return colour_names[index % palette_size].value;
  const char* const named = value_of(colour_names, colour);
  return named != nullptr ? named : colour;
}

/// A colour as gnuplot's "#aarrggbb", which counts transparency.
inline std::string with_opacity(const std::string& hex, double opacity) {
  return fmt::format("#{:02x}", static_cast<int>(std::lround(255 * (1 - opacity)))) + hex.substr(1);
}

/// A colour on white paper, for pictures that know no opacity.
inline std::string on_white(const std::string& hex, double opacity) {
  std::string result = "#";
  for (std::size_t i = 1; i < 7; i += 2)
    result += fmt::format(
        "{:02x}", static_cast<int>(std::lround(255 + opacity * (std::stoi(hex.substr(i, 2), nullptr, 16) - 255))));
  return result;
}

/// A look with nothing left open. After the palette has gone round, lines are dashed and markers differ.
struct Style {
  std::string colour;
  double width, opacity, marker_size;
  std::string marker;  // gnuplot's number
  std::size_t dash;    // gnuplot's number

  std::string argb() const { return with_opacity(colour, opacity); }
  std::string ink() const { return " lc rgb '" + argb() + "'"; }
  std::string pen() const { return ink() + " lw " + number(width) + " dt " + fmt::format("{}", dash); }
  std::string dot(double times = 1) const { return " pt " + marker + " ps " + number(times * marker_size); }
};
inline Style style_of(const Look& look, std::size_t index, double width = 1.8, double opacity = 1,
                      double marker_size = 0.5) {
  const std::size_t round = index / palette_size;
  const char* const marker = value_of(markers, look.marker);
  return {colour_of(look.colour, index),
          look.width.value_or(width),
          look.opacity.value_or(opacity),
          look.marker_size.value_or(marker_size),
          marker != nullptr ? marker : markers[round % markers.size()].value,
          look.dashed ? 2 : 1 + round % 5};
}

/// The colours of a map at equal steps, from low to high.
inline std::vector<std::string> colours_of(ColourMap map) {
  if (map == ColourMap::grey) return {"#202020", "#f2f2f2"};
  if (map == ColourMap::diverging) return {"#003a5c", "#0072b2", "#7db8da", "#f7f7f7", "#f1b184", "#d55e00", "#6e2f00"};
  return {"#440154", "#482878", "#3e4a89", "#31688e", "#26828e", "#1f9e89", "#35b779", "#6ece58", "#b5de2b", "#fde725"};
}

/// The colour at a share from 0 to 1 of a map, as a number 0xrrggbb.
inline unsigned colour_at(ColourMap map, double share) {
  const auto colours = colours_of(map);
  const double place = std::clamp(share, 0.0, 1.0) * static_cast<double>(colours.size() - 1);
  const auto below = std::min(static_cast<std::size_t>(place), colours.size() - 2);
  const double part = place - static_cast<double>(below);
  const auto channel = [&](std::size_t colour, std::size_t i) {
    return static_cast<double>(std::stoi(colours[colour].substr(1 + 2 * i, 2), nullptr, 16));
  };
  unsigned result = 0;
  for (std::size_t i = 0; i < 3; ++i)
    result =
        result << 8 | static_cast<unsigned>(std::lround((1 - part) * channel(below, i) + part * channel(below + 1, i)));
  return result;
}
inline std::string hex_of(unsigned rgb) { return fmt::format("#{:06x}", rgb); }
inline unsigned rgb_of(const std::string& hex) { return static_cast<unsigned>(std::stoul(hex.substr(1), nullptr, 16)); }

}  // namespace grove::models::detail
