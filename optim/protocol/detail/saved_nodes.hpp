// What each node of a tree is in a saved text, written and read: nothing is left out, or it is refused.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "../../../autodiff/tree/detail/member_access.hpp"
#include "../../../autodiff/tree/traits.hpp"
#include "enumerators.hpp"
#include "saved_text.hpp"

namespace grove::optim::detail {

using grove::detail::shape_text;
using tree::Path;
using tree::detail::Kind;
using tree::detail::kind_of;

template <class T>
inline constexpr bool is_static_wrapper = false;
template <class T>
inline constexpr bool is_static_wrapper<tree::Static<T>> = true;

template <class T>
concept PlainMatrix = requires(T& x) {
  typename T::PlainObject;
  requires std::is_arithmetic_v<typename T::Scalar>;
  x(0, 0);
};

/// Whether a matrix that is read may get that shape: only an empty one takes another, and only one that its type has.
template <PlainMatrix M>
bool takes_shape(const M& node, Eigen::Index rows, Eigen::Index cols) {
  constexpr auto fits = [](Eigen::Index n, int fixed, int most) {
    return fixed == Eigen::Dynamic ? (most == Eigen::Dynamic || n <= most) : n == fixed;
  };
  return node.size() == 0 && fits(rows, M::RowsAtCompileTime, M::MaxRowsAtCompileTime) &&
         fits(cols, M::ColsAtCompileTime, M::MaxColsAtCompileTime);
}

/// A sequence whose length is not in its type.
template <class T>
concept Resizable = requires(T& x) {
  x.resize(1);
};
template <class T>
inline constexpr bool is_list = kind_of<T> == Kind::sequence&& Resizable<T>;

/// A class that hides its members and writes and reads them itself (AnyState).
template <class T>
concept SavesItself = requires(T& x) {
  &T::write_nodes;
  &T::read_nodes;
};
/// A function that may be empty, or a pointer.
template <class T>
concept MayBeNull = requires(const T& x) {
  { x == nullptr } -> std::convertible_to<bool>;
};

template <class Number>
constexpr std::string_view number_name() {
  if constexpr (!std::is_floating_point_v<Number>) {
    return "integer";
  } else {
    return sizeof(Number) == sizeof(float) ? "float" : "double";
  }
}

[[noreturn]] inline void throw_not_saved(const Path& path, std::string_view why) {
  throw DataError(fill("save: {}: {}", {path.empty() ? std::string("the tree") : path.string(), why}));
}

/// The entry of one node.
struct NodeWriter {
  std::string& text;

  template <class T>
  void operator()(const Path& path, const T& node) const {
    if constexpr (is_static_wrapper<T>) {
      (*this)(path, node.value);
    } else if constexpr (SavesItself<T>) {
      node.write_nodes(*this, path);
    } else if constexpr (std::is_enum_v<T>) {
      const auto number = static_cast<std::underlying_type_t<T>>(node);
      if constexpr (FixedEnum<T>) {
        if (!is_enumerator<T>(static_cast<long long>(number)))
          throw_not_saved(path, fill("{} is no enumerator between {} and {}, and load could not check it",
                                     {number, lowest_enumerator, highest_enumerator}));
      }
      (*this)(path, number);
    } else if constexpr (std::is_arithmetic_v<T>) {
      begin(path, number_name<T>());
      add(path, node);
    } else if constexpr (PlainMatrix<T>) {
      begin(path, number_name<typename T::Scalar>());
      add(path, node.rows());
      add(path, node.cols());
      for (Eigen::Index j = 0; j < node.cols(); ++j) {
        for (Eigen::Index i = 0; i < node.rows(); ++i) add(path, node(i, j));
      }
    } else if constexpr (std::is_same_v<T, std::string>) {
      begin(path, "text");
      add(path, node.size());
      text += node + '\n';
    } else if constexpr (std::is_same_v<T, std::vector<bool>>) {
      begin(path, "bits");
      add(path, node.size());
      for (const bool bit : node) text += bit ? '1' : '0';
      text += '\n';
    } else if constexpr (kind_of<T> == Kind::optional) {
      begin(path, "optional");
      add(path, node.has_value() ? 1 : 0);
    } else if constexpr (kind_of<T> == Kind::map) {
      begin(path, "map");
      add(path, node.size());
      for (const auto& [key, value] : tree::detail::in_order(node)) (*this)(path, key);
    } else if constexpr (is_list<T>) {
      begin(path, "list");
      add(path, node.size());
    } else if constexpr (kind_of<T> == Kind::fields || kind_of<T> == Kind::sequence || std::is_empty_v<T>) {
      return;
    } else if constexpr (MayBeNull<T>) {
      if (!(node == nullptr)) throw_not_saved(path, "a function or a pointer has no text; save the tree without it");
      return;
    } else {
      throw_not_saved(path, "a value of this type has no text; save the tree without it");
    }
    text.back() = '\n';
  }

