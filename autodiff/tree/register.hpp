// Registration: how a class that is no plain aggregate tells its members, or that it is to be carried along untouched.
#pragma once

#include <array>
#include <string_view>
#include <tuple>
#include <type_traits>

/// In the global namespace, so that GROVE_TREE is found by argument-dependent lookup wherever it is written.
struct grove_tree_tag {};

namespace grove {

/// Tells the members of T, for classes that are no plain aggregates: with constructors, base classes or private
/// members.
///
///   template <> struct grove::tree_traits<Net> {
///     static auto fields(auto& net) { return std::tie(net.weight, net.bias); }
///     static constexpr std::array<std::string_view, 2> names = {"weight", "bias"};
///   };
///
/// `fields` must take both a const and a non-const object. For private members the class says
/// `friend struct grove::tree_traits<Net>;`; a class template needs a partial specialisation. In all other cases
/// GROVE_TREE(Net, weight, bias) does the same in one line. Members that are not named are copied with the object.
template <class T>
struct tree_traits {};

namespace tree {

/// Specialise as true for a class that is no tree and shall be carried along untouched, like an int or a string.
template <class T>
inline constexpr bool is_static = false;

/// A value that is carried along untouched though its type is a tree or a floating-point number.
///
///   struct Decay { double rate; grove::tree::Static<double> t0; };   // t0 gets no gradient
template <class T>
struct Static {
  T value;  ///< what is kept out of the tree

  /// The value, where one is wanted.
  constexpr operator const T&() const { return value; }
  friend bool operator==(const Static&, const Static&) = default;
};

/// Static says so of itself.
template <class T>
inline constexpr bool is_static<Static<T>> = true;

namespace detail {

template <class T>
concept HasTreeTraits = requires(T& t) {
  tree_traits<T>::fields(t);
};

template <class T>
concept HasTreeMacro = requires(T& t) {
  grove_tree_fields(grove_tree_tag{}, t);
};

/// T was registered, by GROVE_TREE(T, members...) or by a specialisation of grove::tree_traits<T>.
template <class T>
concept RegisteredWithGroveTree = HasTreeTraits<T> || HasTreeMacro<T>;

template <class T>
constexpr auto registered_fields(T& t) {
  if constexpr (HasTreeTraits<std::remove_const_t<T>>) {
    return tree_traits<std::remove_const_t<T>>::fields(t);
  } else {
    return grove_tree_fields(grove_tree_tag{}, t);
  }
}

}  // namespace detail
}  // namespace tree
}  // namespace grove

#define GROVE_DETAIL_PARENS ()
#define GROVE_DETAIL_EXPAND_4(...) __VA_ARGS__
#define GROVE_DETAIL_EXPAND_3(...) \
  GROVE_DETAIL_EXPAND_4(GROVE_DETAIL_EXPAND_4(GROVE_DETAIL_EXPAND_4(GROVE_DETAIL_EXPAND_4(__VA_ARGS__))))
#define GROVE_DETAIL_EXPAND_2(...) \
  GROVE_DETAIL_EXPAND_3(GROVE_DETAIL_EXPAND_3(GROVE_DETAIL_EXPAND_3(GROVE_DETAIL_EXPAND_3(__VA_ARGS__))))
#define GROVE_DETAIL_EXPAND(...) \
  GROVE_DETAIL_EXPAND_2(GROVE_DETAIL_EXPAND_2(GROVE_DETAIL_EXPAND_2(GROVE_DETAIL_EXPAND_2(__VA_ARGS__))))
#define GROVE_DETAIL_STEP(macro, first, ...) \
  macro(first) __VA_OPT__(, GROVE_DETAIL_AGAIN GROVE_DETAIL_PARENS(macro, __VA_ARGS__))
#define GROVE_DETAIL_AGAIN() GROVE_DETAIL_STEP
#define GROVE_DETAIL_MEMBER(member) grove_tree_object.member
#define GROVE_DETAIL_NAME(member) ::std::string_view(#member)

/// Registers the members of a class as a tree: GROVE_TREE(Net, weight, bias), in the namespace of the class or in the
/// global one, before the first use as a tree. Members of base classes can be named too. At most 64 members, all
/// accessible.
#define GROVE_TREE(Type, ...)                                                                       \
  [[maybe_unused]] inline auto grove_tree_fields(::grove_tree_tag, Type& grove_tree_object) {       \
    return ::std::tie(GROVE_DETAIL_EXPAND(GROVE_DETAIL_STEP(GROVE_DETAIL_MEMBER, __VA_ARGS__)));    \
  }                                                                                                 \
  [[maybe_unused]] inline auto grove_tree_fields(::grove_tree_tag, const Type& grove_tree_object) { \
    return ::std::tie(GROVE_DETAIL_EXPAND(GROVE_DETAIL_STEP(GROVE_DETAIL_MEMBER, __VA_ARGS__)));    \
  }                                                                                                 \
  [[maybe_unused]] constexpr auto grove_tree_names(::grove_tree_tag, const Type*) {                 \
    return ::std::array{GROVE_DETAIL_EXPAND(GROVE_DETAIL_STEP(GROVE_DETAIL_NAME, __VA_ARGS__))};    \
  }                                                                                                 \
  static_assert(true, "GROVE_TREE takes a semicolon")
