// What a loss sees of a struct that is no template of its scalar: variables in place of its members, but none of its
// names or functions, because the struct itself has room for plain numbers only.
#pragma once

#include <cstddef>
#include <tuple>

namespace grove {

/// A tuple of the members of `Struct`. Its name is the first thing that compilers say where a loss writes `p.slope` or
/// `p.predict(x)`: bind the members, `auto& [slope, intercept] = p;`, or make the struct a template,
/// `template <class T = double> struct Line { T slope, intercept; };`, which keeps names and functions.
template <class Struct, class... Members>
struct BindItsMembersOrMakeItATemplate : std::tuple<Members...> {
  using std::tuple<Members...>::tuple;
};

}  // namespace grove

template <class Struct, class... Members>
struct std::tuple_size<grove::BindItsMembersOrMakeItATemplate<Struct, Members...>>
    : std::tuple_size<std::tuple<Members...>> {};
template <std::size_t I, class Struct, class... Members>
struct std::tuple_element<I, grove::BindItsMembersOrMakeItATemplate<Struct, Members...>>
    : std::tuple_element<I, std::tuple<Members...>> {};
