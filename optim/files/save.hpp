// Trees in files: params and the states of optimizers, to go on with later.
#pragma once

#include <new>  // std::bad_alloc
#include <stdexcept>
#include <string>
#include <utility>

#include "../protocol/detail/saved_nodes.hpp"
#include "detail/read_file.hpp"
#include "detail/replace_file.hpp"

namespace grove::optim {
namespace detail {

/// A tree as the text of a file.
template <tree::Pytree T>
std::string saved_text(const T& t) {
  std::string text(saved_tree_header);
  tree::Path path;
  tree::detail::visit_nodes(NodeWriter{text}, path, t);
  return text += checksum_line(text);
}

/// The tree that the text says, of the structure of `t`.
template <tree::Pytree T>
T loaded_tree(const std::string& file, const std::string& text, const T& t) {
  SavedTextReader in(file, text);
  try {
    T loaded = t;
    tree::Path path;
    tree::detail::visit_nodes(NodeReader{in}, path, loaded);
    in.expect_end();
    return loaded;
  } catch (const std::bad_alloc&) {
    in.fail("there is no memory for what the file holds");
  } catch (const std::length_error&) {
    in.fail("there is no memory for what the file holds");
  }
}

}  // namespace detail

/// Writes a tree to a text file: its numbers to the last bit, and what is carried along (counts, flags, strings, the
/// state behind an any_transformation).
///
///   save("run.state", state);   …   auto state = optimizer.init(params);   load("run.state", state);
///
/// The file has a line for each leaf, `layers[0].bias double 2 1 0.5 -0.25`, and a checksum in the last. It is replaced
/// as a whole: after a crash or a power failure it holds this tree or what it held before; it keeps its mode and its
/// owner, and a symbolic link stays one. Any number of programs may save to one file at once; it then holds what one of
/// them wrote. Throws: DataError if it cannot be written or is no regular file, or if something in the tree has no text
/// (a function, a pointer, a random engine, an enumerator outside [-128, 255]); what was there before then stays, and
/// nothing else is left behind.
template <tree::Pytree T>
void save(const std::string& file, const T& t) {
  detail::replace_file("save", file, detail::saved_text(t));
}

/// Reads into `t`, a tree of the type that was saved, what `save` wrote.
///
/// Vectors, maps, optionals and matrices that are empty in `t` take what the file has; the others must agree with it.
/// Functions and pointers in `t` stay as they are. Throws: DataError with file and line, and the path and both sides,
/// if the file cannot be read, was changed or cut short after it was saved, or is that of another tree; `t` is then
/// unchanged. Whatever the file holds, nothing else is thrown, and no more memory is taken than a few times its size.
template <tree::Pytree T>
void load(const std::string& file, T& t) {
  T loaded = detail::loaded_tree(file, detail::read_file("load", file), t);
  t = std::move(loaded);
}

}  // namespace grove::optim
