// A tree in a file that NumPy reads and writes, .npz: an array for each leaf, by its path.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "detail/numpy_nodes.hpp"
#include "detail/read_file.hpp"
#include "detail/replace_file.hpp"
#include "detail/zip.hpp"

namespace grove::optim {
namespace detail {

/// A tree as the bytes of an archive.
template <tree::Pytree T>
std::string npz_bytes(const std::string& file, const T& t) {
  ZipWriter zip({"save_npz", file});
  for_each_array([&](const Path& path, const auto& x) { zip.add(numpy_name(path) + ".npy", npy_bytes(x)); },
                 [&](const Path& path, const std::string& fact) {
                   PlaceInFile{"save_npz", file, numpy_name(path)}.fail(fact);
                 },
                 t);
  return zip.finish();
}

/// The arrays of an archive; each is taken once.
class NpzArrays {
 public:
  NpzArrays(const std::string& file, std::string_view archive) : file_(file) {
    for (const auto& [name, bytes] : ZipReader({"load_npz", file}, archive).files()) {
      if (!name.ends_with(".npy")) PlaceInFile{"load_npz", file_, name}.fail("it is no array of NumPy (.npy)");
      arrays_.emplace(name.substr(0, name.size() - 4), bytes);
    }
  }

  NpyArray take(const std::string& name) {
    const auto found = arrays_.find(name);
    if (found == arrays_.end()) {
      PlaceInFile{"load_npz", file_}.fail(
          fill("there is no array '{}' in the file{}",
               {name, arrays_.empty() ? "" : "; of those there are is left " + names()}));
    }
    const NpyArray array({"load_npz", file_, name}, found->second);
    arrays_.erase(found);
    return array;
  }
  void expect_end() const {
    if (!arrays_.empty()) PlaceInFile{"load_npz", file_}.fail("the file has what the tree has not: " + names());
  }

 private:
  std::string names() const {
    std::string list;
    std::size_t count = 0;
    for (const auto& [name, bytes] : arrays_) {
      if (++count > 12) return list + ", …";
      list += (count > 1 ? ", '" : "'") + name + "'";
    }
    return list;
  }

  const std::string& file_;
  ZipReader::Files arrays_;
};

/// The tree that the archive says, of the structure of `t`.
template <tree::Pytree T>
T npz_tree(const std::string& file, std::string_view archive, const T& t) {
  T loaded = t;
  NpzArrays arrays(file, archive);
  for_each_array([&](const Path& path, auto& x) { read_array(arrays.take(numpy_name(path)), x); },
                 [&](const Path& path, const std::string& fact) {
                   PlaceInFile{"load_npz", file, numpy_name(path)}.fail(fact);
                 },
                 loaded);
  arrays.expect_end();
  return loaded;
}

}  // namespace detail

/// Writes a tree as `numpy.savez` would: an array for each number, matrix and sequence of numbers in it, by its path.
///
///   save_npz("params.npz", params);      params = numpy.load("params.npz");  params["layers[0].weight"]
///
/// Arrays are as in `save_npy`. Counts, flags and enumerators are arrays without a dimension; a tree that is one array
/// is called arr_0; optionals that are not set, text, functions and pointers are left out. The same tree makes the same
/// bytes. The file is replaced as a whole, as by `save`. Throws: DataError if it cannot be written, if it would be
/// larger than 4 GiB, or if the tree has something else (a random engine, the state behind an any_transformation).
template <tree::Pytree T>
void save_npz(const std::string& file, const T& t) {
  detail::replace_file("save_npz", file, detail::npz_bytes(file, t));
}

/// Reads into `t` what `save_npz` or `numpy.savez` wrote: `numpy.savez("params.npz", **{"layers[0].weight": w, …})`.
///
/// The file must have an array for each number, matrix and sequence of numbers in `t`, and no other; vectors of trees,
/// maps and optionals in `t` stay as long as they are, and text, functions and pointers as they are. Arrays are read as
/// by `load_npy`. Throws: DataError that names the file, the path and both sides if it is no such file, was changed
/// (each array has a check sum) or cut short, is compressed, or is of another tree; `t` is then unchanged.
template <tree::Pytree T>
void load_npz(const std::string& file, T& t) {
  const std::string archive = detail::read_file("load_npz", file);
  T loaded = detail::npz_tree(file, archive, t);
  t = std::move(loaded);
}

}  // namespace grove::optim
