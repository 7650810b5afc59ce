// What a value of nlohmann::json says, given to a tree.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "json_tree.hpp"

namespace grove::optim::detail {

/// Gives a node and all that is in it what a value says.
template <class Json>
class JsonReader {
 public:
  template <class T>
  void read(const Json& j, T& node) {
    if (path_.size() > deepest) fail(fill("the JSON is nested deeper than {} levels", {deepest}));
    if constexpr (is_static_wrapper<T>) {
      read(j, node.value);
    } else if constexpr (std::is_same_v<T, bool>) {
      if (!j.is_boolean()) fail_kind("true or false", j);
      node = j.template get<bool>();
    } else if constexpr (std::is_floating_point_v<T>) {
      node = real<T>(j);
    } else if constexpr (std::is_integral_v<T>) {
      node = integer<T>(j);
    } else if constexpr (std::is_enum_v<T>) {
      const auto number = integer<std::underlying_type_t<T>>(j);
      if constexpr (FixedEnum<T>) {
        if (!is_enumerator<T>(static_cast<long long>(number)))
          fail(fill("{} is no value of this enumeration", {number}));
      }
      node = static_cast<T>(number);
    } else if constexpr (std::is_same_v<T, std::string>) {
      if (!j.is_string()) fail_kind("a text", j);
      node = j.template get<std::string>();
    } else if constexpr (std::is_same_v<T, std::vector<bool>>) {
      bits(array(j), node);
    } else if constexpr (PlainMatrix<T>) {
      matrix(array(j), node);
    } else if constexpr (kind_of<T> == Kind::optional) {
      if (j.is_null()) return node.reset();
      if (!node) node.emplace();
      read(j, *node);
    } else if constexpr (kind_of<T> == Kind::map) {
      map(object(j), node);
    } else if constexpr (kind_of<T> == Kind::sequence) {
      sequence(array(j), node);
    } else if constexpr (kind_of<T> == Kind::fields) {
      members(j, node);
    } else if constexpr (!MayBeNull<T> && !std::is_empty_v<T>) {
      fail("a value of this type has no text; read the tree without it");
    }
  }

 private:
  // For trees that hold trees of their own type, whose depth the JSON says: the stack has an end.
  static constexpr std::size_t deepest = 500;

  [[noreturn]] void fail(const std::string& fact) const { throw_json("from_json", path_, fact); }
  [[noreturn]] void fail_kind(const char* wanted, const Json& j) const {
    constexpr std::size_t longest = 40;
    std::string text = j.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (text.size() > longest) text = text.substr(0, longest) + "…";
    fail(fill("here must be {}, and there is {}", {wanted, text}));
  }
  const Json& array(const Json& j) const {
    if (!j.is_array()) fail_kind("an array", j);
    return j;
  }
  const Json& object(const Json& j) const {
    if (!j.is_object()) fail_kind("an object", j);
    return j;
  }
  void check_count(const char* what, std::size_t in_json, std::size_t in_tree) const {
    if (in_json != in_tree) fail(fill("{} {} in the JSON and {} in the tree", {in_json, what, in_tree}));
  }

  template <class S>
  S real(const Json& j) const {
    if (j.is_number()) {
      const auto x = j.template get<double>();
      if (std::abs(x) > static_cast<double>(std::numeric_limits<S>::max()))
        fail(fill("{} is too large for a float", {x}));
      return static_cast<S>(x);
    }
    if (j.is_string()) {
      const auto& word = j.template get_ref<const std::string&>();
      if (word == "NaN") return std::numeric_limits<S>::quiet_NaN();
      if (word == "Infinity") return std::numeric_limits<S>::infinity();
      if (word == "-Infinity") return -std::numeric_limits<S>::infinity();
    }
    fail_kind("a number, \"NaN\", \"Infinity\" or \"-Infinity\"", j);
  }
  template <class I>
  I integer(const Json& j) const {
    if (!j.is_number_integer()) fail_kind("a whole number", j);
    const bool fits = j.is_number_unsigned() ? std::in_range<I>(j.template get<std::uint64_t>())
                                             : std::in_range<I>(j.template get<std::int64_t>());
    if (!fits) fail_kind(fill("a number of at most {} bits", {sizeof(I) * 8}).c_str(), j);
    return j.template get<I>();
  }

