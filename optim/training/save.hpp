// Trees in files: params and the states of optimizers, to go on with later.
#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include "autodiff/tree/detail/member_access.hpp"
#include "autodiff/tree/traits.hpp"
#include "optim/training/detail/saved_text.hpp"

namespace grove::optim {
namespace detail {

using grove::detail::fill;
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

/// A sequence whose length is not in its type.
template <class T>
concept Resizable = requires(T& x) {
  x.resize(1);
};
template <class T>
inline constexpr bool is_list = kind_of<T> == Kind::sequence&& Resizable<T>;

template <class Number>
constexpr std::string_view number_name() {
  if constexpr (!std::is_floating_point_v<Number>) {
    return "integer";
  } else {
    return sizeof(Number) == sizeof(float) ? "float" : "double";
  }
}

/// The entry of one node.
struct NodeWriter {
  std::string& text;

  template <class T>
  void operator()(const Path& path, const T& node) const {
    if constexpr (is_static_wrapper<T>) {
      (*this)(path, node.value);
    } else if constexpr (std::is_enum_v<T>) {
      (*this)(path, static_cast<std::underlying_type_t<T>>(node));
    } else if constexpr (std::is_arithmetic_v<T>) {
      begin(path, number_name<T>());
      add(node);
    } else if constexpr (PlainMatrix<T>) {
      begin(path, number_name<typename T::Scalar>());
      add(node.rows());
      add(node.cols());
      for (Eigen::Index j = 0; j < node.cols(); ++j) {
        for (Eigen::Index i = 0; i < node.rows(); ++i) add(node(i, j));
      }
    } else if constexpr (std::is_same_v<T, std::string>) {
      begin(path, "text");
      add(node.size());
      text += node + '\n';
    } else if constexpr (kind_of<T> == Kind::optional) {
      begin(path, "optional");
      add(node.has_value() ? 1 : 0);
    } else if constexpr (kind_of<T> == Kind::map) {
      begin(path, "map");
      add(node.size());
      for (const auto& [key, value] : node) (*this)(path, key);
    } else if constexpr (is_list<T>) {
      begin(path, "list");
      add(node.size());
    } else {
      return;
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
  void add(Number x) const {
    if constexpr (std::is_floating_point_v<Number>) {
      text += grove::detail::number(static_cast<double>(x));
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
    } else if constexpr (std::is_enum_v<T>) {
      auto number = static_cast<std::underlying_type_t<T>>(node);
      (*this)(path, number);
      node = static_cast<T>(number);
    } else if constexpr (std::is_arithmetic_v<T>) {
      in.begin(path.string(), number_name<T>());
      node = number<T>();
    } else if constexpr (PlainMatrix<T>) {
      in.begin(path.string(), number_name<typename T::Scalar>());
      const auto rows = in.number<Eigen::Index>(), cols = in.number<Eigen::Index>();
      if constexpr (T::SizeAtCompileTime == Eigen::Dynamic) {
        if (node.size() == 0) node.resize(rows, cols);
      }
      if (rows != node.rows() || cols != node.cols()) [[unlikely]]
        in.fail(fill("{} is {} in the file and {} in the tree",
                     {path.string(), shape_text(rows, cols), shape_text(node.rows(), node.cols())}));
      for (Eigen::Index j = 0; j < cols; ++j) {
        for (Eigen::Index i = 0; i < rows; ++i) node(i, j) = number<typename T::Scalar>();
      }
    } else if constexpr (std::is_same_v<T, std::string>) {
      in.begin(path.string(), "text");
      node = in.characters(in.number<std::size_t>());
    } else if constexpr (kind_of<T> == Kind::optional) {
      in.begin(path.string(), "optional");
      const bool set = in.number<int>() != 0;
      if (!set) node.reset();
      if (set && !node) node.emplace();
    } else if constexpr (kind_of<T> == Kind::map) {
      read_keys(path, node);
    } else if constexpr (is_list<T>) {
      in.begin(path.string(), "list");
      const auto n = in.number<std::size_t>();
      if (node.empty()) node.resize(n);
      check_count(path, "elements", n, node.size());
    }
  }

 private:
  // A long double passes through double, as in the file.
  template <class Number>
  Number number() const {
    using Written = std::conditional_t<std::is_floating_point_v<Number>, double,
                                       std::conditional_t<std::is_same_v<Number, bool>, int, Number>>;
    return static_cast<Number>(in.number<Written>());
  }
  template <class Map>
  void read_keys(const Path& path, Map& node) const {
    in.begin(path.string(), "map");
    const auto n = in.number<std::size_t>();
    const bool empty = node.empty();
    if (!empty) check_count(path, "entries", n, node.size());
    for (std::size_t k = 0; k < n; ++k) {
      typename Map::key_type key{};
      (*this)(path, key);
      if (empty) node.try_emplace(key);
      if (!node.contains(key)) [[unlikely]]
        in.fail(fill("{} has a key in the file that it has not in the tree", {path.string()}));
    }
  }
  void check_count(const Path& path, std::string_view what, std::size_t in_file, std::size_t in_tree) const {
    if (in_file != in_tree) [[unlikely]]
      in.fail(fill("{} has {} {} in the file and {} in the tree", {path.string(), in_file, what, in_tree}));
  }
};

}  // namespace detail

/// Writes a tree to a text file: its numbers to the last bit, and what is carried along (counts, flags, strings).
///
///   save("run.state", state);   …   auto state = optimizer.init(params);   load("run.state", state);
///
/// Functions, generators and other things without a text are left out. The file has a line for each leaf:
/// `layers[0].bias double 2 1 0.5 -0.25`. Throws: DataError if it cannot be written; what was there before then stays.
template <tree::Pytree T>
void save(const std::string& file, const T& t) {
  std::string text(detail::saved_tree_header);
  tree::Path path;
  tree::detail::visit_nodes(detail::NodeWriter{text}, path, t);
  detail::write_text(file, text);
}

/// Reads into `t`, a tree of the type that was saved, what `save` wrote; what was left out stays as it is in `t`.
///
/// Vectors, maps, optionals and matrices that are empty in `t` take what the file has; the others must agree with it.
/// Throws: DataError with file and line, and the path and both sides, if the file cannot be read or is that of another
/// tree; `t` is then unchanged.
template <tree::Pytree T>
void load(const std::string& file, T& t) {
  const std::string text = detail::read_text(file);
  detail::SavedTextReader in(file, text);
  T loaded = t;
  tree::Path path;
  tree::detail::visit_nodes(detail::NodeReader{in}, path, loaded);
  in.expect_end();
  t = std::move(loaded);
}

}  // namespace grove::optim
