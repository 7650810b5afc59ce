// Which nodes of a tree are arrays to NumPy, and how they are written and read.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <string>
#include <type_traits>
#include <vector>

#include "../../protocol/detail/saved_nodes.hpp"
#include "npy.hpp"

namespace grove::optim::detail {

template <class T>
concept MatrixInMemory = PlainMatrix<T> && std::is_base_of_v<Eigen::PlainObjectBase<T>, T>;

template <class T>
inline constexpr bool is_list_of_numbers = false;
template <class T>
requires(kind_of<T> == Kind::sequence) inline constexpr bool is_list_of_numbers<T> =
    std::is_arithmetic_v<std::remove_cvref_t<tree::detail::Element<T>>>;

/// A number, a matrix, or a sequence of numbers: what one file of NumPy holds.
template <class T>
concept NumpyArray = std::is_arithmetic_v<T> || MatrixInMemory<T> || is_list_of_numbers<T>;

/// The numbers of a NumpyArray, in memory.
template <class T>
ArrayLayout layout_of(const T& x) {
  if constexpr (std::is_arithmetic_v<T>) {
    static_assert(sizeof(T) <= 8, "grove: files of NumPy hold numbers of up to 64 bits, no long double");
    return {number_type<T>()};
  } else if constexpr (MatrixInMemory<T>) {
    static_assert(sizeof(typename T::Scalar) <= 8, "grove: files of NumPy hold numbers of up to 64 bits");
    if (T::IsVectorAtCompileTime) return {number_type<typename T::Scalar>(), 1, x.size()};
    return {number_type<typename T::Scalar>(), 2, x.rows(), x.cols(), !T::IsRowMajor};
  } else {
    static_assert(sizeof(*std::data(x)) <= 8, "grove: files of NumPy hold numbers of up to 64 bits");
    return {number_type<std::remove_cvref_t<decltype(*std::data(x))>>(), 1, std::ssize(x)};
  }
}
template <class T>
auto* data_of(T& x) {
  if constexpr (std::is_arithmetic_v<std::remove_const_t<T>>) {
    return &x;
  } else if constexpr (MatrixInMemory<std::remove_const_t<T>>) {
    return x.data();
  } else {
    return std::data(x);
  }
}

template <class T>
std::string npy_bytes(const T& x) {
  return npy_bytes(layout_of(x), data_of(x));
}

/// Gives x what the file has. An empty matrix or vector takes the shape there, where its type has it; others must have
/// it.
template <NumpyArray T>
void read_array(const NpyArray& in, T& x) {
  ArrayLayout mine = layout_of(x);
  const auto fail = [&] { in.fail_shape(python_shape(mine)); };
  if constexpr (MatrixInMemory<T>) {
    constexpr bool is_row = T::RowsAtCompileTime == 1 && T::ColsAtCompileTime != 1;
    ArrayLayout there = in.layout(mine.type, mine.dimensions, is_row, python_shape(mine));
    const bool resize = takes_shape(x, there.rows, there.cols);
    if (!resize && (there.rows != x.rows() || there.cols != x.cols())) fail();
    if constexpr (T::SizeAtCompileTime == Eigen::Dynamic) {
      if (resize) x.resize(there.rows, there.cols);
    }
    there.column_major = !T::IsRowMajor;
    in.copy(there, x.data());
  } else {
    const ArrayLayout there = in.layout(mine.type, mine.dimensions, false, python_shape(mine));
    if (there.dimensions != mine.dimensions) fail();
    if constexpr (is_list<T>) {
      if (x.empty()) x.resize(static_cast<std::size_t>(there.rows));
      mine = layout_of(x);
    }
    if (there.rows != mine.rows) fail();
    in.copy(there, data_of(x));
  }
}

/// Calls f(path, array) for the arrays in a tree, from the root on, and `refuse(path)` for what no array can say; what
/// is text, a function or a pointer is passed over.
template <class F, class Refuse>
struct NumpyNodes {
  const F& f;
  const Refuse& refuse;

  /// Whether the walk goes on into the node.
  template <class T>
  bool operator()(const Path& path, T& node) const {
    using Node = std::remove_const_t<T>;
    if constexpr (is_static_wrapper<Node>) {
      Path to_value = path;
      tree::detail::visit_nodes(*this, to_value, node.value);
    } else if constexpr (std::is_enum_v<Node>) {
      auto number = static_cast<std::underlying_type_t<Node>>(node);
      f(path, number);
      if constexpr (!std::is_const_v<T>) {
        if constexpr (FixedEnum<Node>) {
          if (!is_enumerator<Node>(static_cast<long long>(number)))
            refuse(path, fill("{} is no value of this enumeration", {number}));
        }
        node = static_cast<Node>(number);
      }
    } else if constexpr (NumpyArray<Node>) {
      f(path, node);
    } else if constexpr (std::is_same_v<Node, std::vector<bool>>) {
      Eigen::VectorX<bool> bits(std::ssize(node));
      std::copy(node.begin(), node.end(), bits.data());
      f(path, bits);
      if constexpr (!std::is_const_v<T>) node.assign(bits.data(), bits.data() + bits.size());
    } else if constexpr (kind_of<Node> == Kind::fields || kind_of<Node> == Kind::sequence ||
                         kind_of<Node> == Kind::map || kind_of<Node> == Kind::optional) {
      return true;
    } else if constexpr (!std::is_same_v<Node, std::string> && !MayBeNull<Node> && !std::is_empty_v<Node>) {
      refuse(path, "a value of this type is no array; keep it with save, or leave it out");
    }
    return false;
  }
};

/// See NumpyNodes.
template <class F, class Refuse, class T>
void for_each_array(const F& f, const Refuse& refuse, T& t) {
  Path path;
  tree::detail::visit_nodes(NumpyNodes<F, Refuse>{f, refuse}, path, t);
}

/// What NumPy calls the array: its path, or what it calls the first without a name.
inline std::string numpy_name(const Path& path) { return path.empty() ? "arr_0" : path.string(); }

}  // namespace grove::optim::detail