  void bits(const Json& j, std::vector<bool>& node) {
    if (node.empty()) node.resize(j.size());
    check_count("elements", j.size(), node.size());
    for (std::size_t k = 0; k < node.size(); ++k) {
      bool bit = false;
      read(j[k], bit);
      node[k] = bit;
    }
  }
  template <class M>
  void matrix(const Json& j, M& node) {
    constexpr bool is_vector = M::IsVectorAtCompileTime;
    constexpr bool is_row = is_vector && M::RowsAtCompileTime == 1;
    const auto count = static_cast<Eigen::Index>(j.size());
    // Without rows there is nothing to tell how many columns there are.
    const auto width = is_vector ? 1 : count == 0 ? node.cols() : static_cast<Eigen::Index>(array(j[0]).size());
    const Eigen::Index rows = is_row ? width : count, cols = is_row ? count : width;
    const bool resize = takes_shape(node, rows, cols);
    if (!resize && (rows != node.rows() || cols != node.cols()))
      fail(fill("{} in the JSON and {} in the tree", {shape_text(rows, cols), shape_text(node.rows(), node.cols())}));
    if constexpr (M::SizeAtCompileTime == Eigen::Dynamic) {
      if (resize) node.resize(rows, cols);
    }
    for (std::size_t i = 0; i < j.size(); ++i) {
      if constexpr (is_vector) {
        read_entry(j[i], node(static_cast<Eigen::Index>(i)));
      } else {
        const Json& row = array(j[i]);
        check_count("columns in a row", row.size(), static_cast<std::size_t>(cols));
        for (std::size_t k = 0; k < row.size(); ++k)
          read_entry(row[k], node(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k)));
      }
    }
  }
  template <class S>
  void read_entry(const Json& j, S& entry) {
    if constexpr (std::is_floating_point_v<S>) {
      entry = real<S>(j);
    } else {
      read(j, entry);
    }
  }
  template <class Sequence>
  void sequence(const Json& j, Sequence& node) {
    if constexpr (is_list<Sequence>) {
      if (node.empty()) node.resize(j.size());
    }
    check_count("elements", j.size(), std::size(node));
    for (std::size_t i = 0; i < j.size(); ++i) {
      path_.push_index(i);
      read(j[i], node[i]);
      path_.pop();
    }
  }
  template <class Map>
  void map(const Json& j, Map& node) {
    if (node.empty()) {
      for (const auto& item : j.items()) node.try_emplace(key_of<typename Map::key_type>(item.key()));
    }
    check_count("entries", j.size(), node.size());
    for (auto& [key, entry] : node) {
      path_.push_key(key);
      read(member(j, json_key(key)), entry);
      path_.pop();
    }
  }
  template <class Key>
  Key key_of(const std::string& text) const {
    if constexpr (std::is_integral_v<Key>) {
      const Json number = Json::parse(text, nullptr, false);
      if (!number.is_number_integer()) fail(fill("the key '{}' is no whole number", {text}));
      return integer<Key>(number);
    } else {
      return Key(text);
    }
  }
  const Json& member(const Json& j, const std::string& name) const {
    const auto found = j.find(name);
    if (found == j.end()) fail("it is not in the JSON");
    return *found;
  }

  template <class T>
  void members(const Json& j, T& node) {
    constexpr std::size_t count = tree::detail::field_count<T>;
    std::size_t found = 0;
    if constexpr (!members_have_names<T>()) check_count("elements", array(j).size(), count);
    if constexpr (members_have_names<T>()) object(j);
    [&](const auto& tied) {
      tree::detail::for_each_index<count>([&](auto index) {
        using Member = std::remove_reference_t<std::tuple_element_t<index, std::remove_cvref_t<decltype(tied)>>>;
        constexpr bool is_written = !MayBeNull<Member> || kind_of<Member> == Kind::optional;
        tree::detail::push_field<T, index>(path_);
        if constexpr (!is_written || std::is_empty_v<Member>) {
          found += members_have_names<T>() ? 0 : 1;
        } else if constexpr (members_have_names<T>()) {
          read(member(j, std::string(tree::detail::field_name<T, index>())), std::get<index>(tied));
          ++found;
        } else {
          read(j[index], std::get<index>(tied));
          ++found;
        }
        path_.pop();
      });
    }(tree::detail::fields(node));
    if (j.size() != found) fail_unknown<T>(j);
  }
  template <class T>
  [[noreturn]] void fail_unknown(const Json& j) const {
    for (const auto& item : j.items()) {
      bool known = false;
      tree::detail::for_each_index<tree::detail::field_count<T>>(
          [&](auto index) { known = known || item.key() == tree::detail::field_name<T, index>(); });
      if (!known) fail(fill("there is no member '{}' in the tree", {item.key()}));
    }
    fail("the JSON has a member that is not read");
  }

  Path path_;
};

}  // namespace grove::optim::detail
