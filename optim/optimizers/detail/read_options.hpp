// Options by name: the members of a struct of options are its arguments.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "../../../autodiff/tree/tree.hpp"
#include "../arguments.hpp"

namespace grove::optim::detail {

/// Members that are neither numbers nor schedules (masks, functions, kinds) are not to be had by name.
template <class T>
void read_option(ArgumentReader& /*read*/, std::string_view /*name*/, T& /*option*/) {}

inline void read_option(ArgumentReader& read, std::string_view name, double& option) { option = read(name, option); }

inline void read_option(ArgumentReader& read, std::string_view name, ScalarOrSchedule<double>& option) {
  option = read.schedulable(name, option);
}

inline void read_option(ArgumentReader& read, std::string_view name, bool& option) {
  const double given = read(name, option ? 1 : 0);
  if (given != 0 && given != 1) read.reject(name, "be 0 or 1", given);
  option = given != 0;
}

template <std::integral T>
void read_option(ArgumentReader& read, std::string_view name, T& option) {
  using Limits = std::numeric_limits<T>;
  if (!read.has(name)) return;
  const double given = read(name, 0);
  if (given != std::floor(given)) read.reject(name, "be a whole number", given);
  if (given < static_cast<double>(Limits::min()) || given >= std::ldexp(1.0, Limits::digits)) {
    read.reject(name, fill("lie in [{}, {}]", {Limits::min(), Limits::max()}), given);
  }
  option = static_cast<T>(given);
}

template <class T>
void read_option(ArgumentReader& read, std::string_view name, std::optional<T>& option) {
  if (read.has(name)) read_option(read, name, option.emplace());
}

/// The options of type O: those of `defaults`, and over them the arguments that have the name of a member. Members in
/// `fixed` are no arguments, since the optimizer sets them.
template <class O>
O read_options(ArgumentReader& read, O defaults = {}, std::initializer_list<std::string_view> fixed = {}) {
  namespace td = tree::detail;
  static_assert(td::kind_of<O> == td::Kind::fields, "read_options: every member of the options must have a default");
  const auto members = td::fields(defaults);
  td::for_each_index<td::field_count<O>>([&](auto i) {
    constexpr std::string_view name = td::field_name<O, i.value>();
    if (std::find(fixed.begin(), fixed.end(), name) == fixed.end()) read_option(read, name, std::get<i.value>(members));
  });
  return defaults;
}

}  // namespace grove::optim::detail
