// One array in a file of NumPy, .npy.
#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include "detail/numpy_nodes.hpp"
#include "detail/read_file.hpp"
#include "detail/replace_file.hpp"

namespace grove::optim {

/// Writes an array as `numpy.save` would: `numpy.load("x.npy")` gives an array of the same type, shape and order.
///
///   save_npy("x.npy", x);   save_npy("first.npy", x.col(0));
///
/// A number has the shape (), what is a vector by its type (n,), columns and rows alike, a matrix (rows, cols) in the
/// order in which it lies in memory; a std::vector or std::array of numbers is a vector, an expression of Eigen is
/// evaluated. The file is replaced as a whole, as by `save`. Throws: DataError if it cannot be written.
template <class A>
requires(detail::NumpyArray<A> || std::is_base_of_v<Eigen::EigenBase<A>, A>) void save_npy(const std::string& file,
                                                                                           const A& array) {
  if constexpr (detail::NumpyArray<A>) {
    detail::replace_file("save_npy", file, detail::npy_bytes(array));
  } else {
    const typename A::PlainObject plain = array;
    save_npy(file, plain);
  }
}

/// Reads into `array` what `numpy.save` or `save_npy` wrote.
///
/// An empty matrix or std::vector takes the shape in the file, others must have it; a vector of Eigen's takes (n,) and
/// its own two-dimensional shape. Numbers of any type of NumPy's with up to 64 bits, in either order of bytes and of
/// rows and columns, become those of `array`: floats are rounded, integers and bools must be exact, floats are no
/// integers. Throws: DataError, naming both sides, if the file is none of these, was cut short, or holds a number that
/// does not fit; `array` is then unchanged. Memory is made only for numbers that the file has.
template <detail::NumpyArray A>
void load_npy(const std::string& file, A& array) {
  const std::string bytes = detail::read_file("load_npy", file);
  A loaded = array;
  detail::read_array(detail::NpyArray({"load_npy", file}, bytes), loaded);
  array = std::move(loaded);
}

}  // namespace grove::optim