 private:
  void begin(const Path& path, std::string_view what) const {
    text += path.string() + ' ';
    text += what;
    text += ' ';
  }
  template <class Number>
  void add(const Path& path, Number x) const {
    if constexpr (std::is_floating_point_v<Number>) {
      const auto as_double = static_cast<double>(x);
      if constexpr (sizeof(Number) > sizeof(double)) {
        if (static_cast<Number>(as_double) != x && x == x)
          throw_not_saved(path, "a long double with more digits than a double holds is not saved");
      }
      text += grove::detail::number(as_double);
    } else {
      text += std::to_string(x);
    }
    text += ' ';
  }
};

/// Gives one node what its entry says.
struct NodeReader {
  SavedTextReader& in;

  template <class T>
  void operator()(const Path& path, T& node) const {
    if constexpr (is_static_wrapper<T>) {
      (*this)(path, node.value);
    } else if constexpr (SavesItself<T>) {
      node.read_nodes(*this, path);
    } else if constexpr (std::is_enum_v<T>) {
      auto number = static_cast<std::underlying_type_t<T>>(node);
      (*this)(path, number);
      if constexpr (FixedEnum<T>) {
        if (!is_enumerator<T>(static_cast<long long>(number))) [[unlikely]]
          in.fail_before(fill("{} is no value of this enumeration", {number}));
      }
      node = static_cast<T>(number);
    } else if constexpr (std::is_arithmetic_v<T>) {
      in.begin(path.string(), number_name<T>());
      node = number<T>();
    } else if constexpr (PlainMatrix<T>) {
      in.begin(path.string(), number_name<typename T::Scalar>());
      read_matrix(path, node);
    } else if constexpr (std::is_same_v<T, std::string>) {
      in.begin(path.string(), "text");
      node = in.characters(in.count<std::size_t>(1));
    } else if constexpr (std::is_same_v<T, std::vector<bool>>) {
      in.begin(path.string(), "bits");
      const std::string_view bits = in.characters(in.count<std::size_t>(1));
      if (bits.find_first_not_of("01") != std::string_view::npos) in.fail_before("bits are 0 or 1");
      node.resize(bits.size());
      for (std::size_t k = 0; k < bits.size(); ++k) node[k] = bits[k] == '1';
    } else if constexpr (kind_of<T> == Kind::optional) {
      in.begin(path.string(), "optional");
      const bool set = number<bool>();
      if (!set) node.reset();
      if (set && !node) node.emplace();
    } else if constexpr (kind_of<T> == Kind::map) {
      read_keys(path, node);
    } else if constexpr (is_list<T>) {
      in.begin(path.string(), "list");
      const auto n = in.count<std::size_t>(std::is_empty_v<typename T::value_type> ? 1 : 4);
      if (node.empty()) node.resize(n);
      check_count(path, "elements", n, node.size());
    }
  }

 private:
  // A long double passes through double, as in the file.
  template <class Number>
  Number number() const {
    if constexpr (std::is_same_v<Number, bool>) {
      const int bit = in.number<int>();
      if (bit != 0 && bit != 1) in.fail_before(fill("{} is neither 0 nor 1", {bit}));
      return bit == 1;
    } else {
      return in.number<std::conditional_t<std::is_same_v<Number, long double>, double, Number>>();
    }
  }
  template <class M>
  void read_matrix(const Path& path, M& node) const {
    const auto rows = in.count<Eigen::Index>(1), cols = in.count<Eigen::Index>(1);
    const bool may_resize = takes_shape(node, rows, cols);
    if (!may_resize && (rows != node.rows() || cols != node.cols())) [[unlikely]]
      in.fail(fill("{} is {} in the file and {} in the tree",
                   {path.string(), shape_text(rows, cols), shape_text(node.rows(), node.cols())}));
    if (rows > 0 && cols > 0) in.check_holds(static_cast<std::size_t>(rows), static_cast<std::size_t>(cols));
    if constexpr (M::SizeAtCompileTime == Eigen::Dynamic) {
      if (may_resize) node.resize(rows, cols);
    }
    for (Eigen::Index j = 0; j < cols; ++j) {
      for (Eigen::Index i = 0; i < rows; ++i) node(i, j) = number<typename M::Scalar>();
    }
  }
  template <class Map>
  void read_keys(const Path& path, Map& node) const {
    in.begin(path.string(), "map");
    const auto n = in.count<std::size_t>(4);
    if (n > 0) in.expect_first_key();
    Map read;
    for (std::size_t k = 0; k < n; ++k) {
      typename Map::key_type key{};
      (*this)(path, key);
      if (!node.empty() && !node.contains(key)) [[unlikely]]
        in.fail_before(fill("{} has a key in the file that it has not in the tree", {path.string()}));
      if (!read.try_emplace(key).second) [[unlikely]]
        in.fail_before(fill("{} has a key twice in the file", {path.string()}));
    }
    if (node.empty()) {
      node = std::move(read);
    } else {
      check_count(path, "entries", n, node.size());
    }
  }
  void check_count(const Path& path, std::string_view what, std::size_t in_file, std::size_t in_tree) const {
    if (in_file != in_tree) [[unlikely]]
      in.fail(fill("{} has {} {} in the file and {} in the tree", {path.string(), in_file, what, in_tree}));
  }
};

}  // namespace grove::optim::detail
