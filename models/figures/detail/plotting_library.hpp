// The library that draws pages in a browser: plotly.js, of a package of this system, or from its makers' server.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace grove::models::detail {

/// Where plotly.js is when it is not on this machine. The version is one that our pages were tried with.
inline constexpr const char* library_address = "https://cdn.plot.ly/plotly-4.1.1.min.js";

inline std::string contents_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

/// The folders of Python's packages below `lib`: lib/python3…/site-packages and dist-packages.
inline void add_python_folders(std::vector<std::filesystem::path>& to, const std::filesystem::path& lib) {
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(lib, none))
    if (entry.path().filename().string().rfind("python3", 0) == 0)
      for (const char* name : {"site-packages", "dist-packages"}) to.push_back(entry.path() / name);
}

/// plotly.min.js where packages put it: of Python (pip's in the environment in use, the user's, the system's) or of
/// Node.js; an empty path if there is none.
inline std::filesystem::path find_plotting_library() {
  std::vector<std::filesystem::path> python;
  if (const char* environment = std::getenv("VIRTUAL_ENV"))
    add_python_folders(python, std::filesystem::path(environment) / "lib");
  if (const char* home = std::getenv("HOME")) add_python_folders(python, std::filesystem::path(home) / ".local/lib");
  for (const char* lib : {"/usr/local/lib", "/usr/lib"}) add_python_folders(python, lib);
  std::vector<std::filesystem::path> candidates;
  for (const auto& folder : python) candidates.push_back(folder / "plotly/package_data/plotly.min.js");
  for (const char* folder :
       {"node_modules", "/usr/share/nodejs", "/usr/lib/node_modules", "/usr/local/lib/node_modules"})
    for (const char* package : {"plotly.js-dist-min/plotly.min.js", "plotly.js/dist/plotly.min.js"})
      candidates.push_back(std::filesystem::path(folder) / package);
  candidates.push_back("/usr/share/javascript/plotly/plotly.min.js");
  std::error_code none;
  for (const auto& candidate : candidates)
    if (std::filesystem::is_regular_file(candidate, none)) return candidate;
  return {};
}

/// The licence that came with the library's package, if it is found; the library's first lines name it in any case.
inline std::string licence_of(const std::filesystem::path& library) {
  std::error_code none;
  const auto folder = library.parent_path(), packages = folder.parent_path().parent_path();
  std::vector<std::filesystem::path> places{folder / "LICENSE", folder.parent_path() / "LICENSE",
                                            "/usr/share/doc/python3-plotly/copyright"};
  for (const auto& entry : std::filesystem::directory_iterator(packages, none))
    if (entry.path().filename().string().rfind("plotly-", 0) == 0)
      for (const char* name : {"licenses/LICENSE.txt", "LICENSE.txt"})
        places.insert(places.begin(), entry.path() / name);
  for (const auto& place : places)
    if (std::filesystem::is_regular_file(place, none)) return contents_of(place);
  return "";
}

}  // namespace grove::models::detail
